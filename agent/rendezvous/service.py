"""All of it in one process: the sockets, the half that holds, and the half that asks."""

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from agent.ground.clock import Clock
from agent.rendezvous.callers import Callers
from agent.rendezvous.directory import Directory
from agent.rendezvous.door import Door, SendAway
from agent.rendezvous.far import FarAgent
from agent.rendezvous.holder import Holder
from agent.rendezvous.orders import Place
from agent.rendezvous.question import Done
from agent.rendezvous.roster import Roster
from agent.rendezvous.seeker import Seeker
from agent.rendezvous.sockets import Sockets
from agent.survey.range.far import Far, Greet, Silent
from probes.outcome import Target
from probes.sockets import source_towards
from probes.wire.rendezvous.frame import Kind, claims_to_answer
from probes.wire.rendezvous.keys import Ring

REBUILT_AFTER = 3  # rounds in which nobody answered: a socket can be broken in ways that nobody tells


@dataclass(frozen=True, slots=True)
class Identity:
    """`name`: ours, as a sender. `random` makes secret bytes. `source_address`: what we speak from, if that matters."""

    name: str
    ring: Ring
    random: Callable[[int], bytes]
    source_address: str | None = None


@dataclass(slots=True)
class Contact:
    """What is known of the agent of a peer. `answers`: by address, whether it did the last time; `asked`: monotonic."""

    answers: dict[str, bool] = field(default_factory=dict)
    offset: float | None = None
    asked: float | None = None

    @property
    def at(self) -> str | None:
        """An address at which it answers."""
        return next((address for address, answered in self.answers.items() if answered), None)

    @property
    def is_up(self) -> bool:
        return self.at is not None


class Service:
    """`door` makes the half that holds, given a way to send. `listen`: hosts and ports, see `sockets`."""

    def __init__(
        self,
        identity: Identity,
        directory: Directory,
        door: Callable[[SendAway], Door],
        listen: Sequence[tuple[str, int]],
        clock: Clock,
        warn: Callable[[str], None],
    ) -> None:
        self._identity = identity
        self._directory = directory
        self._clock = clock
        self._sockets = Sockets(listen, self._heard, warn)
        self._door = door(self._sockets.send)
        self._callers = Callers(self._seeker, directory.place, self._send, clock)
        self.contacts = {peer: Contact() for peer in directory.peers if peer not in directory.own}
        self._unheard = 0
        self._is_closing = False

    @property
    def holder(self) -> Holder:
        return self._door.holder

    def go_on_from(self, before: "Service") -> None:
        """In place of it: who answered, and when, until he is asked again. With another key nobody knows that."""
        if self._identity.ring == before._identity.ring:
            known = {peer: contact for peer, contact in before.contacts.items() if peer in self.contacts}
            self.contacts.update({peer: replace(each, answers=dict(each.answers)) for peer, each in known.items()})

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Until the end of the block. Sockets come with the first `refresh`."""
        self._door.start()
        try:
            yield
        finally:
            self._is_closing = True
            await self._door.close()
            await self._callers.close()
            await self._sockets.close()

    async def refresh(self, addresses: Iterable[str], hosts: Mapping[str, Iterable[str]]) -> None:
        """A round has passed. `addresses`: this host's, as they are now; `hosts`: what the others' names come to."""
        self.holder.roster = Roster.of(self._directory.own, hosts)
        heard = not self.contacts or any(contact.is_up for contact in self.contacts.values())
        self._unheard = 0 if heard else self._unheard + 1
        if self._unheard > REBUILT_AFTER:
            self._unheard = 0
            await self._sockets.close()
        await self._sockets.refresh(addresses)

    def greet_for(self, peer: str) -> Greet:
        """How a round greets the agents at the addresses of a peer."""
        return partial(self.greet, peer)

    async def greet(self, peer: str, address: str) -> Far | Silent:
        if peer not in self.contacts:
            return Silent.NOT_EXPECTED
        caller = self._callers.of(peer, address)
        done = await self.ask(peer, address, Kind.HELLO)
        await self._callers.answered(peer, address, caller, did=done.answer is not None)
        if done.answer is None:
            return Silent.OTHER_VERSION if caller.seeker.other_version else Silent.NO_ANSWER
        self.contacts[peer].offset = caller.seeker.offset
        return FarAgent(caller, self._identity.ring, self._identity.random)

    async def ask(self, peer: str, address: str, kind: Kind, body: bytes = b"") -> Done:
        """One request to the agent of a peer at one of its addresses."""
        done = await self._callers.of(peer, address).ask(kind, body)
        if self._is_closing and done.answer is None:
            return done  # by our own doing, which says nothing of the peer
        contact = self.contacts.setdefault(peer, Contact())
        contact.asked = self._clock.monotonic()
        contact.answers[address] = done.answer is not None
        return done

    def port_towards(self, peer: str, address: str) -> int | None:
        """The UDP port that we speak from to an address."""
        return self._sockets.port_at(self._local(self._callers.place(peer, address)))

    async def keep(self, peer: str, addresses: Collection[str]) -> None:
        """Forget every other address of a peer: a name may come to ever new ones."""
        contact = self.contacts[peer]
        for gone in [address for address in contact.answers if address not in addresses]:
            del contact.answers[gone]
        await self._callers.keep(peer, addresses)

    def name_at(self, peer: str, address: str) -> str | None:
        """Of the machine that answers there, which may be a cluster's node. A name that is not the peer's is none."""
        welcome = self._callers.of(peer, address).seeker.welcome
        return welcome.name if welcome and self._directory.is_of(peer, welcome.name) else None

    async def meet_elsewhere(self, peer: str, place: Place) -> None:
        """A person's process asks to be probed and holds listeners of its own; not needed where an agent does."""
        if not self.contacts[peer].is_up:
            await self._callers.meet_elsewhere(peer, place)

    def _seeker(self, peer: str) -> Seeker:
        return Seeker(self._identity.name, peer, self._identity.ring, self._identity.random)

    async def _send(self, data: bytes, place: Place) -> None:
        await self._sockets.send(data, place, self._local(place))

    def _local(self, place: Place) -> str:
        """The address of ours that leads there; any other where that one has no socket."""
        address = source_towards(Target(place.address, place.port, source=self._identity.source_address))
        served = self._sockets.addresses
        return address if address in served else next(iter(sorted(served)), "")

    def _heard(self, data: bytes, source: Place, local: str) -> None:
        if not claims_to_answer(data):
            self._door.heard(data, source, local)
            return
        drop = self._callers.heard(data, source)
        if drop is not None:
            self.holder.dropped[drop] += 1
