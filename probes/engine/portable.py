"""The engine for every other system, Windows' Proactor loop included: the event loop's own connect, a task for each."""

import asyncio
import socket
from collections.abc import Callable

from probes.classify import CONNECTED, Evidence, conclude, number
from probes.engine.engine import Done, Engine
from probes.outcome import Target
from probes.sockets import icmp_of, open_socket, sent, source_of
from probes.state import State

AT_ONCE = 0.1  # seconds; an error that names no sender and comes this soon is taken for our own


class PortableEngine(Engine):
    """Works on every event loop; some ten times the price of the epoll engine."""

    def __init__(self, *, utc: Callable[[], float]) -> None:
        super().__init__(utc=utc)
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def in_flight(self) -> int:
        return len(self._tasks)

    def submit(self, target: Target, done: Done) -> None:
        self.lateness.start()
        task = self._loop.create_task(self._attempt(target, done))
        self._tasks.add(task)
        task.add_done_callback(self._forget)

    def close(self) -> None:
        self.lateness.stop()
        for task in self._tasks:
            task.cancel()

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not self._tasks:
            self.lateness.stop()

    async def _attempt(self, target: Target, done: Done) -> None:
        started, began = self._utc(), self._loop.time()
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
        outcome = conclude(seen, started)
        if outcome.state is not State.OPEN:
            sock.close()
        done(outcome, sock if outcome.state is State.OPEN else None)

    async def _connect(self, target: Target, sock: socket.socket, began: float) -> Evidence:
        code = CONNECTED
        try:
            async with asyncio.timeout_at(began + target.timeout):
                await self._loop.sock_connect(sock, (target.address, target.port))
        except OSError as error:  # TimeoutError is one
            code = number(error)
        seconds, late = self._loop.time() - began, self.lateness.since(began)
        icmp = icmp_of(sock) if code != CONNECTED else None
        return Evidence(target, source_of(sock), seconds, code, icmp, sent(sock), late, at_once=seconds < AT_ONCE)
