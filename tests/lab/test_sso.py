"""What it means for SSO: a way that is cut and mended, a service that is restarted, an agent that is killed.

Every step is seen in the metrics, the API, the log, and by a person who asks beside the agent.
"""

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.fakes.table import SSO_PORT

from .machine import MSS, TIMEOUT, Machine, at, seconds, surrounded
from .network import Network
from .standin import StandIn, instance_name, sso_name, standing_in

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

SLOW = 120  # seconds: a port that falls silent is asked again and again, 10 s apart, before it counts


class Told(NamedTuple):
    """What everybody is told of one standing. `answer`: whether a restart is safe, and the exit code for it."""

    state: str
    why: str
    answer: tuple[str, int]


YES, NO = ("yes", 0), ("no", 1)
NORMAL = Told("normal", "open", YES)
ON_CACHE = Told("on-cache", "same", NO)
CACHE_LOST = Told("cache-lost", "lost", NO)
STOPPED = Told("service-stopped", "stopped", YES)
ITSELF = Told("normal", "itself", YES)
OUTAGE = (ON_CACHE, CACHE_LOST)

# A look may fall between the stop and the start of a restart.
STORY = r"unknown normal on-cache (service-stopped )?unknown cache-lost normal service-stopped normal"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[StandIn]:
    with standing_in(tmp_path / "services", sso_name()) as stand_in:
        yield stand_in


@pytest.fixture
def bts01(net: Network, service: StandIn, tmp_path: Path) -> Iterator[Machine]:
    with surrounded(net), Machine(net, tmp_path / "BTS01", service.name) as machine:
        yield machine


def shows(machine: Machine, told: Told) -> dict[str, Any]:
    """Everywhere the same; what the API says."""
    sso = machine.until_told(state=told.state, why=told.why, safe_to_restart=told.answer[0])
    machine.until(told.state)  # the metrics are rendered once a second
    newest = machine.changes[-1]
    assert (newest["state"], newest["since"]) == (sso["state"], sso["since"])
    if told in OUTAGE:
        assert newest["last_contact"] == sso["last_contact"]
        assert last_contact(machine) == pytest.approx(seconds(sso["last_contact"]), abs=0.01)
    _is_told_to_a_person(machine, told, sso)
    return sso


def _is_told_to_a_person(machine: Machine, told: Told, sso: dict[str, Any]) -> None:
    asked = machine.asked()
    word, code = told.answer
    assert (asked.restart.code, asked.restart.err, asked.once.err) == (code, "", "")
    assert asked.restart.out.startswith(f"{word}:")
    assert (asked.sso["state"], asked.sso["why"], asked.sso["since"]) == (told.state, told.why, sso["since"])
    if told in OUTAGE:
        assert asked.sso["last_contact"] == sso["last_contact"]


def comes_back(machine: Machine, told: Told) -> None:
    """Killed and started again, the agent knows what it knew, before it has asked anything and after."""
    before, contact = machine.sso(), last_contact(machine)
    machine.kill()
    machine.start()
    after, again = machine.sso(), last_contact(machine)
    assert (after["state"], after["why"], after["since"]) == (told.state, told.why, before["since"])
    assert again == contact or (again > contact and told not in OUTAGE)
    machine.until_asked()


def last_contact(machine: Machine) -> float:
    found = machine.agent.metrics().value("master_secret_last_contact_timestamp_seconds")
    assert found is not None
    return found


def test_an_outage_from_its_beginning_to_its_end(bts01: Machine, service: StandIn, tmp_path: Path) -> None:
    with ExitStack() as stack:
        instance, halted = (stack.enter_context(standing_in(tmp_path / "hosts", instance_name())) for _ in range(2))
        began = time.time()
        bts01.start()
        bts01.until("normal")
        shows(bts01, NORMAL)
        comes_back(bts01, NORMAL)

        bts01.cut()
        cut = time.time()
        bts01.until("on-cache")
        contact = last_contact(bts01)
        assert began <= contact <= cut + TIMEOUT
        sso = shows(bts01, ON_CACHE)
        assert f"Do not restart {service.name}" in sso["avoid"]
        assert instance.name not in sso["restarted"]
        comes_back(bts01, ON_CACHE)

        service.restart()
        instance.restart()
        halted.stop()
        bts01.until("cache-lost")
        sso = shows(bts01, CACHE_LOST)
        assert "BTS01 cannot decrypt" in sso["fails"]
        assert instance.name in sso["restarted"]
        assert instance.name in sso["fails"]
        assert instance.name in bts01.changes[-1]["detail"]
        assert halted.name in sso["halted"]
        comes_back(bts01, CACHE_LOST)
        assert instance.name in bts01.sso()["restarted"]
        assert last_contact(bts01) == contact

    bts01.mend()
    mended = time.time()
    bts01.until("normal")
    assert last_contact(bts01) > mended - TIMEOUT
    shows(bts01, NORMAL)
    comes_back(bts01, NORMAL)

    service.stop()
    bts01.until("service-stopped")
    shows(bts01, STOPPED)
    comes_back(bts01, STOPPED)

    service.start()
    bts01.until("normal")
    assert re.fullmatch(STORY, " ".join(event["state"] for event in bts01.changes)), bts01.changes
    for before, after in pairwise(bts01.changes):
        assert (after["before"], after["before_since"]) == (before["state"], before["since"])
    assert not any("exception" in event for event in bts01.log)


CUTS = {"the service's port": str(SSO_PORT), "its mapper too": f"135, {SSO_PORT}", "everything": ""}


@pytest.fixture(scope="module")
def cut_off(lab: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Machine]]:
    """Side by side, as a port that falls silent beside one that answers is not believed for some time."""
    folder, machines = tmp_path_factory.mktemp("cut"), {}
    with ExitStack() as stack:
        service = stack.enter_context(standing_in(folder, sso_name()))
        for number, cut in enumerate(CUTS):
            net = stack.enter_context(surrounded(stack.enter_context(Network())))
            machines[cut] = stack.enter_context(Machine(net, folder / str(number), service.name))
            machines[cut].start()
        for cut, machine in machines.items():
            machine.until("normal")
            machine.cut(ports=CUTS[cut])
        yield machines


@pytest.mark.parametrize("cut", CUTS)
def test_whatever_is_cut_the_service_runs_on_its_cache(cut_off: dict[str, Machine], cut: str) -> None:
    machine = cut_off[cut]
    machine.until("on-cache", SLOW)
    sso = machine.sso()
    assert (sso["why"], sso["safe_to_restart"]) == ("same", "no")
    assert [event["state"] for event in machine.changes] == ["unknown", "normal", "on-cache"]


def test_without_its_database_a_service_must_not_be_restarted(bts01: Machine) -> None:
    bts01.cut("SQL01")
    asked = bts01.asked()
    assert (asked.restart.code, asked.once.code) == (1, 1)
    assert asked.restart.out.startswith("no:")
    assert "10513" in asked.restart.out
    assert asked.sso["state"] == "normal"
    assert "The SSO database is not reached: SQL01" in asked.sso["fails"]
    assert asked.sso["databases"] == [{"host": "SQL01", "way": "shut"}]
    assert {"10514", "10515", "10590"} <= {event["id"] for event in asked.sso["events"]}


def test_the_master_secret_server_itself(net: Network, service: StandIn, tmp_path: Path) -> None:
    hosts = (at(net, "name: BTS01, role: processing", "MSS"), at(net, "name: SQL01, role: sso-database", "SQL01"))
    with surrounded(net), Machine(net, tmp_path / "MSS", service.name, MSS, hosts) as mss:
        mss.start()
        sso, metrics = shows(mss, ITSELF), mss.agent.metrics()
        assert metrics.value("master_secret_last_contact_timestamp_seconds") is None
        assert metrics.rows("master_secret_addresses") == []
        assert "which is the master secret server" in sso["detail"]
        assert (sso["fails"], sso["last_contact"], sso["processing"]) == (
            "",
            None,
            [{"host": "BTS01", "way": "unsure"}],
        )

        mss.cut("SQL01")
        sso = mss.until_told(state="normal", safe_to_restart="no")
        assert "The SSO database is not reached: SQL01" in sso["fails"]
        assert "10513" in mss.asked().restart.out
        mss.mend()

        service.stop()
        sso = shows(mss, STOPPED)
        assert "No processing server can fetch the secret." in sso["fails"]
        assert "BTS01" in sso["avoid"]
        mss.kill()
        mss.start()
        assert (mss.sso()["state"], mss.sso()["since"]) == ("service-stopped", sso["since"])
        assert [event["state"] for event in mss.changes] == ["normal", "service-stopped"]
