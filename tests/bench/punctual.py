"""`probe run`, whose clock notes how late each sleep ends: whatever the agent does at a time of its own waits by it.

python -m tests.bench.punctual FILE run ...      FILE: pairs of doubles, when it woke (monotonic), and how late, seconds
"""

import sys
from array import array
from pathlib import Path

import agent.app
from agent.cli import main
from agent.ground.clock import SystemClock

notes = array("d")


class NotingClock(SystemClock):
    """Otherwise the machine's own."""

    async def sleep(self, seconds: float) -> None:
        due = self.monotonic() + max(0.0, seconds)
        await super().sleep(seconds)
        now = self.monotonic()
        notes.extend((now, now - due))


def read(file: Path) -> list[tuple[float, float]]:
    """What was noted."""
    noted = array("d", file.read_bytes())
    return list(zip(noted[::2], noted[1::2], strict=True))


if __name__ == "__main__":
    place = Path(sys.argv.pop(1))
    agent.app.SystemClock = NotingClock  # type: ignore[attr-defined]
    try:
        main()
    finally:
        place.write_bytes(notes.tobytes())
