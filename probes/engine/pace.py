"""A token bucket: how fast attempts may leave this host."""

import asyncio
from collections.abc import Awaitable, Callable


class Pace:
    """At most `rate` a second over time, `burst` at once. Whoever waits is served in the order of asking."""

    def __init__(
        self,
        rate: float,
        burst: int,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._sleep = sleep
        self._full_at = clock()  # the bucket is full again at this time

    async def take(self) -> None:
        """Wait for one token. A waiter that is cancelled has still spent it: the others are not woken early."""
        now = self._clock()
        self._full_at = max(self._full_at, now) + 1 / self._rate
        wait = self._full_at - now - self._burst / self._rate
        if wait > 0:
            await self._sleep(wait)
