"""Who writes down everything that an agent publishes, from its first result to its last."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from tests.lab.namespace import Namespace

OVERLOAD = 2.0  # who waits for each processor
PROGRAM = Path(__file__).with_name("reader.py")


class Published(NamedTuple):
    """One result of a path, of a round that began at `begun` at the earliest; seen at `seen`: monotonic seconds."""

    peer: str
    check: str
    said: str  # "verdict/cause", or "reachable"
    begun: float
    seen: float
    path: dict[str, Any]
    busy: bool  # the machine had more to do than it has processors for

    def __str__(self) -> str:
        return f"{self.peer} {self.check} {self.said}: {self.path['detail']}"


class Witness:
    """Safe to be asked while it goes on."""

    def __init__(self) -> None:
        self._seen: list[Published] = []
        self._news = threading.Condition(threading.RLock())

    def note(self, line: str) -> None:
        """What the program said."""
        found = json.loads(line)
        if found["direction"] != "outbound":
            return
        said = found["verdict"] + (f"/{found['cause']}" if found["cause"] else "")
        begun = found["before"] - found["seconds"]
        busy = psutil.getloadavg()[0] > OVERLOAD * (psutil.cpu_count() or 1)
        one = Published(found["peer"], found["check"], said, begun, found["seen"], found, busy)
        with self._news:
            self._seen.append(one)
            self._news.notify_all()

    def all(self) -> list[Published]:
        with self._news:
            return list(self._seen)

    def newest(self, check: str, peer: str | None = None) -> Published | None:
        found = [each for each in self.all() if each.check == check and peer in (None, each.peer)]
        return found[-1] if found else None

    def since(self, moment: float) -> list[Published]:
        """Results of rounds that certainly began after that."""
        return [each for each in self.all() if each.begun >= moment and each.said != "pending"]

    def until(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Wait for it; False: it never came."""
        deadline = time.monotonic() + seconds
        with self._news:
            while not holds():
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                self._news.wait(left)
        return True


@contextmanager
def witnessing(namespace: Namespace, port: int) -> Iterator[Witness]:
    """Of the agent that has its pages at that port of the namespace, for as long as the block lasts."""
    witness = Witness()
    program = namespace.popen(sys.executable, "-I", str(PROGRAM), str(port), stdin=subprocess.PIPE)
    thread = threading.Thread(target=_listen, args=(program, witness), daemon=True)
    thread.start()
    try:
        yield witness
    finally:
        program.kill()
        thread.join(10)


def _listen(program: "subprocess.Popen[str]", witness: Witness) -> None:
    assert program.stdout
    for line in program.stdout:
        if line.endswith("\n"):
            witness.note(line)
