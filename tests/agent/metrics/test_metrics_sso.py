"""What Prometheus sees of SSO: every series that has a sense on this machine, and no other."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from agent.found.ledger import Ledger
from agent.metrics import Snapshot, expose
from agent.sso.availability import AddressState
from agent.sso.part import Place
from agent.sso.seen import Condition
from agent.sso.standing import Standing
from agent.sso.state import STATE, SsoState, Why
from tests.agent.sso.standing import HOUR, NOW, contact, part, service, standing
from tests.held import HeldClock

STATES, START = "ssoreach_sso_state", "ssoreach_sso_service_start_timestamp_seconds"
CONTACT = "ssoreach_master_secret_last_contact_timestamp_seconds"
ADDRESSES = "ssoreach_master_secret_addresses"
BACKUP = "ssoreach_master_secret_backup_confirmed_timestamp_seconds"
DAY, JANUARY_31 = date(2026, 1, 31), 1_769_817_600.0


def snapshot(seen: Standing | None) -> Snapshot:
    ledger = Ledger([], HeldClock())
    return Snapshot(ledger.snapshot(), "0.1.0", "ab" * 32, NOW, 0.0, 0, {}, sso=seen)


def exposed(seen: Standing | None) -> list[Sample]:
    families = text_string_to_metric_families(expose(snapshot(seen)).decode())
    names = ("ssoreach_sso_", "ssoreach_master_")
    return [each for family in families for each in family.samples if each.name.startswith(names)]


def names(seen: Standing | None) -> set[str]:
    return {each.name for each in exposed(seen)}


def values(seen: Standing, name: str) -> list[float]:
    return [each.value for each in exposed(seen) if each.name == name]


def by_state(seen: Standing, name: str) -> Mapping[str, float]:
    found = [each for each in exposed(seen) if each.name == name]
    assert all(set(each.labels) == {"state"} for each in found)
    assert len({each.labels["state"] for each in found}) == len(found)
    return {each.labels["state"]: each.value for each in found}


@pytest.mark.parametrize(
    ("why", "shown"),
    [
        (Why.OPEN, {STATES, START, CONTACT, ADDRESSES}),
        (Why.SAME, {STATES, START, CONTACT, ADDRESSES}),
        (Why.LOST, {STATES, START, CONTACT, ADDRESSES}),
        (Why.NOT_ASKED, {STATES, START, ADDRESSES}),
        (Why.NEVER, {STATES, START, ADDRESSES}),
        (Why.STOPPED, {STATES, CONTACT, ADDRESSES}),
        (Why.ABSENT, {STATES, CONTACT, ADDRESSES}),
        (Why.FORBIDDEN, {STATES, CONTACT, ADDRESSES}),
        (Why.SEVERAL, {STATES, CONTACT, ADDRESSES}),
        (Why.FAILED, {STATES, CONTACT, ADDRESSES}),
        (Why.ITSELF, {STATES, START}),
        (Why.PASSIVE, {STATES}),
        (Why.STANDBY, {STATES, START}),
        (Why.NO_PART, set()),
    ],
)
def test_which_series_there_are(why: Why, shown: set[str]) -> None:
    assert names(standing(why)) == shown
    assert names(standing(why, backup_confirmed=DAY)) == shown | {BACKUP}


def test_where_nobody_looks_there_is_none_and_no_family_either() -> None:
    assert names(None) == set()
    text = expose(snapshot(None)).decode()
    assert "ssoreach_sso" not in text
    assert "ssoreach_master" not in text


@pytest.mark.parametrize("why", Why)
def test_exactly_one_state_is_one(why: Why) -> None:
    found = by_state(standing(why), STATES)
    if why is Why.NO_PART:
        assert found == {}
        return
    assert found == {str(state): float(state is STATE[why]) for state in SsoState}
    assert sum(found.values()) == 1


def test_the_start_of_the_service() -> None:
    assert values(standing(), START) == [NOW - 24 * HOUR]


@pytest.mark.parametrize("condition", [each for each in Condition if each is not Condition.RUNNING])
def test_a_service_that_is_not_seen_to_run_has_no_start(condition: Condition) -> None:
    """Not even if one was left standing."""
    assert values(standing(service=replace(service(condition), started=NOW)), START) == []


def test_a_start_that_the_system_does_not_tell_is_left_out() -> None:
    assert values(standing(service=replace(service(), started=None)), START) == []


def test_the_last_contact() -> None:
    assert values(standing(contact=contact(NOW - 7.5)), CONTACT) == [NOW - 7.5]
    assert values(standing(Why.SAME, contact=contact(NOW - 9000)), CONTACT) == [NOW - 9000]


def test_every_state_of_addresses_is_there_from_zero() -> None:
    assert by_state(standing(addresses={}), ADDRESSES) == {"reachable": 0, "unreachable": 0, "unknown": 0}


def test_addresses_are_counted_each_once() -> None:
    seen = {
        "MSS": {"192.0.2.31": AddressState.UNREACHABLE, "192.0.2.32": AddressState.UNREACHABLE},
        "MSS2": {"192.0.2.32": AddressState.REACHABLE, "2001:db8::33": AddressState.UNKNOWN},
    }
    assert by_state(standing(addresses=seen), ADDRESSES) == {"reachable": 1, "unreachable": 1, "unknown": 1}


@pytest.mark.parametrize("place", [Place.MASTER, Place.STANDBY])
def test_who_asks_nobody_for_the_secret_counts_no_addresses(place: Place) -> None:
    """`reachable` 0 would be an alarm."""
    assert by_state(standing(Why.ITSELF, part(place)), ADDRESSES) == {}


@pytest.mark.parametrize("day", [date(2026, 1, 31), date(2024, 2, 29), date(1970, 1, 1), date(9999, 12, 31)])
def test_the_backup_is_its_day_s_midnight_in_utc(day: date) -> None:
    (found,) = values(standing(backup_confirmed=day), BACKUP)
    assert datetime.fromtimestamp(found, UTC) == datetime(day.year, day.month, day.day, tzinfo=UTC)


@pytest.fixture
def far_east(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process, 14 hours ahead of UTC."""
    if sys.platform == "win32":
        pytest.skip("a process has no zone of its own there")
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "FAR-14")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("far_east")
def test_the_backup_s_midnight_does_not_depend_on_this_machine_s_zone() -> None:
    assert datetime(2026, 1, 31).timestamp() == JANUARY_31 - 14 * HOUR  # the zone is set
    assert values(standing(backup_confirmed=DAY), BACKUP) == [JANUARY_31]


def test_no_label_has_a_name_an_address_or_a_text() -> None:
    seen = standing(Why.SAME, backup_confirmed=DAY, addresses={"MSS": {"198.51.100.77": AddressState.REACHABLE}})
    for each in exposed(seen):
        assert set(each.labels) <= {"state"}
        assert set(each.labels.values()) <= {*map(str, SsoState), *map(str, AddressState)}
    assert "198.51.100.77" not in expose(snapshot(seen)).decode()


@pytest.mark.lab
@pytest.mark.parametrize("why", [Why.OPEN, Why.NOT_ASKED, Why.ITSELF, Why.NO_PART])
def test_promtool_has_nothing_to_say(why: Why) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed")
    for day in (None, DAY):
        text = expose(snapshot(standing(why, backup_confirmed=day)))
        done = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
