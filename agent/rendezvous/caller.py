"""The half that asks, driven: requests go out and are repeated, and whoever waits for an answer gets it."""

import asyncio
from collections.abc import Awaitable, Callable

from agent.ground.clock import Clock, sleep_or
from agent.rendezvous.question import Done
from agent.rendezvous.seeker import Seeker
from probes.wire.rendezvous.frame import Drop, Kind

Send = Callable[[bytes], Awaitable[None]]


class Caller:
    """`seeker` asks one agent at one address; `send` takes its datagrams there."""

    def __init__(self, seeker: Seeker, send: Send, clock: Clock) -> None:
        self.seeker = seeker
        self.send = send
        self._clock = clock
        self._waiting: dict[int, asyncio.Future[Done]] = {}
        self._news = asyncio.Event()
        self._pump: asyncio.Task[None] | None = None

    async def ask(self, kind: Kind, body: bytes = b"") -> Done:
        """Its answer, or that there was none: it takes up to some seconds to be sure of that."""
        now = self._clock.monotonic()
        ticket = self.seeker.greet(now) if kind is Kind.HELLO else self.seeker.ask(kind, body, now)
        waiting: asyncio.Future[Done] = asyncio.get_running_loop().create_future()
        self._waiting[ticket] = waiting
        self._news.set()
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._run())
        try:
            return await waiting
        finally:
            self._waiting.pop(ticket, None)

    def heard(self, data: bytes) -> Drop | None:
        """A datagram from there. Not None: it is no answer for us, and why."""
        drop = self.seeker.receive(data, self._clock.monotonic(), self._clock.time())
        if drop is None:  # whoever sends us nonsense makes us do no more than look at it
            self._news.set()
        return drop

    async def close(self) -> None:
        """Whoever waits has no answer."""
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.wait([self._pump])
        for ticket, waiting in self._waiting.items():
            if not waiting.done():
                waiting.set_result(Done(ticket, None, 0, None))

    async def _run(self) -> None:
        while True:
            self._news.clear()
            for data in self.seeker.tick(self._clock.monotonic()):
                await self.send(data)
            for done in self.seeker.done():
                waiting = self._waiting.get(done.ticket)
                if waiting is not None and not waiting.done():
                    waiting.set_result(done)
            at = self.seeker.next_at()
            if at is None:
                if not self._news.is_set():
                    return
            else:
                await sleep_or(self._news, at - self._clock.monotonic(), self._clock)
