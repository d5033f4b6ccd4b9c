"""The half that holds on a made-up host, and peers that speak to it datagram by datagram. The clock is held."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from agent.ground.ports import PortSet
from agent.rendezvous.bodies import ANSWERS, Answered, Requested
from agent.rendezvous.holder import Holder, Rules
from agent.rendezvous.orders import Close, Look, Open, Order, Place, Send
from agent.rendezvous.roster import Roster
from probes.wire.rendezvous.frame import ID_SIZE, NO_COOKIE, VERSION, Drop, Frame, Kind, open_answer
from probes.wire.rendezvous.greeting import Hello, Welcome
from probes.wire.rendezvous.keys import Keys, Ring
from probes.wire.rendezvous.messages import Asked, Found, Grant, Held, Hold, Holding, Reason, Report, Reported
from probes.wire.rendezvous.room import ROOM
from probes.wire.rendezvous.states import Accepted, PathState, Willing

NOON = 1_800_000_000.0  # UTC
BEGIN = 5_000.0  # of the clock that only goes forward

MSS, BTS1, BTS2 = "192.0.2.31", "192.0.2.11", "192.0.2.12"
AT = Place(BTS1, 10135)
STRANGER = "198.51.100.66"
HOSTS = {"BTS01": [BTS1, "2001:db8::11"], "BTS02": [BTS2]}
ROSTER = Roster.of(["MSS", "NODE1"], HOSTS)
DYNAMIC = PortSet.parse("50000-50999")
RULES = Rules(DYNAMIC, frozenset({1433, 50500}), frozenset({10135, 50600}), frozenset({50700}).__contains__, 0.0)
KIND_OF = {
    "Hello": Kind.HELLO,
    "Hold": Kind.HOLD,
    "Report": Kind.REPORT,
    "PathState": Kind.TELL,
    "ProbeBack": Kind.PROBE_BACK,
    "States": Kind.STATES,
}


def ring(letters: str = "a") -> Ring:
    """A key for each letter; the first one signs."""
    return tuple(Keys.derive(letter.encode() * 32) for letter in letters)


def counted() -> Callable[[int], bytes]:
    """What stands for randomness: never the same twice."""
    numbers = iter(range(1, 1 << 30))
    return lambda size: next(numbers).to_bytes(size, "big")


def lease(number: int) -> bytes:
    return number.to_bytes(ID_SIZE, "big")


def state(check: int = 1, tested: int = 0) -> PathState:
    return PathState(check, verdict=1, cause=2, evidence=3, age=4, tested=tested)


@dataclass
class Paper:
    """A desk that writes down what it is told."""

    told: list[tuple[str, str, PathState]] = field(default_factory=list)
    asked: list[tuple[str, Place]] = field(default_factory=list)
    states: dict[int, PathState] = field(default_factory=dict)

    def tell(self, sender: str, receiver: str, state: PathState) -> None:
        self.told.append((sender, receiver, state))

    def probe_back(self, sender: str, at: Place) -> Accepted:
        self.asked.append((sender, at))
        return Accepted(Willing.YES, (1, 2))

    def state(self, sender: str, check: int) -> PathState | None:
        return self.states.get(check)


@dataclass
class MadeUpHost:
    """Carries out orders. No port is opened twice, nor closed unless it is open."""

    taken: dict[int, Holding] = field(default_factory=dict)  # what becomes of ports that somebody else has
    half_open: set[tuple[int, Place]] = field(default_factory=set)
    can_look: bool = True
    open: set[Place] = field(default_factory=set)
    orders: list[Order] = field(default_factory=list)
    most: int = 0

    def opened(self, order: Open) -> dict[int, Grant]:
        grants = {}
        for port in order.hold:
            holding = self.taken.get(port, Holding.HELD)
            grants[port] = Grant(port, holding)
            if holding is Holding.HELD:
                assert (order.local, port) not in self.open
                self.open.add(Place(order.local, port))
        self.most = max(self.most, len(self.open))
        return grants | {port: self._looked_at(port) for port in order.look}

    def close(self, order: Close) -> None:
        for port in order.ports:
            self.open.remove(Place(order.local, port))

    def look(self, order: Look) -> Collection[tuple[int, Place]] | None:
        return {each for each in self.half_open if each[0] in order.ports} if self.can_look else None

    def _looked_at(self, port: int) -> Grant:
        is_listening = self.taken.get(port) is Holding.LISTENING
        return Grant(port, Holding.LISTENING if is_listening else Holding.VACANT)


class Far:
    """The half that holds, driven. `slow`: what takes the host some time is left in `todo` until `work`."""

    def __init__(self, keys: Ring | None = None, *, rules: Rules = RULES, boot: bytes = b"boot", newest: int = VERSION):
        self.desk = Paper()
        self.start(keys or ring(), rules=rules, boot=boot, newest=newest)
        self.random = counted()  # for whoever asks
        self.ahead = 0.0  # seconds that its clock is
        self.slow = False
        self._sizes: dict[bytes, int] = {}

    def start(self, keys: Ring, *, rules: Rules = RULES, boot: bytes = b"boot", newest: int = VERSION) -> None:
        """Anew: whatever it held is closed, and forgotten."""
        self.ring = keys
        self.host = MadeUpHost()
        self.holder = Holder("NODE1", self.ring, ROSTER, rules, self.desk, boot, newest=newest)
        self.todo: list[Open | Look] = []

    @property
    def dropped(self) -> dict[Drop, int]:
        return {reason: times for reason, times in self.holder.dropped.items() if times}

    @property
    def ports(self) -> list[int]:
        """That are held, at whatever address."""
        return sorted(port for _, port in self.host.open)

    def hear(self, data: bytes, source: Place, now: float, local: str = MSS) -> list[Send]:
        self._sizes[data[8:24]] = len(data)
        return self.carry_out(self.holder.receive(data, source, local, now, NOON + now - BEGIN + self.ahead), now)

    def tick(self, now: float) -> None:
        assert self.carry_out(self.holder.tick(now), now) == []

    def close(self, now: float) -> None:
        assert self.carry_out(self.holder.close(), now) == []

    def work(self, now: float) -> list[Send]:
        todo, self.todo = self.todo, []
        return [send for order in todo for send in self._do(order, now)]

    def carry_out(self, orders: Iterable[Order], now: float) -> list[Send]:
        sent: list[Send] = []
        for order in orders:
            self.host.orders.append(order)
            if isinstance(order, Send):
                assert len(order.data) <= self._sizes[order.data[8:24]], "an answer is longer than its request"
                sent.append(order)
            elif isinstance(order, Close):
                self.host.close(order)
            elif self.slow:
                self.todo.append(order)
            else:
                sent += self._do(order, now)
        return sent

    def count(self, kind: type[Order]) -> int:
        """Orders of that kind."""
        return sum(isinstance(order, kind) for order in self.host.orders)

    def _do(self, order: Open | Look, now: float) -> list[Send]:
        if isinstance(order, Look):
            return self.carry_out(self.holder.looked(order.ticket, self.host.look(order), now), now)
        return self.carry_out(self.holder.opened(order.ticket, self.host.opened(order), now), now)


class Peer:
    """Speaks to a Far by hand. What it said last is in `last`, which answers came at once in `heard`."""

    def __init__(self, far: Far, name: str = "BTS01", place: Place = AT, keys: Ring | None = None):
        self.far = far
        self.name = name
        self.place = place
        self.ring = keys or far.ring
        self.version = VERSION
        self.receiver = "MSS"
        self.local = MSS
        self.cookie = NO_COOKIE
        self.last = b""
        self.heard: list[Send] = []

    def sealed(self, body: Requested, number: bytes | None = None, least: int | None = None) -> bytes:
        kind = KIND_OF[type(body).__name__]
        number = number or self.far.random(ID_SIZE)
        frame = Frame(self.version, kind, self.name, self.receiver, number, body.encode(), self.cookie)
        return frame.seal(self.ring[0].requests, ROOM[kind] if least is None else least)

    def say(self, data: bytes, now: float) -> Answered | None:
        """The one answer that came at once, if one did."""
        self.last, self.heard = data, self.far.hear(data, self.place, now, self.local)
        assert len(self.heard) < 2
        return self.read(self.heard[0]) if self.heard else None

    def ask(self, body: Requested, now: float) -> Answered | None:
        return self.say(self.sealed(body), now)

    def read(self, send: Send) -> Answered:
        """An answer to what was said last, as it has to be."""
        frame = open_answer(send.data, self.ring).frame
        assert (send.to, send.local) == (self.place, self.local)
        assert (frame.sender, frame.receiver) == (self.receiver, self.name)
        assert frame.version == self.version
        return ANSWERS[frame.kind](frame.body)

    def greet(self, now: float = BEGIN) -> Welcome:
        welcome = self.ask(Hello(self.version), now)
        assert isinstance(welcome, Welcome)
        self.cookie = welcome.cookie
        return welcome

    def hold(self, number: int, ports: Iterable[int], now: float = BEGIN) -> dict[int, Holding]:
        """What became of the ports."""
        held = self.ask(Hold(lease(number), tuple(ports)), now)
        assert isinstance(held, Held)
        return {each.port: each.holding for each in held.grants}

    def grants(self, number: int, ports: Iterable[int], now: float = BEGIN) -> Counter[tuple[Holding, Reason]]:
        held = self.ask(Hold(lease(number), tuple(ports)), now)
        assert isinstance(held, Held)
        return Counter((each.holding, each.reason) for each in held.grants)

    def report(self, number: int, sources: dict[int, int], now: float = BEGIN) -> Reported:
        """`sources`: from which port each one was asked."""
        reported = self.ask(asking(number, sources), now)
        assert isinstance(reported, Reported)
        return reported

    def found(self, number: int, sources: dict[int, int], now: float = BEGIN) -> list[Found]:
        reported = self.report(number, sources, now)
        assert reported.unbroken
        return [reported.found[port] for port in sources]


def asking(number: int, sources: dict[int, int]) -> Report:
    return Report(lease(number), tuple(Asked(*each) for each in sources.items()))


def greeted(far: Far, name: str = "BTS01", place: Place = AT, now: float = BEGIN) -> Peer:
    peer = Peer(far, name, place)
    peer.greet(now)
    return peer
