"""`probe` on a machine with whose clock and processor somebody tampers: for tests, and none of it in the product.

python -m tests.faults.tampered FILE run --config ...

FILE holds one float of eight octets: by how many seconds the clock is wrong just now. SIGUSR2 blocks the event loop
for BLOCKED seconds: a handler of Python's runs in its thread, between two of its steps.
"""

import mmap
import signal
import struct
import sys
import time
from pathlib import Path

from agent.cli import main
from agent.ground.clock import SystemClock

BLOCKED = 5.0  # seconds
OFFSET = struct.Struct("<d")


def wrong_by(place: Path) -> None:
    """From now on the agent's clock is wrong by what the file says at that moment."""
    with place.open("r+b") as file:
        seconds = mmap.mmap(file.fileno(), OFFSET.size)
    right = SystemClock.time

    def clock(self: SystemClock) -> float:
        found: tuple[float] = OFFSET.unpack(seconds[:])
        return right(self) + found[0]

    SystemClock.time = clock  # type: ignore[method-assign]


def block(number: int, frame: object) -> None:
    time.sleep(BLOCKED)


if __name__ == "__main__":
    wrong_by(Path(sys.argv.pop(1)))
    if sys.platform != "win32":
        signal.signal(signal.SIGUSR2, block)
    main()
