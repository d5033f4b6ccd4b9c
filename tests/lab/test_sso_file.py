"""An agent that was killed in an outage comes back: to its file, to one that is not understood, to no place for one."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from .machine import Machine, sso_state, surrounded
from .network import Network
from .standin import StandIn, sso_name, standing_in

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]


@dataclass(frozen=True)
class Outage:
    """One that does not end, and the file of an agent that was killed in it."""

    net: Network
    service: StandIn
    file: bytes

    def machine(self, folder: Path, file: bytes | None = None) -> Machine:
        """With that for a file, and no agent yet."""
        machine = Machine(self.net, folder, self.service.name)
        if file is not None:
            machine.state.mkdir()
            (machine.state / "sso.json").write_bytes(file)
        return machine


@pytest.fixture(scope="module")
def outage(shared_net: Network, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outage]:
    folder = tmp_path_factory.mktemp("outage")
    with standing_in(folder / "services", sso_name()) as service, surrounded(shared_net) as net:
        with Machine(net, folder, service.name) as machine:
            machine.start()
            machine.until("normal")
            machine.cut()
            machine.until("on-cache")
            machine.kill()
        yield Outage(net, service, (machine.state / "sso.json").read_bytes())


def rewritten(file: bytes, **changes: object) -> bytes:
    return json.dumps({**json.loads(file), **changes}).encode()


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda file: b"",
    "garbage": lambda file: bytes(range(256)),
    "another site's": lambda file: rewritten(file, site="fabrikam"),
    "from the future": lambda file: rewritten(file, version=99),
}


def snapshot(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    """Every file with what is in it, when it was written, and which one it is."""
    return {each.name: (each.read_bytes(), each.stat().st_mtime_ns, each.stat().st_ino) for each in folder.iterdir()}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_file_that_is_not_understood_is_set_aside_and_said_once(outage: Outage, tmp_path: Path, damage: str) -> None:
    file = DAMAGE[damage](outage.file)
    with outage.machine(tmp_path, file) as machine:
        machine.start()
        machine.until_asked()
        sso, log = machine.sso(), machine.log
    assert (sso["state"], sso["last_contact"]) == ("unknown", None)
    (said,) = [event for event in log if "sso.json" in event["event"]]
    assert said["level"] == "warning"
    assert "set aside as sso.damaged, begun anew" in said["event"]
    assert (machine.state / "sso.damaged").read_bytes() == file
    assert json.loads((machine.state / "sso.json").read_bytes())["site"] == "lab"


def test_a_service_that_was_restarted_while_nobody_watched_is_unknown(outage: Outage, tmp_path: Path) -> None:
    with outage.machine(tmp_path, outage.file) as machine:
        machine.start()
        machine.until("on-cache")
        contact = machine.sso()["last_contact"]
        machine.kill()
        outage.service.restart()
        machine.start()
        assert sso_state(machine.agent.metrics()) == "unknown"
        sso = machine.until_told(why="unwatched")
        changes, asked = machine.changes, machine.asked()
    assert (sso["state"], sso["last_contact"]) == ("unknown", contact)
    assert "did not watch all the time" in sso["detail"]
    assert "cache-lost" not in {event["state"] for event in changes}
    assert (asked.sso["state"], asked.sso["why"]) == ("unknown", "unwatched")
    assert (asked.restart.code, asked.restart.out.partition(":")[0]) == (1, "no")


@pytest.mark.parametrize("damage", [None, *DAMAGE])
def test_a_person_beside_the_agent_leaves_its_file_as_it_is(outage: Outage, tmp_path: Path, damage: str | None) -> None:
    """The agent is away, so that nobody else could have touched it."""
    with outage.machine(tmp_path, DAMAGE[damage](outage.file) if damage else outage.file) as machine:
        before = snapshot(machine.state)
        asked = machine.asked()
    assert snapshot(machine.state) == before
    assert (asked.sso["last_contact"] is None) == (damage is not None)
    for answer in asked:
        assert answer.code == 1
        assert answer.err.count("\n") == answer.err.count("; left alone") == (damage is not None)


def test_a_person_makes_no_state_where_there_was_none(outage: Outage, tmp_path: Path) -> None:
    with outage.machine(tmp_path) as machine:
        machine.asked()
    assert not machine.state.exists()


def test_where_nothing_can_be_written_the_agent_runs_on_and_says_so_once(outage: Outage, tmp_path: Path) -> None:
    with outage.machine(tmp_path) as machine:
        machine.state.write_text("a file")
        machine.start()
        machine.until_told(why="never")  # that it is shut, it would have written once more
        events = [event for event in machine.log if "sso.json" in event["event"]]
    reading, writing = events
    assert "cannot be read" in reading["event"]
    assert "cannot be written" in writing["event"]
    assert "running on, a restart will forget it" in writing["event"]
    assert machine.state.read_text() == "a file"
