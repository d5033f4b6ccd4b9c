"""The engine for every other system, Windows' Proactor loop included: the event loop's own connect, a task for each."""

import asyncio
import socket
import time
from collections import deque
from collections.abc import Callable

from probes.classify import CONNECTED, Evidence, conclude, number
from probes.engine.engine import Done, Engine
from probes.outcome import Target
from probes.sockets import icmp_of, is_ours, open_socket, sent, sockaddr, source_of
from probes.state import State

AT_ONCE = 0.1  # seconds; an error that names no sender and comes this soon is taken for our own
AT_A_TIME = 16  # attempts begun in one turn of the loop


class PortableEngine(Engine):
    """Works on every event loop; some ten times the price of the epoll engine.

    `stopwatch` measures what an attempt took: before Python 3.13 the loop's own clock has steps of 16 ms on Windows.
    """

    def __init__(self, *, utc: Callable[[], float], stopwatch: Callable[[], float] = time.perf_counter) -> None:
        super().__init__(utc=utc)
        self._stopwatch = stopwatch
        self._waiting: deque[tuple[Target, Done]] = deque()
        self._beginning = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def in_flight(self) -> int:
        return len(self._waiting) + len(self._tasks)

    def submit(self, target: Target, done: Done) -> None:
        if self._closed:
            raise RuntimeError("the engine is closed")
        self.lateness.start()
        self._waiting.append((target, done))
        if not self._beginning:
            self._begin()

    def close(self) -> None:
        self._closed = True
        self.lateness.stop()
        self._waiting.clear()
        for task in self._tasks:
            task.cancel()

    def _begin(self) -> None:
        """A few in each turn: to begin hundreds in one would make the loop late for those that came first."""
        self._beginning = bool(self._waiting)
        for _ in range(min(AT_A_TIME, len(self._waiting))):
            task = self._loop.create_task(self._attempt(*self._waiting.popleft()))
            self._tasks.add(task)
            task.add_done_callback(self._forget)
        if self._beginning:
            self._loop.call_soon(self._begin)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not self.in_flight:
            self.lateness.stop()

    async def _attempt(self, target: Target, done: Done) -> None:
        started, began = self.utc(), self._loop.time()
        try:
            sock = open_socket(target)
        except OSError as error:
            done(conclude(Evidence(target, None, 0.0, number(error), at_once=True), started), None)
            return
        try:
            seen = await self._connect(target, sock, began)
        except BaseException:
            sock.close()
            raise
        outcome = conclude(self.links.looked_at(seen), started)
        if outcome.state is not State.OPEN:
            sock.close()
        done(outcome, sock if outcome.state is State.OPEN else None)

    async def _connect(self, target: Target, sock: socket.socket, began: float) -> Evidence:
        code, pressed = CONNECTED, self._stopwatch()
        try:
            async with asyncio.timeout_at(began + target.timeout):
                await self._loop.sock_connect(sock, sockaddr(target))
        except OSError as error:  # TimeoutError is one
            code = number(error)
        seconds, late = self._stopwatch() - pressed, self.lateness.since(began)
        icmp = icmp_of(sock) if code != CONNECTED else None
        early, ours = seconds < AT_ONCE, is_ours(icmp)
        return Evidence(target, source_of(sock), seconds, code, icmp, sent(sock), late, early, ours)
