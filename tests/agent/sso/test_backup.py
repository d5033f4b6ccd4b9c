"""What the operator's word about the backup of the master secret comes to."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.found.finding import Kind
from agent.sso.backup import backup_findings

QUOTED = (
    '"If the SSO master secret server fails and you lose the key, or if the key becomes corrupted, you will not be '
    "able to retrieve data stored in the SSO database. You must back up the master secret, or you risk losing data "
    'from the SSO database."'
)


def utc(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


NOW = utc("2026-03-01T10:00:00")


def kinds(confirmed: date | None, changed: float | None = None, now: float = NOW) -> list[Kind]:
    return [each.kind for each in backup_findings(["MSS"], confirmed, changed, now)]


def test_nobody_said_anything() -> None:
    (found,) = backup_findings(["MSS", "MSS2"], None, None, NOW)
    assert (found.peer, found.kind) == ("MSS", Kind.BACKUP_UNCONFIRMED)
    assert found.detail == (
        "Nobody says that the master secret is backed up: `sso.backup_confirmed` is not set, "
        "and an agent cannot see it."
    )


def test_what_to_do_is_said_with_the_documentation_s_reason() -> None:
    cases = [(None, None), (date(2026, 5, 1), None), (date(2026, 1, 1), NOW)]
    for confirmed, changed in cases:
        (found,) = backup_findings(["MSS"], confirmed, changed, NOW)
        assert f"The documentation: {QUOTED} On the master secret server run" in found.remedy
        for part in ("`ssoconfig -backupsecret FILE`", "secure place", "write the day to `sso.backup_confirmed`."):
            assert part in found.remedy


def test_a_known_change_makes_nothing_of_a_backup_that_nobody_confirmed() -> None:
    assert kinds(None, NOW - 1) == [Kind.BACKUP_UNCONFIRMED]


def test_a_site_without_a_master_secret_server_has_nothing_to_back_up() -> None:
    assert backup_findings([], None, None, NOW) == []
    assert backup_findings(iter(()), date(2020, 1, 1), NOW, NOW) == []


@pytest.mark.parametrize(
    ("day", "now", "is_future"),
    [
        ("2020-01-01", "2026-03-01T10:00:00", False),
        ("2026-02-28", "2026-03-01T10:00:00", False),
        ("2026-03-01", "2026-03-01T00:00:00", False),
        ("2026-03-01", "2026-03-01T23:59:59", False),
        ("2026-03-02", "2026-03-01T00:00:00", False),  # by a day at most: it is that day already east of here
        ("2026-03-02", "2026-03-01T23:59:59", False),
        ("2026-03-03", "2026-03-01T23:59:59", True),
        ("2026-03-03", "2026-03-02T00:00:00", False),
        ("2027-03-01", "2026-03-01T10:00:00", True),
        ("9999-12-31", "2026-03-01T10:00:00", True),
    ],
)
def test_a_day_in_the_future_confirms_nothing(day: str, now: str, is_future: bool) -> None:
    found = backup_findings(["MSS"], date.fromisoformat(day), None, utc(now))
    assert [each.kind for each in found] == ([Kind.BACKUP_UNCONFIRMED] if is_future else [])
    for each in found:
        assert each.detail.startswith(f"`sso.backup_confirmed` is {day}, a day in the future by this machine's clock")
        assert f"({now}.000Z)" in each.detail
        assert each.remedy.startswith("Correct the date, or the clock.")


def test_of_a_day_in_the_future_it_is_not_said_that_it_is_outdated() -> None:
    assert kinds(date(2026, 5, 1), utc("2026-06-01T00:00:00")) == [Kind.BACKUP_UNCONFIRMED]


@pytest.mark.parametrize(
    ("day", "changed", "is_outdated"),
    [
        ("2026-01-31", None, False),
        ("2026-01-31", "2026-01-31T00:00:00", False),
        ("2026-01-31", "2026-01-31T12:00:00", False),
        ("2026-01-31", "2026-01-31T23:59:59", False),
        ("2026-01-31", "2026-01-01T12:00:00", False),
        ("2026-01-31", "2026-01-30T12:00:00", False),
        ("2026-01-31", "2026-02-01T11:59:59", False),  # still that day at 12 hours behind UTC
        ("2026-01-31", "2026-02-01T12:00:00", True),  # nowhere
        ("2026-01-31", "2026-02-02T00:00:00", True),
        ("2026-01-31", "2026-02-27T10:00:00", True),
        ("1970-01-01", "2026-02-27T10:00:00", True),
    ],
)
def test_a_backup_before_the_day_of_the_last_change_is_outdated(
    day: str, changed: str | None, is_outdated: bool
) -> None:
    found = backup_findings(["MSS"], date.fromisoformat(day), utc(changed) if changed else None, NOW)
    assert [each.kind for each in found] == ([Kind.BACKUP_OUTDATED] if is_outdated else [])
    for each in found:
        assert each.peer == "MSS"
        assert f"at {changed}.000Z says that" in each.detail
        assert f"({day}, `sso.backup_confirmed`)" in each.detail


ZONES = st.integers(min_value=-12 * 60, max_value=14 * 60)  # minutes


@given(st.floats(min_value=NOW - 1e9, max_value=NOW), ZONES, st.floats(min_value=0, max_value=86_400))
def test_a_backup_made_after_the_change_is_never_outdated_in_any_zone(changed: float, zone: int, later: float) -> None:
    """The operator reads the day from the wall, wherever that is."""
    day = datetime.fromtimestamp(changed + later, timezone(timedelta(minutes=zone))).date()
    assert kinds(day, changed, changed + later) == []


@given(st.floats(min_value=NOW - 1e9, max_value=NOW), ZONES, st.integers(min_value=3, max_value=999))
def test_a_backup_some_days_before_the_change_is_outdated_in_every_zone(changed: float, zone: int, days: int) -> None:
    there = datetime.fromtimestamp(changed, timezone(timedelta(minutes=zone))).date()
    assert kinds(there - timedelta(days=days), changed, changed) == [Kind.BACKUP_OUTDATED]
