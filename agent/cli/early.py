"""Signals that come before there is an agent to be told: what it needs is imported meanwhile, and its file read."""

import signal
import sys
from types import FrameType


def note_early() -> list[int]:
    """A SIGTERM ends this process in order, also where it is the first one of a container, which ignores it otherwise.

    SIGHUPs are noted in what this gives: one would end the process, and must not get lost.
    """
    early: list[int] = []
    if sys.platform != "win32":
        signal.signal(signal.SIGHUP, lambda number, _: early.append(number))
        signal.signal(signal.SIGTERM, _end)
    return early


def _end(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)
