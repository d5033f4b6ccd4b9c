"""The agents of peers as a round meets them, whichever configuration is in force: it goes on while one takes over."""

import asyncio
from collections.abc import Sequence
from functools import partial

from agent.ends import Ends
from agent.survey.range.far import Far, Greet, Lease, Silent, Told
from probes.wire.rendezvous.messages import Asked


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
        far = await self._met()
        return await far.hold(ports) if far else None

    async def renew(self, lease: Lease) -> Lease | None:
        far = await self._met()
        return await far.renew(lease) if far else None

    async def report(self, lease: Lease, asked: Sequence[Asked]) -> Told | None:
        far = await self._met()
        return await far.report(lease, asked) if far else None

    async def _met(self) -> Far | None:
        if await self._steady.now() is not self._ends:
            self._ends, self._far = await self._steady.meet(self._peer, self._address)
        return None if isinstance(self._far, Silent) else self._far
