"""The agents of peers as a round meets them, whichever configuration is in force: it goes on while one takes over.

What is asked while our own end closes comes to nothing, and says nothing of the peer: it is asked again. Not for ever:
whoever answers does so long before the next configuration comes, and a round has to end.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

from agent.ends.ends import Ends
from agent.survey.range.far import Far, Greet, Lease, Silent, Told
from probes.wire.rendezvous.messages import Asked

T = TypeVar("T")

TRIES = 2  # of a question


class Steady:
    """What of ours is open now. Whoever asks for it while nothing is waits until something is."""

    def __init__(self) -> None:
        self._ends: Ends | None = None
        self._open = asyncio.Event()

    def opened(self, ends: Ends | None) -> None:
        """None: there is no key."""
        self._ends = ends
        self._open.set()

    def closing(self) -> None:
        self._open.clear()

    def has(self, ends: Ends | None) -> bool:
        """Whether that is what is open now."""
        return self._open.is_set() and ends is self._ends

    def greet_for(self, peer: str) -> Greet:
        """How a round greets the agents at the addresses of a peer."""
        return partial(self._greet, peer)

    async def now(self) -> Ends | None:
        await self._open.wait()
        return self._ends

    async def _greet(self, peer: str, address: str) -> Far | Silent:
        ends, far = await self.meet(peer, address)
        return far if isinstance(far, Silent) else SteadyFar(self, peer, address, ends, far)

    async def meet(self, peer: str, address: str) -> tuple[Ends | None, Far | Silent]:
        """And whose acquaintance it is."""
        ends, far = await self._meet(peer, address)
        for _ in range(TRIES - 1):
            if isinstance(far, Silent) and not self.has(ends):
                ends, far = await self._meet(peer, address)
        return ends, far

    async def _meet(self, peer: str, address: str) -> tuple[Ends | None, Far | Silent]:
        ends = await self.now()
        return ends, Silent.NO_KEY if ends is None else await ends.greet_for(peer)(address)


class SteadyFar:
    """The agent at one address, met anew when what it was met by is gone: `agent.survey.range.far.Far`."""

    def __init__(self, steady: Steady, peer: str, address: str, ends: Ends | None, far: Far) -> None:
        self._steady = steady
        self._peer = peer
        self._address = address
        self._ends = ends
        self._far: Far | Silent = far

    async def hold(self, ports: Sequence[int]) -> Lease | None:
        return await self._ask(lambda far: far.hold(ports))

    async def renew(self, lease: Lease) -> Lease | None:
        """Not by whom it was not granted to: only he knows whether it lasted, and whether the far end is the same."""
        if not self._steady.has(self._ends) or isinstance(self._far, Silent):
            return None
        return await self._far.renew(lease)

    async def report(self, lease: Lease, asked: Sequence[Asked]) -> Told | None:
        return await self._ask(lambda far: far.report(lease, asked))

    async def _ask(self, question: Callable[[Far], Awaitable[T | None]]) -> T | None:
        answer: T | None = None
        for _ in range(TRIES):
            far = await self._met()
            answer = await question(far) if far else None
            if answer is not None or self._steady.has(self._ends):
                break
        return answer

    async def _met(self) -> Far | None:
        if await self._steady.now() is not self._ends:
            self._ends, self._far = await self._steady.meet(self._peer, self._address)
        return None if isinstance(self._far, Silent) else self._far
