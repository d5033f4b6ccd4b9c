"""Time as an argument: the machine's own clock here, a held one in the tests."""

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """`monotonic` for durations, `time` for dates (UTC seconds since the epoch)."""

    def monotonic(self) -> float: ...

    def time(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


async def sleep_or(event: asyncio.Event, seconds: float | None, clock: Clock) -> None:
    """Until it is set, or so many seconds have passed; None: for however long it takes."""
    waits: set[asyncio.Task[object]] = {asyncio.create_task(event.wait())}
    if seconds is not None:
        waits.add(asyncio.create_task(clock.sleep(max(0.0, seconds))))
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waits:
            each.cancel()


# Which clock the system's own is. Another Python may take another one, and spans of both are not to be compared.
MONOTONIC = time.get_clock_info("monotonic").implementation


class SystemClock:
    """The machine's own."""

    def monotonic(self) -> float:
        return time.monotonic()

    def time(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
