"""Which TCP listeners a namespace has, looked at every few milliseconds for as long as a block lasts."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from .namespace import LabCommandError, Namespace

PROGRAM = Path(__file__).with_name("tcptable.py")

Door = tuple[str, int]


class Sighting(NamedTuple):
    """From `seconds` (monotonic) on, until the next sighting, these were there and no others."""

    seconds: float
    listeners: frozenset[Door]


class Watch:
    """What was seen so far; the file is the program's, and grows."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def sightings(self) -> list[Sighting]:
        whole = self._file.read_text("ascii").rpartition("\n")[0].splitlines()[1:]
        return [
            Sighting(seconds, frozenset((host, port) for host, port in doors))
            for seconds, doors in map(json.loads, whole)
        ]

    def ports(self) -> frozenset[int]:
        """Of the listeners that are there now."""
        seen = self.sightings()
        return frozenset(port for _, port in seen[-1].listeners) if seen else frozenset()

    def until(self, wanted: Callable[[frozenset[int]], bool], seconds: float) -> frozenset[int]:
        """The ports, once they are as they should be. AssertionError if they never are."""
        deadline = time.monotonic() + seconds
        while not wanted(ports := self.ports()):
            assert time.monotonic() < deadline, f"after {seconds} s there are listeners at {sorted(ports)}"
            time.sleep(0.005)
        return ports


@contextmanager
def watching(namespace: Namespace, file: Path) -> Iterator[Watch]:
    """From the block's first line on. `file` is one to write."""
    with file.open("w", encoding="ascii") as seen:
        program = namespace.popen(sys.executable, "-I", str(PROGRAM), stdin=subprocess.PIPE, stdout=seen)
    with program:
        try:
            _wait(program, file)
            yield Watch(file)
            assert program.stdin
            program.stdin.close()
            program.wait(10)
        finally:
            program.kill()


def _wait(program: subprocess.Popen[str], file: Path) -> None:
    deadline = time.monotonic() + 10
    while file.read_text("ascii").count("\n") < 2:
        if program.poll() is not None or time.monotonic() > deadline:
            raise LabCommandError("nobody watches the TCP table")
        time.sleep(0.01)
