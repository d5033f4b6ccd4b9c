"""The interface of an engine."""

import asyncio
import socket
from abc import ABC, abstractmethod
from collections.abc import Callable

from probes.engine.late import Lateness
from probes.link import Links
from probes.outcome import Outcome, Target
from probes.sockets import close_politely, raise_descriptor_limit

RESERVE = 256  # descriptors left to everything else in this process
MOST = 8_192  # attempts in flight; more would only fill queues on the way

# Called once an attempt has ended, with the connected socket where there is one: whoever takes it must close it.
Done = Callable[[Outcome, socket.socket | None], None]
Ended = asyncio.Future[tuple[Outcome, socket.socket | None]]


class Engine(ABC):
    """Attempts in flight, each with its own deadline. Belongs to one running event loop."""

    def __init__(self, *, utc: Callable[[], float]) -> None:
        self._loop = asyncio.get_running_loop()
        self.utc = utc
        self.capacity = max(16, min(MOST, raise_descriptor_limit() - RESERVE))
        self._slots = asyncio.Semaphore(self.capacity)
        self.lateness = Lateness(self._loop, self._beat)
        self.links = Links(self._loop.time)

    @property
    @abstractmethod
    def in_flight(self) -> int:
        """How many attempts have begun and not ended."""

    @abstractmethod
    def submit(self, target: Target, done: Done) -> None:
        """Begin an attempt now; the caller keeps at most `capacity` in flight. `done` is never called from within."""

    @abstractmethod
    def close(self) -> None:
        """Give up every attempt in flight; their callbacks are not called, and who awaits one has to be cancelled."""

    def _beat(self) -> None:  # noqa: B027 (an engine without deadlines of its own has nothing to do here)
        """Called while attempts are in flight, 20 times a second."""

    async def connect(self, target: Target) -> tuple[Outcome, socket.socket | None]:
        """One attempt; the caller must close the socket that it gets. Cancelled, it ends unheard at its deadline."""
        await self._slots.acquire()
        ended: Ended = self._loop.create_future()
        try:
            self.submit(target, lambda outcome, sock: self._end(ended, outcome, sock))
        except BaseException:
            self._slots.release()
            raise
        try:
            return await ended
        except BaseException:
            _drop(ended)
            raise

    async def knock(self, target: Target) -> Outcome:
        """One attempt, closed in order again."""
        outcome, sock = await self.connect(target)
        if sock is not None:
            close_politely(sock)
        return outcome

    def _end(self, ended: Ended, outcome: Outcome, sock: socket.socket | None) -> None:
        """Hand an outcome to whoever waits; nobody waits any more when the task was cancelled."""
        if not ended.done():
            ended.set_result((outcome, sock))
        elif sock is not None:
            close_politely(sock)
        self._slots.release()  # by the attempt, not by who waits: it had its descriptor until now


def _drop(ended: Ended) -> None:
    """Close what arrived for a task that was cancelled before it could take it."""
    sock = ended.result()[1] if ended.done() and not ended.cancelled() else None
    if sock is not None:
        close_politely(sock)
