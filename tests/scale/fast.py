"""A clock for agents with real sockets: time stands still while anything is on its way, and leaps over idle spans.

An hour of rounds takes seconds, and whatever is due comes in its order. Only what the system itself times, the deadline
of an attempt that nobody answers, takes as long as ever.
"""

import asyncio
import heapq
import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from tests.held import let_run

TURN = 0.001  # real seconds between two looks whether what is on its way has arrived
STILL = 2  # looks in a row at which nothing moved
PATIENCE = 30.0  # real seconds until what does not come is waited for no more


class Threads(ThreadPoolExecutor):
    """The loop's, which knows how much it was given and has not done yet."""

    def __init__(self) -> None:
        super().__init__(4, "fast")
        self._undone: set[Future[Any]] = set()

    def submit(self, work: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        given = super().submit(work, *arguments, **named)
        self._undone.add(given)
        given.add_done_callback(self._undone.discard)
        return given

    @property
    def busy(self) -> bool:
        return bool(self._undone)


class FastClock:
    """To be made in a running loop. `busy` says whether attempts are under way; it may be set later."""

    def __init__(self) -> None:
        self._now = time.monotonic()
        self._ahead = time.time() - self._now
        self._count = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._threads = Threads()
        asyncio.get_running_loop().set_default_executor(self._threads)
        self._idle = frozenset(threading.enumerate())
        self.busy: Callable[[], bool] = lambda: False

    def monotonic(self) -> float:
        return self._now

    def time(self) -> float:
        return self._now + self._ahead

    async def sleep(self, seconds: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        sleeper = (self._now + seconds, next(self._count), woken)
        heapq.heappush(self._sleepers, sleeper)
        try:
            await woken
        finally:
            if woken.cancelled():  # it would lie here until its time came
                with suppress(ValueError):
                    self._sleepers.remove(sleeper)
                    heapq.heapify(self._sleepers)

    async def advance(self, seconds: float) -> None:
        """Whoever sleeps is woken at his moment, and has done what he can before time goes on."""
        until = self._now + seconds
        await self.settle()
        while self._sleepers and self._sleepers[0][0] <= until:
            moment, _, woken = heapq.heappop(self._sleepers)
            self._now = max(self._now, moment)
            if not woken.done():
                woken.set_result(None)
            await self.settle()
        self._now = until

    async def settle(self) -> None:
        """Until nothing moves without the clock. AssertionError if that takes too long."""
        still, deadline = 0, time.monotonic() + PATIENCE
        while still < STILL:
            await let_run()
            if not self._is_busy:
                still += 1
                continue
            still = 0
            await asyncio.sleep(TURN)
            assert time.monotonic() < deadline, "something is on its way that does not arrive"

    def started(self) -> None:
        """Every thread that is there now stays: none of them has anything to do for an agent."""
        self._idle = frozenset(threading.enumerate())

    @property
    def _is_busy(self) -> bool:
        return self.busy() or self._threads.busy or any(self._is_at_work(each) for each in threading.enumerate())

    def _is_at_work(self, thread: threading.Thread) -> bool:
        return thread not in self._idle and not thread.name.startswith("fast")
