"""The agent as a service has it: in a thread of its own, from a real file, with its log and its events."""

import errno
import gc
import logging
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.app import Agent
from agent.hosting.windows.conditions import Failure
from agent.hosting.windows.course import Course, Phase, Report
from agent.hosting.windows.events import Event
from agent.hosting.windows.hosted import Hosted
from agent.log.log import LIBRARIES, log
from agent.log.rotated import Rotated
from agent.store.kept import default_state_folder

PATIENCE = 30.0
SITE = """\
site: contoso
web: {{listen: "127.0.0.1:{port}"}}
state_dir: state
names: false
hosts:
  - {{name: BTS01, role: processing, address: 127.0.0.1}}
  - {{name: MSS, role: master-secret, address: 127.0.0.2, epm_port: {port}}}
  - {{name: SQL01, role: sso-database, address: 127.0.0.3, port: {port}}}
"""


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "default"))  # elsewhere than on Windows, the platform's own
    monkeypatch.setenv("ProgramData", str(tmp_path / "default"))
    monkeypatch.setattr(logging, "raiseExceptions", logging.raiseExceptions)
    monkeypatch.setattr(gc, "freeze", lambda: None)
    monkeypatch.setattr(sys, "setswitchinterval", lambda _: None)
    loggers = (log, *LIBRARIES)
    before = [(each, each.handlers[:], each.level, each.propagate, each.filters[:]) for each in loggers]
    yield
    for logger, handlers, level, propagate, filters in before:
        for handler in logger.handlers:
            if handler not in handlers:
                handler.close()
        logger.handlers[:], logger.level, logger.propagate, logger.filters[:] = handlers, level, propagate, filters


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        found: int = sock.getsockname()[1]
    return found


class Service:
    """The service's thread, as the test plays it."""

    def __init__(self, place: Path, write: Callable[[int, int, str], None] | None = None) -> None:
        self.written: list[tuple[int, int, str]] = []
        self.woken = threading.Event()
        self.course = Course(time.monotonic())
        self.hosted = Hosted(place, "BTS01", self.course, self.woken.set, write or self._write)

    def _write(self, event: int, level: int, text: str) -> None:
        self.written.append((event, level, text))

    def until(self, phase: Phase) -> Report:
        """It is told so."""
        deadline = time.monotonic() + PATIENCE
        while (report := self.course.tick(time.monotonic())).phase is not phase:
            assert time.monotonic() < deadline, (report, self.written)
            assert report.phase is not Phase.STOPPED, (report, self.written)
            self.woken.wait(0.05)
            self.woken.clear()
        return report

    def has_told(self, event: Event) -> str:
        """The text of the first one."""
        deadline = time.monotonic() + PATIENCE
        while not (found := [text for number, _, text in self.written if number == event]):
            assert time.monotonic() < deadline, self.written
            time.sleep(0.05)
        return found[0]

    def end(self) -> Report:
        self.course.told_to_stop(PATIENCE)
        self.hosted.stop()
        report = self.until(Phase.STOPPED)
        self.hosted.last_words(report)
        return report


@pytest.fixture
def place(tmp_path: Path, port: int) -> Path:
    file = tmp_path / "Größe und Maß" / "ssoreach.yaml"
    file.parent.mkdir()
    file.write_text(SITE.format(port=port), "utf-8")
    return file


def test_a_whole_life(place: Path, port: int) -> None:
    service = Service(place)
    service.hosted.start()
    assert service.until(Phase.RUNNING) == Report(Phase.RUNNING)
    assert healthy(port)
    assert service.has_told(Event.STARTED) == f"the service has started\r\nmetrics: http://127.0.0.1:{port}/metrics"
    assert "before: pending" in service.has_told(Event.VERDICT)
    service.hosted.reload()
    assert "sha256: " in service.has_told(Event.RELOADED)
    assert service.end() == Report(Phase.STOPPED)
    assert service.has_told(Event.STOPPED) == "the service ends"
    with pytest.raises(urllib.error.URLError):
        healthy(port)
    lines = (place.parent / "state" / "agent.log").read_text("utf-8")
    assert "the service has started" in lines
    assert "the service ends" in lines


def test_a_configuration_that_went_while_it_runs(place: Path, port: int) -> None:
    """It runs on with what it has; the next start is from the last good one, and says so."""
    service = Service(place)
    service.hosted.start()
    service.until(Phase.RUNNING)
    place.unlink()
    service.hosted.reload()
    assert str(place) in service.has_told(Event.NOT_RELOADED)
    assert healthy(port)
    service.end()


def test_a_file_that_is_not_there(place: Path) -> None:
    default = default_state_folder()
    default.mkdir(parents=True)
    place.unlink()
    service = Service(place)
    service.hosted.start()
    assert service.until(Phase.STOPPED) == Report(Phase.STOPPED, 0, Failure.CANNOT_START)
    assert str(place) in service.has_told(Event.CANNOT_RUN)
    assert place.name in (default / "agent.log").read_text("utf-8")


def test_a_folder_that_nobody_laid_out_is_not_made_to_say_so(place: Path) -> None:
    place.unlink()
    service = Service(place)
    service.hosted.start()
    service.until(Phase.STOPPED)
    assert str(place) in service.has_told(Event.CANNOT_RUN)
    assert not default_state_folder().exists()


def test_every_mistake_is_an_event(place: Path) -> None:
    place.write_text("site: contoso\nhosts: 2\nsmapling: 3\n", "utf-8")
    service = Service(place)
    service.hosted.start()
    service.until(Phase.STOPPED)
    told = [text for event, _, text in service.written if event == Event.CANNOT_RUN]
    assert len(told) == len(service.written) >= 2


def test_a_key_that_cannot_be_read(place: Path) -> None:
    with place.open("a", encoding="utf-8") as file:
        file.write("rendezvous: {key_file: no-such.key}\n")
    service = Service(place)
    service.hosted.start()
    assert service.until(Phase.STOPPED).failure is Failure.CANNOT_START
    assert "rendezvous.key_file" in service.has_told(Event.CANNOT_RUN)


def test_a_port_that_is_taken(place: Path, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        service = Service(place)
        service.hosted.start()
        assert service.until(Phase.STOPPED).failure is Failure.CANNOT_LISTEN
    assert str(port) in service.has_told(Event.CANNOT_RUN)


def test_a_log_that_cannot_be_written_beside_the_state_stops_nothing(place: Path, port: int) -> None:
    (place.parent / "state" / "agent.log").mkdir(parents=True)
    service = Service(place)
    service.hosted.start()
    service.until(Phase.RUNNING)
    assert healthy(port)
    assert "the log file cannot be used" in service.has_told(Event.WARNING)
    service.end()


def test_a_log_that_the_file_names_and_that_cannot_be_written_is_a_mistake(place: Path) -> None:
    with place.open("a", encoding="utf-8") as file:
        file.write("log: {file: no/such/folder/agent.log}\n")
    service = Service(place)
    service.hosted.start()
    assert service.until(Phase.STOPPED).failure is Failure.CANNOT_START
    assert "log.file" in service.has_told(Event.CANNOT_RUN)


def test_an_event_log_that_refuses_everything_stops_nothing(place: Path, port: int) -> None:
    def refuse(_event: int, _level: int, _text: str) -> None:
        raise OSError(1502, "The event log file is full")

    service = Service(place, refuse)
    service.hosted.start()
    service.until(Phase.RUNNING)
    assert healthy(port)
    assert service.end() == Report(Phase.STOPPED)


def test_a_full_disk_costs_the_log_and_nothing_else(
    place: Path, port: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(_self: Rotated) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Rotated, "flush", full)
    service = Service(place)
    service.hosted.start()
    service.until(Phase.RUNNING)
    assert healthy(port)
    assert service.has_told(Event.STARTED)
    assert service.end() == Report(Phase.STOPPED)
    assert service.has_told(Event.STOPPED)
    assert "Traceback" not in capsys.readouterr().err


def test_a_stop_that_comes_before_it_listens_is_not_lost(place: Path) -> None:
    service = Service(place)
    service.hosted.start()
    assert service.end() == Report(Phase.STOPPED)


def test_a_loop_with_no_rounds_in_it_does_not_beat(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    works, beats = [True], list[threading.Thread]()
    monkeypatch.setattr(Agent, "is_at_work", property(lambda _: works[0]))
    service = Service(place)
    monkeypatch.setattr(service.course, "beat", lambda: beats.append(threading.current_thread()))
    service.hosted.start()
    service.until(Phase.RUNNING)
    works[0] = False
    service.hosted.beat()
    works[0] = True
    service.hosted.beat()
    service.end()
    assert beats.count(threading.current_thread()) == 1  # the others are the agent's own


def test_where_a_loop_stands_still_is_said(place: Path) -> None:
    """Its words go to the log even so."""
    service = Service(place)
    service.hosted.start()
    service.until(Phase.RUNNING)
    service.hosted.last_words(Report(Phase.STOPPED, 0, Failure.STUCK, cut_short=True))
    told = service.has_told(Event.CANNOT_RUN)
    assert "why: its event loop stood still" in told
    assert "at: " in told
    assert "(" in told.partition("at: ")[2]
    service.end()


class Hangs(logging.Handler):
    """A disk that does not answer."""

    def __init__(self) -> None:
        super().__init__()
        self.held = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self.held.wait(PATIENCE)


def test_a_log_that_hangs_does_not_keep_the_process(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.hosting.windows.hosted.LAST_WORDS", 0.05)
    service, hangs = Service(place), Hangs()
    log.addHandler(hangs)
    log.setLevel(logging.INFO)
    service.hosted.last_words(Report(Phase.STOPPED))
    assert not hangs.held.is_set()
    hangs.held.set()


def test_nothing_slow_is_imported_before_the_service_control_manager_is_told() -> None:
    """What waits for a disk or a scanner waits in the agent's thread, and Windows is told meanwhile."""
    program = "import sys, agent.cli.commands, agent.hosting.windows.hosted; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert {"aiohttp", "asyncio", "pydantic", "yaml", "psutil"}.isdisjoint(done.stdout.split())


def healthy(port: int) -> bool:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/healthy", timeout=PATIENCE) as answer:
        return bool(answer.status == 200)
