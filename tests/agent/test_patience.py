"""Who waits for `probe once` is told why, at a terminal and only there."""

import io
import sys
import threading

import pytest

from agent.cli.patience import patience


class Terminal(io.StringIO):
    """One that tells when something was written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = threading.Event()

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        count = super().write(text)
        if "\n" in text:
            self.written.set()
        return count


@pytest.mark.parametrize(("exact", "words"), [(True, "--no-exact leaves them out"), (False, "asked again")])
def test_a_person_who_waits_is_told_why_once(monkeypatch: pytest.MonkeyPatch, exact: bool, words: str) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with patience(exact=exact, after=0.0):
        assert terminal.written.wait(30)
    assert words in terminal.getvalue()
    assert terminal.getvalue().count("\n") == 1
    assert "Ctrl-C" in terminal.getvalue()


def test_who_need_not_wait_is_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with patience(exact=True, after=3600.0):
        pass
    assert terminal.getvalue() == ""


def test_where_there_is_no_terminal_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    with patience(exact=True, after=0.0):
        pass
    assert stream.getvalue() == ""
