"""How far a sweep is, where there is no terminal: a line now and then."""

import time
from collections.abc import Callable
from typing import TextIO

from agent.sweep.sweep import Status

EVERY = 30.0  # seconds
EDGES_AGAIN = "asking the edges again"


class Lines:
    """The first one comes when a sweep has lasted so long that somebody may wonder."""

    def __init__(self, file: TextIO, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._file, self._monotonic = file, monotonic
        self._next = monotonic() + EVERY

    def show(self, status: Status) -> None:
        now = self._monotonic()
        if now < self._next:
            return
        self._next = now + EVERY
        doing = f", {EDGES_AGAIN}" if status.at_edges else ""
        asked = f"{status.asked:,} of {status.ports:,} ports asked"
        print(
            f"{status.address}: {asked}{doing}; {found(status) or 'nothing found'} so far", file=self._file, flush=True
        )


def found(status: Status) -> str:
    """For example `8,192 closed, 3 silent`."""
    return ", ".join(f"{count:,} {seen.name.lower()}" for seen, count in status.counts.items() if count)
