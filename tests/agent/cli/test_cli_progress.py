"""How far a sweep is: at a terminal, and elsewhere. And whether a person is there at all."""

import ctypes
import io
import sys
from types import SimpleNamespace

import pytest

from agent.cli.lines import EVERY, Lines
from agent.cli.progress import Bar, pace
from agent.cli.usage import is_interactive, person_reads
from agent.dynamic.observed import Observed
from agent.sweep.sweep import Status


def status(asked: int, *, at_edges: bool = False, closed: int = 0) -> Status:
    return Status("192.0.2.1", asked, 16_384, {Observed.CLOSED: closed, Observed.SILENT: 0}, at_edges)


def test_a_line_every_thirty_seconds() -> None:
    now, file = [1000.0], io.StringIO()
    lines = Lines(file, lambda: now[0])
    for second in range(0, 95, 5):
        now[0] = 1000.0 + second
        lines.show(status(second * 100, closed=second * 90, at_edges=second >= 90))
    assert EVERY == 30.0
    assert file.getvalue().splitlines() == [
        "192.0.2.1: 3,000 of 16,384 ports asked; 2,700 closed so far",
        "192.0.2.1: 6,000 of 16,384 ports asked; 5,400 closed so far",
        "192.0.2.1: 9,000 of 16,384 ports asked, asking the edges again; 8,100 closed so far",
    ]


def test_a_line_before_anything_is_found() -> None:
    now, file = [0.0], io.StringIO()
    lines = Lines(file, lambda: now[0])
    now[0] = EVERY
    lines.show(status(7))
    assert file.getvalue() == "192.0.2.1: 7 of 16,384 ports asked; nothing found so far\n"


@pytest.mark.parametrize(
    ("at", "seconds", "told"),
    [
        (status(4096), 41.0, "100/s, 2 min left"),
        (status(16_384), 160.0, "102/s, 1 s left"),
        (status(16_384, at_edges=True), 160.0, ""),
        (status(0), 1.0, ""),
        (status(100), 0.0, ""),
    ],
)
def test_how_long_it_takes_is_told_while_that_is_known(at: Status, seconds: float, told: str) -> None:
    assert pace(at, seconds) == told


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_at_the_edges_the_bar_says_so_and_promises_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    screen = Screen()
    with Bar(screen) as bar:
        bar.show(status(16_384))
        before = len(screen.getvalue())
        bar.show(status(16_384, at_edges=True, closed=3))
        shown = screen.getvalue()[before:]
    assert "192.0.2.1, asking the edges again" in shown
    assert "16384/16384" in shown
    assert "3 closed" in shown
    assert "left" not in shown
    assert "%" not in shown


def test_what_is_no_terminal_is_no_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert not person_reads()
    assert not is_interactive()


@pytest.mark.parametrize("console", [True, False], ids=["console", "NUL"])
def test_on_windows_nul_is_no_person(monkeypatch: pytest.MonkeyPatch, console: bool) -> None:
    """It passes for a terminal there, and only a console has a mode."""
    kernel = SimpleNamespace(GetConsoleMode=lambda handle, mode: int(console and handle.value == 7))
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=kernel), raising=False)
    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(get_osfhandle=lambda _: 7))
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True, fileno=lambda: 0))
    monkeypatch.setattr(sys, "platform", "win32")
    assert person_reads() is console
