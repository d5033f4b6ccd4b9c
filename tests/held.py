"""Time that stands still until a test moves it."""

import asyncio
import heapq
import itertools
from collections.abc import Callable, Coroutine, Sized
from contextvars import Context
from typing import Any, TypeVar, cast

T = TypeVar("T")


class HeldClock:
    """A clock to hand in: `sleep` ends when `advance` has moved the time far enough."""

    def __init__(self, monotonic: float = 1_000.0, utc: float = 1_800_000_000.0) -> None:
        self._now = monotonic
        self._ahead = utc - monotonic
        self._count = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def monotonic(self) -> float:
        return self._now

    def time(self) -> float:
        return self._now + self._ahead

    async def sleep(self, seconds: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + seconds, next(self._count), woken))
        await woken

    async def advance(self, seconds: float) -> None:
        """Move the time, waking each sleeper at its moment; whoever is woken runs before the time goes on."""
        until = self._now + seconds
        await let_run()
        while self._sleepers and self._sleepers[0][0] <= until:
            moment, _, woken = heapq.heappop(self._sleepers)
            self._now = max(self._now, moment)
            if not woken.done():
                woken.set_result(None)
            await let_run()
        self._now = until

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`; whenever all that it started sleeps, the time moves on to the next who wakes."""
        task = asyncio.create_task(work)
        await let_run()
        while not task.done():
            if not self._sleepers:
                task.cancel()
                raise AssertionError("it waits for something that no clock will bring")
            await self.advance(max(0.0, self._sleepers[0][0] - self._now))
        return await task


class HeldLoop:
    """The part of an event loop that has to do with time, for what asks nothing else of it."""

    def __init__(self, now: float = 1_000.0) -> None:
        self._now = now
        self._timers: list[asyncio.TimerHandle] = []

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """Itself, as what it stands in for."""
        return cast(asyncio.AbstractEventLoop, self)

    def time(self) -> float:
        return self._now

    def get_debug(self) -> bool:
        return False

    def call_at(
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        timer = asyncio.TimerHandle(when, callback, args, self.loop, context)
        self._timers.append(timer)
        return timer

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        self._timers.remove(handle)

    @property
    def waiting(self) -> int:
        """How many timers are set."""
        return len(self._timers)

    def advance(self, seconds: float) -> None:
        """Run on time: every timer at its moment."""
        until = self._now + seconds
        while due := [timer for timer in self._timers if timer.when() <= until]:
            first = min(due, key=asyncio.TimerHandle.when)
            self._now = max(self._now, first.when())
            self._run(first)
        self._now = until

    def stall(self, seconds: float) -> None:
        """Be blocked: the time passes, no timer runs."""
        self._now += seconds

    def turn(self) -> None:
        """Run what is due now, each once."""
        for timer in sorted(self._timers, key=asyncio.TimerHandle.when):
            if timer.when() <= self._now:
                self._run(timer)

    def _run(self, timer: asyncio.TimerHandle) -> None:
        self._timers.remove(timer)
        timer._run()


async def let_run() -> None:
    """Let every task run until all of them wait for something from outside."""
    ready: Sized = getattr(asyncio.get_running_loop(), "_ready")  # noqa: B009 - private, so type checkers do not know it
    await asyncio.sleep(0)
    while ready:  # noqa: ASYNC110 - there is no event for an empty queue
        await asyncio.sleep(0)
