"""Whatever is asked, replayed, opened, refused, late or never answered: the half that holds keeps its promises."""

from dataclasses import dataclass

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from agent.rendezvous.bodies import ANSWERS, Requested
from agent.rendezvous.holder.cookies import GOOD_FOR
from agent.rendezvous.holder.leases import LASTING, REMEMBERED
from agent.rendezvous.orders import Look, Open, Place, Send
from probes.wire.rendezvous import messages as wire
from probes.wire.rendezvous.frame import open_answer
from probes.wire.rendezvous.greeting import Hello, Welcome
from probes.wire.rendezvous.messages import Found, Held, Hold, Holding, Report, Reported
from tests.agent.rendezvous.played import (
    AT,
    BEGIN,
    BTS1,
    BTS2,
    MSS,
    STRANGER,
    Far,
    Peer,
    asking,
    greeted,
    lease,
    ring,
    state,
)

NODE = "192.0.2.32"
HOLDABLE = [50000, 50001, 50002, 50003]
PORTS = [*HOLDABLE, 50500, 50600, 50700, 1433, 22]
SOURCES = [40000, 40001]
REMOTES = [Place(address, source) for address in (BTS1, BTS2, STRANGER) for source in SOURCES]

WANTED = [[50000], [50000, 50001], [50001, 50002, 50500], [50003, 22, 1433, 50700, 50600], []]  # by number of a lease
peers = st.integers(0, 3)
numbers = st.integers(0, len(WANTED) - 1)


@dataclass
class Asked:
    """A request, and what came of it."""

    peer: Peer
    data: bytes
    body: Requested
    answers: list[bytes]
    at: float


@dataclass
class Granted:
    """A port of a lease: since which step, and until when."""

    since: int
    until: float
    asked: tuple[Peer, Hold]


class AnyHolder(RuleBasedStateMachine):
    """Beside it stands what has to be true, kept in the simplest way."""

    def __init__(self) -> None:
        super().__init__()
        self.now = BEGIN
        self.step = self.tells = self.leases = 0
        self.far = Far(ring("ab"))
        self.far.slow = True
        places = [("BTS01", AT), ("BTS02", Place(BTS2, 10135)), ("bts01", Place(BTS1, 50123)), ("BTS01", AT)]
        self.peers = [greeted(self.far, *each) for each in places]
        self.peers[2].ring = ring("b")
        self.peers[3].local = NODE
        self.asked: dict[bytes, Asked] = {}
        self.needed: dict[Place, float] = {}  # until when a port may be held
        self.opened: dict[Place, int] = {}  # at which step
        self.granted: dict[tuple[str, bytes, Place], Granted] = {}
        self.came: list[tuple[int, Place, Place]] = []

    # What happens.

    @rule(peer=peers, number=numbers, again=st.booleans(), at_once=st.booleans())
    def hold(self, peer: int, number: int, again: bool, at_once: bool) -> None:
        """`again`: by the name of a lease that there may be already."""
        self.leases += not again
        name = number + len(WANTED) * (0 if again else self.leases)
        self.ask(self.peers[peer], Hold(lease(name), tuple(WANTED[number])))
        if at_once:
            self.work_all()

    @precondition(lambda self: self.granted)
    @rule(ago=st.integers(0, 9))
    def renew(self, ago: int) -> None:
        self.ask(*self.some_grant(ago))

    @precondition(lambda self: self.granted)
    @rule(ago=st.integers(0, 9), source=st.sampled_from(SOURCES), at_once=st.booleans())
    def report_on_granted(self, ago: int, source: int, at_once: bool) -> None:
        peer, hold = self.some_grant(ago)
        self.ask(peer, Report(hold.lease, tuple(wire.Asked(port, source) for port in hold.ports)))
        if at_once:
            self.work_all()

    @rule(peer=peers, number=numbers, wanted=st.lists(st.sampled_from(PORTS), unique=True))
    def ask_for_anything(self, peer: int, number: int, wanted: list[int]) -> None:
        self.ask(self.peers[peer], asking(number, dict.fromkeys(wanted, SOURCES[0])))
        self.ask(self.peers[peer], Hold(lease(number), tuple(wanted)))

    @rule(peer=peers)
    def tell(self, peer: int) -> None:
        self.tells += 1
        self.ask(self.peers[peer], state(1, self.tells))

    @rule(peer=peers)
    def greet(self, peer: int) -> None:
        self.ask(self.peers[peer], Hello(1))

    @precondition(lambda self: self.asked)
    @rule(ago=st.integers(1, 20), place=st.sampled_from([None, None, AT, Place(BTS1, 4711), Place(STRANGER, 10135)]))
    def replay(self, ago: int, place: Place | None) -> None:
        asked = [*self.asked.values()][-min(ago, len(self.asked))]
        self.heard(self.far.hear(asked.data, place or asked.peer.place, self.now, asked.peer.local))

    @rule(data=st.binary(max_size=300), place=st.sampled_from(REMOTES))
    def noise(self, data: bytes, place: Place) -> None:
        assert self.far.hear(b"SSOR" + data, place, self.now) == []

    @precondition(lambda self: self.far.host.open)
    @rule(which=st.integers(0, 9), remote=st.sampled_from(REMOTES))
    def connect(self, which: int, remote: Place) -> None:
        port = sorted(self.far.host.open)[which % len(self.far.host.open)]
        self.step += 1
        self.came.append((self.step, port, remote))
        self.far.holder.accepted(*port, remote, self.now)
        assert len(self.far.holder.proofs(*port, remote)) % 16 == 0

    @rule(port=st.sampled_from(PORTS), remote=st.sampled_from(REMOTES))
    def connect_to_what_is_not_held(self, port: int, remote: Place) -> None:
        if (MSS, port) not in self.far.host.open:
            self.far.holder.accepted(MSS, port, remote, self.now)

    @precondition(lambda self: self.far.todo)
    @rule(which=st.integers(0, 9), taken=st.dictionaries(st.sampled_from(PORTS), st.sampled_from([*Holding][1:])))
    def work(self, which: int, taken: dict[int, Holding]) -> None:
        order = self.far.todo.pop(which % len(self.far.todo))
        rest, self.far.todo, self.far.host.taken = self.far.todo, [order], taken
        self.heard(self.far.work(self.now))
        self.far.todo += rest

    @rule(
        half_open=st.sets(st.tuples(st.sampled_from(HOLDABLE), st.sampled_from(REMOTES)), max_size=3),
        known=st.integers(0, 4).map(bool),
    )
    def syns_come(self, half_open: set[tuple[int, Place]], known: bool) -> None:
        self.far.host.half_open, self.far.host.can_look = half_open, known

    @rule(ends=st.sampled_from([True, False, False, False]))
    def looks_are_not_answered_or_all_ends(self, ends: bool) -> None:
        if ends:
            self.far.close(self.now)
            assert self.far.host.open == set()
        else:
            self.far.todo = [order for order in self.far.todo if not isinstance(order, Look)]

    @rule(seconds=st.sampled_from([0.1, 0.1, 0.5, 1.0, 1.0, 2.0, 4.0, 5.0, 11.0, 300.0]))
    def wait(self, seconds: float) -> None:
        end = self.now + seconds
        while (at := self.far.holder.next_at()) is not None and at <= end:
            self.now = max(self.now, at)
            self.far.tick(self.now)
        self.now = end
        for number, asked in [*self.asked.items()]:
            if isinstance(asked.body, Hello) and asked.at + GOOD_FOR <= self.now:
                del self.asked[number]  # nothing tells an old greeting from a new one any more

    # What has to be true.

    @invariant()
    def nothing_is_held_that_is_not_needed(self) -> None:
        self.watch()
        assert all(self.needed[each] > self.now for each in self.far.host.open)
        assert {port for _, port in self.far.host.open} <= set(HOLDABLE)
        assert self.far.holder.listeners == len(self.far.host.open)

    @invariant()
    def nothing_is_carried_out_twice(self) -> None:
        told = [each.tested for _, _, each in self.far.desk.told]
        assert len(set(told)) == len(told)

    @invariant()
    def memory_is_bounded(self) -> None:
        book = self.far.holder._book
        assert len(book) == len(book._due) <= 2 * 16
        assert len(book.held._ports) <= 2 * len(HOLDABLE)
        assert len(book._opening) == sum(isinstance(order, Open) for order in self.far.todo)

    def teardown(self) -> None:
        self.wait(5.0)
        self.work_all()
        assert self.far.host.open == set()
        self.wait(600.0)
        self.far.tick(self.now)
        book = self.far.holder._book
        assert (len(self.far.holder._seen), len(book), len(book._ended), len(book.held._ports)) == (0, 0, 0, 0)

    # How that is kept.

    def some_grant(self, ago: int) -> tuple[Peer, Hold]:
        """The newest, or an older one."""
        return [*self.granted.values()][-1 - ago % len(self.granted)].asked

    def work_all(self) -> None:
        self.far.host.taken = {}
        self.heard(self.far.work(self.now))

    def ask(self, peer: Peer, body: Requested) -> None:
        for port in body.ports if isinstance(body, Hold) else ():
            self.need(Place(peer.local, port))
        data = peer.sealed(body)
        self.asked[data[8:24]] = Asked(peer, data, body, [], self.now)
        self.heard(self.far.hear(data, peer.place, self.now, peer.local))

    def heard(self, sends: list[Send]) -> None:
        self.watch()
        for send in sends:
            asked = self.asked[send.data[8:24]]
            assert (send.to, send.local) == (asked.peer.place, asked.peer.local)
            asked.answers.append(send.data)
            assert len(set(asked.answers)) == 1
            assert len(asked.answers) <= 3
            if len(asked.answers) == 1:
                self.answered(asked)

    def answered(self, asked: Asked) -> None:
        frame = open_answer(asked.answers[0], asked.peer.ring).frame
        answer = ANSWERS[frame.kind](frame.body)
        if isinstance(answer, Welcome):
            asked.peer.cookie = answer.cookie
        elif isinstance(answer, Held) and isinstance(asked.body, Hold):
            self.grant(asked.peer, asked.body, answer)
        elif isinstance(answer, Reported) and isinstance(asked.body, Report) and answer.unbroken:
            for each in asked.body.asked:
                self.check(asked.peer, asked.body.lease, each.port, each.source, answer.found[each.port])

    def grant(self, peer: Peer, hold: Hold, held: Held) -> None:
        self.step += 1
        assert {each.port for each in held.grants} == set(hold.ports)
        for each in held.grants:
            if each.holding is not Holding.HELD:
                continue
            port = Place(peer.local, each.port)
            assert port in self.far.host.open
            self.need(port)
            who = peer.name.casefold(), hold.lease, port
            before = self.granted.pop(who, None)
            is_known = before is not None and self.now < before.until + REMEMBERED
            since = before.since if before is not None and is_known else self.step
            self.granted[who] = Granted(since, self.now + LASTING, (peer, hold))

    def check(self, peer: Peer, lease: bytes, number: int, source: int, found: Found) -> None:
        """What is said of a port is what was so."""
        port, remote = Place(peer.local, number), Place(peer.place.address, source)
        granted = self.granted.get((peer.name.casefold(), lease, port))
        came = [step for step, at, whom in self.came if (at, whom) == (port, remote)]
        if found is Found.MINE:
            assert came
        elif found is not Found.NOTHING_KNOWN:
            assert granted is not None
            assert granted.until > self.now
            assert self.opened[port] <= granted.since
            assert not any(step > granted.since for step in came)
            assert self.far.host.can_look
        if found is Found.HALF_OPEN:
            assert (number, remote) in self.far.host.half_open
        if found is Found.NONE:
            assert not any(
                at == number and whom.address in (STRANGER, remote.address) for at, whom in self.far.host.half_open
            )

    def need(self, port: Place) -> None:
        self.needed[port] = self.now + LASTING

    def watch(self) -> None:
        """Which ports have been open without a break since which step."""
        self.step += 1
        for port in self.opened.keys() - self.far.host.open:
            del self.opened[port]
        for port in self.far.host.open - self.opened.keys():
            self.opened[port] = self.step


TestAnyHolder = AnyHolder.TestCase
TestAnyHolder.settings = settings(max_examples=200, stateful_step_count=80, deadline=None)
