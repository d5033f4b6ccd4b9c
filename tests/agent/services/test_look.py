"""A look at real processes, which stand for services."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from secrets import token_hex

import psutil
import pytest

from agent.services.look import look
from agent.sso.seen import Condition, Service

assert sys.platform != "win32"  # the type checker then leaves this file out there

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="how names are kept is Linux' own")

INTERPRETER = os.path.realpath(sys.executable)
# Says that it is there, and waits for the end of its standard input, which ends with the test at the latest.
WAITS = ["-I", "-S", "-c", "import sys; print('ready', flush=True); sys.stdin.read()"]


class StandIns:
    """Starts processes with a name of one's own: Linux names them after the file, here a link to the interpreter."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack

    def start(self, name: str) -> "subprocess.Popen[bytes]":
        path = self._folder / name
        if not path.exists():
            path.symlink_to(INTERPRETER)
        process = self._stack.enter_context(
            subprocess.Popen([path, *WAITS], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        )
        self._stack.callback(process.kill)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        return process


@pytest.fixture
def stand_ins(tmp_path: Path) -> Iterator[StandIns]:
    with ExitStack() as stack:
        yield StandIns(tmp_path, stack)


@pytest.fixture
def name() -> str:
    """Nobody else's; with the most letters that Linux keeps."""
    return f"ENTSSO-{token_hex(4)}"


def end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait(30)


def test_a_process_of_the_name_is_found_as_what_it_is(stand_ins: StandIns, name: str) -> None:
    process = stand_ins.start(name)
    service = look(name).service
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    ticks = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[19]
    assert (service.condition, service.pid) == (Condition.RUNNING, process.pid)
    assert service.incarnation == f"{boot}/{process.pid}/{ticks}"
    assert service.started == pytest.approx(psutil.Process(process.pid).create_time(), abs=1)


def test_no_process_of_the_name(name: str) -> None:
    assert look(name).service == Service(name, Condition.ABSENT)


def test_it_is_the_same_one_at_each_look_and_another_one_after_a_restart(stand_ins: StandIns, name: str) -> None:
    first = stand_ins.start(name)
    service = look(name).service
    assert service.incarnation is not None
    assert look(name.lower()).service.incarnation == service.incarnation
    end(first)
    assert look(name).service == Service(name, Condition.ABSENT)
    stand_ins.start(name)
    again = look(name).service
    assert again.condition is Condition.RUNNING
    assert again.incarnation != service.incarnation


def test_one_that_was_killed_and_that_nobody_asked_after_does_not_run(stand_ins: StandIns, name: str) -> None:
    process = stand_ins.start(name)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and stays a zombie
    assert psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE
    assert look(name).service == Service(name, Condition.ABSENT)


def test_beside_a_zombie_its_successor_runs(stand_ins: StandIns, name: str) -> None:
    zombie = stand_ins.start(name)
    zombie.kill()
    os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
    process = stand_ins.start(name)
    assert look(name).service.pid == process.pid


def test_two_of_the_name(stand_ins: StandIns, name: str) -> None:
    first, second = sorted(stand_ins.start(name).pid for _ in range(2))
    detail = f"the processes {first} and {second} have this name"
    assert look(name).service == Service(name, Condition.SEVERAL, detail=detail)


@pytest.mark.parametrize("pattern", ["{}-of-more-letters-than-linux-keeps", "{} (x) S 1 2", ") {}", "{}\n)"])
def test_long_and_odd_names(stand_ins: StandIns, name: str, pattern: str) -> None:
    odd = pattern.format(name)
    process = stand_ins.start(odd)
    service = look(odd).service
    assert (service.condition, service.pid) == (Condition.RUNNING, process.pid)


def test_host_instances(stand_ins: StandIns) -> None:
    """Others may have some too."""
    site = token_hex(3)
    receiving, sending = f"BTSSvc${site}r", f"BTSSvc${site}s-of-more-letters"
    started = {name: stand_ins.start(name).pid for name in (receiving, sending)}
    sighting = look("ENTSSO-nobody")
    found = {name: each.pid for name, each in sighting.instances.items() if site in name}
    assert sighting.listed
    assert found == started
    assert sighting.instances[sending].condition is Condition.RUNNING


def test_a_pattern_of_one_s_own(stand_ins: StandIns, name: str) -> None:
    process = stand_ins.start(name)
    assert {each.pid for each in look("ENTSSO-nobody", f"{name.lower()[:-1]}?").instances.values()} == {process.pid}


@pytest.mark.parametrize(
    "error", [psutil.AccessDenied(), psutil.Error("odd"), PermissionError(), OSError("odd"), RuntimeError("odd")]
)
def test_a_look_raises_nothing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def refused() -> list[int]:
        raise error

    monkeypatch.setattr(psutil, "pids", refused)
    sighting = look("ENTSSO")
    refusals = (psutil.AccessDenied, PermissionError)
    due = Condition.FORBIDDEN if isinstance(error, refusals) else Condition.FAILED
    assert sighting.service.condition is due
    assert not sighting.listed
