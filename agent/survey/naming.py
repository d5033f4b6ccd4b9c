"""Ask for the names of all peers, beside the rounds: neither it nor a name service that hangs delays a verdict."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from agent.found.finding import Finding
from agent.ground.clock import Clock
from agent.survey.called import Peer
from agent.survey.names import names_findings, to_look_up, to_reverse
from probes.resolve import Answer

HOUR = 3600.0  # seconds from one asking to the next
AT_ONCE = 16  # look-ups, of all peers together

Ask = Callable[[str], Awaitable[Answer]]
Broken = Callable[[Exception], None]


class Names(Protocol):
    """The part of probes.resolve.Resolver that is used here."""

    async def look_up(self, name: str, timeout: float) -> Answer: ...

    async def reverse(self, address: str, timeout: float) -> Answer: ...


async def names_of(peer: Peer, look_up: Ask, reverse: Ask) -> list[Finding]:
    """Ask what there is to ask about one peer, and compare."""
    forward = await _each(look_up, to_look_up(peer))
    return names_findings(peer, forward, await _each(reverse, to_reverse(peer, forward)))


class Naming:
    """The findings about all peers' names, from the newest asking. `timeout` in seconds, for each look-up."""

    def __init__(self, peers: Sequence[Peer], names: Names, timeout: float, clock: Clock) -> None:
        self._peers = peers
        self._names = names
        self._timeout = timeout
        self._clock = clock
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._found: dict[str, list[Finding]] = {}

    @property
    def findings(self) -> tuple[Finding, ...]:
        """In the order of the peers."""
        return tuple(finding for peer in self._peers for finding in self._found.get(peer.name, ()))

    @asynccontextmanager
    async def hourly(self, broken: Broken) -> AsyncIterator[None]:
        """Ask now and every hour until the end of the block. A fault of our own is told to `broken`."""
        asking = asyncio.create_task(self._forever(broken))
        try:
            yield
        finally:
            await _end(asking)

    @asynccontextmanager
    async def meanwhile(self, broken: Broken) -> AsyncIterator[None]:
        """Ask once beside the block. The end waits for what is missing, but no longer than one look-up may take."""
        began = self._clock.monotonic()
        asking = asyncio.create_task(self._ask(broken))
        try:
            yield
            await self._wait(asking, began + self._timeout)
        finally:
            await _end(asking)

    async def _forever(self, broken: Broken) -> None:
        due = self._clock.monotonic()
        while True:
            await self._ask(broken)
            due = max(due + HOUR, self._clock.monotonic())
            await self._clock.sleep(due - self._clock.monotonic())

    async def _wait(self, asking: asyncio.Task[None], until: float) -> None:
        patience = asyncio.create_task(self._clock.sleep(until - self._clock.monotonic()))
        try:
            await asyncio.wait((asking, patience), return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _end(patience)

    async def _ask(self, broken: Broken) -> None:
        await asyncio.gather(*(self._ask_of(peer, broken) for peer in self._peers))

    async def _ask_of(self, peer: Peer, broken: Broken) -> None:
        try:
            self._found[peer.name] = await names_of(peer, self._look_up, self._reverse)
        except Exception as error:
            broken(error)

    async def _look_up(self, name: str) -> Answer:
        async with self._gate:
            return await self._names.look_up(name, self._timeout)

    async def _reverse(self, address: str) -> Answer:
        async with self._gate:
            return await self._names.reverse(address, self._timeout)


async def _each(ask: Ask, questions: Iterable[str]) -> dict[str, Answer]:
    asked = tuple(questions)
    return dict(zip(asked, await asyncio.gather(*map(ask, asked)), strict=True))


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])
