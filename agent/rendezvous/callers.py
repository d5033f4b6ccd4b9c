"""One that asks for each address of every peer, and to which of them an answer goes."""

from collections.abc import Awaitable, Callable, Collection

from agent.ground.clock import Clock
from agent.rendezvous.caller import Caller
from agent.rendezvous.orders import Place
from agent.rendezvous.seeker import Seeker
from probes.wire.rendezvous.frame import Drop

MISSED = 3  # greetings without an answer, until a process is taken to be gone

Key = tuple[str, str]  # a peer, and one of its addresses
SendTo = Callable[[bytes, Place], Awaitable[None]]


class Callers:
    """`seeker` makes the half that asks a peer; `place` tells where its agent is asked, as a rule."""

    def __init__(
        self,
        seeker: Callable[[str], Seeker],
        place: Callable[[str, str], Place],
        send: SendTo,
        clock: Clock,
    ) -> None:
        self._seeker = seeker
        self._place = place
        self._send = send
        self._clock = clock
        self._callers: dict[Key, tuple[Place, Caller]] = {}  # and where that one asks, wherever others would
        self._at: dict[Place, dict[Key, Caller]] = {}
        self._elsewhere: dict[Key, Place] = {}
        self._missed: dict[Key, int] = {}  # greetings elsewhere without an answer, in a row

    def of(self, peer: str, address: str) -> Caller:
        key = peer, address
        if key not in self._callers:
            place = self.place(peer, address)
            caller = Caller(self._seeker(peer), self._to(place), self._clock)
            self._callers[key] = place, caller
            self._at.setdefault(place, {})[key] = caller
        return self._callers[key][1]

    def place(self, peer: str, address: str) -> Place:
        """Where it is asked now."""
        return self._elsewhere.get((peer, address)) or self._place(peer, address)

    def heard(self, data: bytes, source: Place) -> Drop | None:
        """An answer, or what pretends to be one. Not None: nobody took it, and why."""
        drop: Drop | None = Drop.SENDER  # nobody asks there
        for caller in [*self._at.get(source, {}).values()]:
            drop = caller.heard(data)
            if drop is None:
                break
        return drop

    async def meet_elsewhere(self, peer: str, place: Place) -> None:
        """At the address of `place` the peer is asked there from now on, until it does not answer any more."""
        caller = self._taken((peer, place.address))
        self._missed.pop((peer, place.address), None)
        self._elsewhere[peer, place.address] = place  # at once: somebody may ask while the caller closes
        if caller is not None:
            await caller.close()

    async def answered(self, peer: str, address: str, caller: Caller, *, did: bool) -> None:
        """Whether somebody did who was greeted by that caller. Who did not, several times, is met as usual again."""
        key = peer, address
        if key not in self._elsewhere or self._callers.get(key, (None, None))[1] is not caller:
            return  # it was greeted where it is not met any more
        self._missed[key] = 0 if did else self._missed.get(key, 0) + 1
        if self._missed[key] >= MISSED:
            await self._forget(key)

    async def keep(self, peer: str, addresses: Collection[str]) -> None:
        """Of a peer only those."""
        for key in [key for key in self._callers if key[0] == peer and key[1] not in addresses]:
            await self._forget(key)

    async def close(self) -> None:
        for key in [*self._callers]:
            await self._forget(key)

    async def _forget(self, key: Key) -> None:
        caller = self._taken(key)
        self._elsewhere.pop(key, None)
        self._missed.pop(key, None)
        if caller is not None:
            await caller.close()

    def _taken(self, key: Key) -> Caller | None:
        """Nobody finds it here any more."""
        if key not in self._callers:
            return None
        place, caller = self._callers.pop(key)
        del self._at[place][key]
        if not self._at[place]:
            del self._at[place]
        return caller

    def _to(self, place: Place) -> Callable[[bytes], Awaitable[None]]:
        async def send(data: bytes) -> None:
            await self._send(data, place)

        return send
