"""Plain connects from inside a namespace, by `connector.py`, to compare with the lab's table."""

import errno
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from .namespace import Namespace
from .rows import Seen

CONNECTOR = Path(__file__).with_name("connector.py")


class Told(NamedTuple):
    """What the kernel told of one connect.

    `error` is an errno: 0 connected, ETIMEDOUT nothing heard. `at_once`: connect() itself failed, nothing was sent.
    `icmp` is (type, code); `seconds` is the time it took.
    """

    error: int
    at_once: bool
    icmp: tuple[int, int] | None
    sender: str | None
    seconds: float

    @property
    def seen(self) -> Seen:
        if self.error == 0:
            return Seen.OPEN
        if self.at_once:
            return Seen.LOCAL
        if self.error == errno.ETIMEDOUT:
            return Seen.SILENT
        return Seen.REJECTED if self.icmp else Seen.CLOSED


def connect(namespace: Namespace, doors: Sequence[tuple[str, int]], seconds: float) -> list[Told]:
    """Connect to all doors (address, port) at once, for so many seconds at most."""
    request = json.dumps({"doors": doors, "seconds": seconds})
    # Isolated, so that a module of the current directory cannot stand in the way of the standard library's.
    done = namespace.python("-I", str(CONNECTOR), input=request, timeout=seconds + 60)
    done.check_returncode()
    return [
        Told(error, at_once, (icmp[0], icmp[1]) if icmp else None, sender, took)
        for error, at_once, icmp, sender, took in json.loads(done.stdout)
    ]
