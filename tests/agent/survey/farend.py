"""A peer whose agent listens for us, behind firewalls of either way, on a held clock.

Packets get lost, arrive or do not; what is shut is known, and so is what both ends must find.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random

from agent.ground.ports import NO_PORTS
from agent.survey.manners import Manners
from agent.survey.range.far import Lease, Silent, Told
from probes.outcome import Endpoint, Outcome, Target
from probes.registry import Kind
from probes.state import Phase, State
from probes.wire.rendezvous.messages import Admission, Asked, Found, Grant, Holding, Reason, Reported
from tests.agent.seen import HERE, PEER, outcome
from tests.agent.survey.network import Asked as Attempt
from tests.agent.survey.network import Network, Site
from tests.agent.survey.world import DYNAMIC, LISTENERS, REFUSAL, SYNS, World
from tests.held import HeldClock

LASTS = 5.0  # seconds, a lease
TRIES = (0.0, 0.4, 1.2)  # when a request is sent, in seconds
GIVE_UP = 2.0
ROUND_TRIP = 0.001


@dataclass
class Held:
    """A lease, as the far end knows it. `came`: port → the source port of who came, and how far."""

    number: bytes
    ports: frozenset[int]
    until: float
    unbroken: bool = True
    came: dict[int, dict[int, Found]] = field(default_factory=dict)


class Far:
    """The agent at an address. `bound`: where it listens."""

    def __init__(self, world: "HeldWorld", address: str = PEER) -> None:
        self.world = world
        self.alive = True
        self.silent: Silent | None = None  # what a greeting comes to
        self.udp_shut = False
        self.bound = address
        self.admission = Admission.UNKNOWN
        self.reached_ago: int | None = None
        self.busy, self.never, self.vacant = NO_PORTS, NO_PORTS, NO_PORTS
        self.full, self.full_for = NO_PORTS, 0  # ports that are refused in the first leases
        self.booted = False
        self.renews = True
        self.leases: dict[bytes, Held] = {}
        self.greeted = 0
        self.holds = 0
        self.renewals = 0

    async def greet(self) -> "Far | Silent":
        self.greeted += 1
        if self.silent is not None:
            return self.silent
        return self if await self._exchange() is not None else Silent.NO_ANSWER

    async def hold(self, ports: Sequence[int]) -> Lease | None:
        assert 0 < len(ports) <= 64
        assert len(set(ports)) == len(ports)
        self.holds += 1
        began, repeated = self.world.clock.monotonic(), await self._exchange()
        if repeated is None:
            return None
        number = next(self.world.numbers).to_bytes(16, "big")
        grants = {port: self._grant(port) for port in ports}
        held = frozenset(port for port, grant in grants.items() if grant.holding is Holding.HELD)
        self.leases[number] = Held(number, held, self.world.clock.monotonic() + LASTS)
        proofs = {port: number + port.to_bytes(2, "big") for port in ports}
        return Lease(number, grants, began + LASTS, proofs, repeated)

    def _grant(self, port: int) -> Grant:
        if port in self.full and self.holds <= self.full_for:
            return Grant(port, Holding.REFUSED, Reason.FULL)
        if self.booted:
            return Grant(port, Holding.REFUSED, Reason.BOOTED)
        if port in LISTENERS:
            return Grant(port, Holding.LISTENING)
        if port in self.busy:
            return Grant(port, Holding.BUSY)
        if port in self.never:
            return Grant(port, Holding.REFUSED, Reason.SEEN)
        return Grant(port, Holding.VACANT, Reason.FIXED) if port in self.vacant else Grant(port, Holding.HELD)

    async def renew(self, lease: Lease) -> Lease | None:
        self.renewals += 1
        if not self.renews:
            return None
        began, repeated = self.world.clock.monotonic(), await self._exchange()
        held = self.leases.get(lease.id)
        if repeated is None or held is None:
            return None
        held.unbroken &= self.world.clock.monotonic() <= held.until
        held.until = self.world.clock.monotonic() + LASTS
        return Lease(lease.id, lease.grants, began + LASTS, lease.proofs, repeated)

    async def report(self, lease: Lease, asked: Sequence[Asked]) -> Told | None:
        repeated = await self._exchange()
        if repeated is None:
            return None
        held = self.leases.get(lease.id)
        if held is None:
            nothing = {each.port: Found.NOTHING_KNOWN for each in asked}
            return Told(Reported(False, self.bound, self.admission, self.reached_ago, nothing), repeated)
        found = {each.port: self._found(held, each) for each in asked}
        return Told(Reported(held.unbroken, self.bound, self.admission, self.reached_ago, found), repeated)

    def _found(self, held: Held, asked: Asked) -> Found:
        if asked.port not in held.ports:
            return Found.NOTHING_KNOWN
        came = held.came.get(asked.port, {})
        if asked.source in came:
            return came[asked.source]
        return Found.OTHER if came else Found.NONE

    def restart(self) -> None:
        """All that was held is gone, and forgotten."""
        self.leases.clear()

    def serves(self, port: int, proof: bytes) -> Held | None:
        """The lease whose listener says this proof now."""
        held = self.leases.get(proof[:16])
        now = self.world.clock.monotonic()
        return held if self.alive and held is not None and port in held.ports and now <= held.until else None

    async def _exchange(self) -> bool | None:
        """Whether the request had to be repeated; None: there was no answer."""
        for number, at in enumerate(TRIES):
            if self.alive and not self.udp_shut and self.world.both_ways():
                await self.world.clock.sleep(at + ROUND_TRIP)
                return number > 0
        await self.world.clock.sleep(GIVE_UP)
        return None


class HeldNetwork(Network):
    """One in which held ports can be asked for their proof."""

    world: "HeldWorld"

    async def ask(self, target: Target, kind: Kind = Kind.CONNECT, question: object = None) -> Outcome:
        if kind is not Kind.PROOF:
            return await super().ask(target, kind, question)
        assert isinstance(question, bytes)
        self.asked.append(Attempt(self.now, target, kind, question))
        started = self.clock.time()
        said = await self.world.prove(target, question)
        return said._replace(target=target, started=started)


class HeldWorld(World):
    """`returns`: ports whose SYN-ACK is dropped; `strangers`: at which another machine accepts and says nothing.

    `host_firewall`: that of the host admits its services and not the agent; `translated`: the probed address is not the
    host's own; `crowded`: somebody else connects to whatever is held.
    """

    def __init__(self, *, stealthy: bool = True, loss: float = 0.0, seed: int = 0) -> None:
        super().__init__(stealthy=stealthy, loss=loss, seed=seed)
        self.returns, self.strangers = NO_PORTS, NO_PORTS
        self.strange = State.MUTE
        self.host_firewall = False
        self.crowded = False
        self.faulty = False  # on this side
        self.nameless = False  # the system does not tell which port we ask from
        self.far = Far(self)
        self.fars = {PEER: self.far}
        self.numbers = count(1)  # of leases
        self.network = network = HeldNetwork(rest=self.answer)
        network.world = self
        self.network.script(135, lambda _: self.mapper(), kind=Kind.MAPPER)
        self._sources = count(32_768)
        self._dice = Random(seed + 1)
        self._proved = 0

    @property
    def clock(self) -> HeldClock:
        return self.network.clock

    def both_ways(self) -> bool:
        """Whether a packet and its answer arrive."""
        return not (self.down or self.shuns) and self._dice.random() < (1 - self.loss) ** 2

    async def prove(self, target: Target, proof: bytes) -> Outcome:
        """As a host with an agent answers to whoever wants a proof."""
        self._proved += 1
        if self._later is not None and self._proved == self._later[0]:
            self._later[1]()
        source = 20_000 + next(self._sources) % 40_000
        said = await self._attempt(target, proof, source)
        return said._replace(source=None if self.nameless else Endpoint(HERE, source))

    async def _attempt(self, target: Target, proof: bytes, source: int) -> Outcome:
        began = self.network.now
        if self.faulty:
            return outcome(State.LOCAL_FAULT)
        for at in (each for each in SYNS if each < target.timeout):
            await self._until(began + at)
            said = self._syn(target, proof, source)
            if said is not None:
                return await self._talked(said, target, at)
        await self._until(began + target.timeout)
        return outcome(State.FILTERED, seconds=target.timeout)

    def _syn(self, target: Target, proof: bytes, source: int) -> State | Outcome | None:
        """What comes back; None: nothing."""
        port = target.port
        if self.down or self.shuns or self._gets_lost() or self._over("passes", self.passes) or port in self.drops:
            return None
        if port in self.refuses:
            return None if self._over("tells", self.tells) or self._gets_lost() else REFUSAL
        if port in self.resets:
            return None if self._gets_lost() else State.CLOSED
        if port in self.strangers:
            return None if self._gets_lost() else self.strange
        return self._arrives(*target[:2], proof, source)

    def _arrives(self, address: str, port: int, proof: bytes, source: int) -> State | None:
        held = self.fars[address].serves(port, proof)
        if self.host_firewall or held is None:
            return None if self.stealthy or self.host_firewall else State.CLOSED
        came = held.came.setdefault(port, {})
        if self.crowded:
            came[1] = Found.MINE
        came[0 if self.nameless else source] = Found.OTHER if self.nameless else Found.HALF_OPEN
        if port in self.returns or self._gets_lost():
            return None
        came[0 if self.nameless else source] = Found.OTHER if self.nameless else Found.MINE
        return State.OPEN if not self._gets_lost() or not self._gets_lost() else State.MUTE

    async def _talked(self, said: State | Outcome, target: Target, at: float) -> Outcome:
        made = said if isinstance(said, Outcome) else outcome(said)
        if made.state is State.MUTE:
            await self.clock.sleep(target.timeout)
        steps = ((Phase.CONNECT, at + ROUND_TRIP),)
        return made._replace(seconds=at + ROUND_TRIP, steps=steps)

    def _gets_lost(self) -> bool:
        return bool(self.loss) and self._dice.random() < self.loss

    async def _until(self, moment: float) -> None:
        if moment > self.network.now:
            await self.clock.sleep(moment - self.network.now)

    def meet(self, manners: Manners, ports: str = DYNAMIC) -> Site:
        """A site whose agent is greeted."""
        return self.site(manners, ports, self.greet)

    async def greet(self, address: str) -> Far | Silent:
        return await self.fars.setdefault(address, Far(self, address)).greet()
