"""Time as an argument: the machine's own clock here, a held one in the tests."""

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """`monotonic` for durations, `time` for dates (UTC seconds since the epoch)."""

    def monotonic(self) -> float: ...

    def time(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's own."""

    def monotonic(self) -> float:
        return time.monotonic()

    def time(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
