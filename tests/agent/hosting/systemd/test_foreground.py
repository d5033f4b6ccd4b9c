"""`probe run` as systemd starts it: a process, and a socket on which it says how it is."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

assert sys.platform != "win32"  # the type checker then leaves this file out there

ROOT = Path(__file__).parents[4]
SITE = """\
site: contoso
hosts:
  - {name: BTS01, role: processing, address: 127.0.0.1}
  - {name: SQL01, role: sso-database, address: 127.0.0.2, port: 1}
  - {name: MSS, role: master-secret, address: 127.0.0.3, epm_port: 1}
web: {listen: "127.0.0.1:0"}
schedule: {interval: 10s, timeout: 1s}
names: false
state_dir: state
"""


# Rounds that end by a cancellation which was meant for something else: no task group hears of that.
CUT_OFF = """
import asyncio
from agent.survey.survey import Survey
async def cut_off(self):
    raise asyncio.CancelledError
Survey.round = cut_off
from agent.cli import main
main()
"""


class Started:
    """An agent, and what systemd hears of it."""

    def __init__(self, process: subprocess.Popen[str], ear: socket.socket) -> None:
        self.process = process
        self._ear = ear
        self._heard: list[str] = []  # lines of a datagram

    def hear(self, wanted: str) -> list[str]:
        """Every line up to the one that begins so; TimeoutError if it never comes."""
        lines: list[str] = []
        while not (lines and lines[-1].startswith(wanted)):
            if not self._heard:
                self._heard = self._ear.recv(65536).decode().split("\n")
            lines.append(self._heard.pop(0))
        return lines


@contextmanager
def started(folder: Path, site: str, program: Sequence[str] = ("-m", "agent.cli"), **more: str) -> Iterator[Started]:
    file, place = folder / "ssoreach.yaml", folder / "notify"
    file.write_text(site)
    environ = {**os.environ, "NOTIFY_SOCKET": str(place), **more}
    command = [sys.executable, *program, "run", "--config", str(file), "--host", "BTS01"]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(place))
        ear.settimeout(30)
        with subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.PIPE, text=True) as process:
            try:
                yield Started(process, ear)
            finally:
                process.kill()


def without_beats(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if line != "WATCHDOG=1" and not line.startswith("STATUS=")]


def test_systemd_hears_of_the_whole_life(tmp_path: Path) -> None:
    with started(tmp_path, SITE, WATCHDOG_USEC="600000") as agent:
        assert agent.hear("READY=1") == ["READY=1"]
        assert agent.hear("STATUS=")[-1].startswith("STATUS=4 of 4 paths not shown to be reachable (")
        agent.hear("WATCHDOG=1")
        (tmp_path / "ssoreach.yaml").write_text(SITE + "nonsense: 1\n")
        agent.process.send_signal(signal.SIGHUP)
        assert without_beats(agent.hear("RELOADING=1")) == ["RELOADING=1"]
        agent.hear("MONOTONIC_USEC=")
        assert without_beats(agent.hear("READY=1")) == ["READY=1"]
        assert "not in force" in agent.hear("STATUS=")[-1]
        agent.hear("WATCHDOG=1")  # what ran before runs on
        agent.process.terminate()
        assert without_beats(agent.hear("STOPPING=1")) == ["STOPPING=1"]
        assert agent.process.wait(20) == 0


def test_an_agent_that_cannot_start_says_why(tmp_path: Path) -> None:
    with started(tmp_path, SITE + "nonsense: 1\n") as agent:
        (said,) = agent.hear("STATUS=")
        assert "nonsense" in said
        assert agent.process.wait(20) == 2


@pytest.mark.parametrize("place", ["/nowhere/notify", "@" + "x" * 107, "vsock:2:1", "nonsense"])
def test_a_socket_that_nobody_hears_stops_no_agent(tmp_path: Path, place: str) -> None:
    with started(tmp_path, SITE, NOTIFY_SOCKET=place, WATCHDOG_USEC="600000") as agent:
        assert agent.process.stderr
        assert any("listening" in line for line in iter(agent.process.stderr.readline, ""))
        agent.process.terminate()
        assert agent.process.wait(20) == 0


def test_an_agent_that_is_aborted_says_where_it_was(tmp_path: Path) -> None:
    """The watchdog sends SIGABRT."""
    with started(tmp_path, SITE) as agent:
        agent.hear("READY=1")
        agent.process.send_signal(signal.SIGABRT)
        _, said = agent.process.communicate(timeout=20)
        assert agent.process.returncode == -signal.SIGABRT
        assert "Fatal Python error: Aborted" in said
        assert "agent/cli/foreground.py" in said


def test_a_loop_that_turns_without_rounds_is_no_life(tmp_path: Path) -> None:
    with started(tmp_path, SITE, ("-c", CUT_OFF), WATCHDOG_USEC="600000") as agent:
        agent.hear("READY=1")
        agent.hear("STATUS=no rounds are made any more; ")
        agent.process.terminate()
        assert "WATCHDOG=1" not in agent.hear("STOPPING=1")
        assert agent.process.wait(20) == 0
        assert agent.process.stderr
        assert "systemd is not told" in agent.process.stderr.read()
