"""Whatever becomes of datagrams, and whoever starts anew meanwhile: what a report says is so, or it says nothing."""

from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from agent.rendezvous.orders import Place
from probes.wire.rendezvous import messages as wire
from probes.wire.rendezvous.frame import Frame, Kind
from probes.wire.rendezvous.messages import Found, Held, Hold, Holding, Report, Reported
from tests.agent.rendezvous.joined import Joined, arrives
from tests.agent.rendezvous.played import AT, MSS, STRANGER, lease, ring, state

PORTS = [50000, 50001]
RINGS = ["ab", "ab", "ab", "ba", "a", "b"]
VERSIONS = [5, 5, 5, 4, 6, 7]
SOURCE = 40000

fates = st.lists(st.sampled_from([(0.01,), (0.01,), (), (0.2,), (1.5,), (0.01, 0.4), (4.0,)]), max_size=12)


@dataclass
class Had:
    """A lease of which we have heard that it was granted; since which moment."""

    hold: Hold
    ports: frozenset[int]
    at: int


@dataclass
class Question:
    """Asked about a lease, at which moment; of a report also from which ports."""

    hold: Hold
    at: int
    sources: dict[int, int] = field(default_factory=dict)


class AnyHalves(RuleBasedStateMachine):
    """Moments are counted: each event is one."""

    def __init__(self) -> None:
        super().__init__()
        self.joined = Joined(ring("ab"), ring("ab"), newest=5, theirs=5)
        self.joined.there, self.joined.back = self.fate, self.fate
        self.fates: list[tuple[float, ...]] = []
        self.moment = self.leases = self.tells = 0
        self.had: dict[bytes, Had] = {}
        self.asked: dict[int, Question] = {}
        self.closed: dict[int, int] = dict.fromkeys(PORTS, 0)  # when each port was seen closed last
        self.came: dict[tuple[int, int], int] = {}  # when we came last, by port and source

    def fate(self, data: bytes) -> tuple[float, ...]:
        return self.fates.pop(0) if self.fates else tuple(arrives(data))

    # What happens.

    @rule(ports=st.sampled_from([PORTS, PORTS[:1], PORTS[1:]]), waits=st.booleans())
    def hold(self, ports: list[int], waits: bool) -> None:
        self.leases += 1
        self.ask_for(Hold(lease(self.leases), tuple(ports)), waits)

    @precondition(lambda self: self.had)
    @rule(ago=st.integers(0, 3), waits=st.booleans())
    def renew(self, ago: int, waits: bool) -> None:
        self.ask_for(self.some_lease(ago).hold, waits)

    @precondition(lambda self: self.had)
    @rule(ago=st.integers(0, 3), connects=st.booleans(), waits=st.booleans())
    def report(self, ago: int, connects: bool, waits: bool) -> None:
        """On the newest attempts, or on one that did not get through."""
        hold = self.some_lease(ago).hold
        sources = dict.fromkeys(hold.ports, SOURCE) | {port: source for port, source in self.came if port in hold.ports}
        if connects:
            sources[hold.ports[0]] = self.come(hold.ports[0], AT.address)
        body = Report(hold.lease, tuple(wire.Asked(*each) for each in sources.items()))
        ticket = self.joined.seeker.ask(Kind.REPORT, body.encode(), self.joined.now)
        self.asked[ticket] = Question(hold, self.moment, sources)
        self.wait_for(ticket, waits)

    @rule()
    def tell(self) -> None:
        self.tells += 1
        self.joined.seeker.ask(Kind.TELL, state(1, self.tells).encode(), self.joined.now)

    @rule()
    def greet(self) -> None:
        self.joined.seeker.greet(self.joined.now)

    @rule(port=st.sampled_from(PORTS), strange=st.booleans())
    def connect(self, port: int, strange: bool) -> None:
        self.come(port, STRANGER if strange else AT.address)

    @rule(fates=fates)
    def way(self, fates: list[tuple[float, ...]]) -> None:
        """What becomes of the next datagrams, either way."""
        self.fates = fates

    @rule(seconds=st.sampled_from([0.0, 0.02, 0.05, 0.3, 1.0, 1.0, 2.0, 3.0, 5.0, 7.0, 560.0]))
    def wait(self, seconds: float) -> None:
        """In steps, so that nothing that is closed meanwhile goes unseen."""
        end = self.joined.now + seconds
        while self.joined.now < end:
            self.joined.run(min(0.05 if seconds < 100 else 5.0, end - self.joined.now))
            self.watch()
        self.read()

    @rule(late=st.sampled_from([0.0, 0.0, 0.5, 3.0]))
    def the_host_is_slow(self, late: float) -> None:
        self.joined.late = late
        self.joined.far.slow = late > 0

    @rule(letters=st.sampled_from(RINGS), newest=st.sampled_from(VERSIONS))
    def the_agent_there_starts_anew(self, letters: str, newest: int) -> None:
        self.joined.restart_far(ring(letters), newest)
        self.watch()

    @rule(letters=st.sampled_from(RINGS), newest=st.sampled_from(VERSIONS))
    def we_start_anew(self, letters: str, newest: int) -> None:
        self.read()
        self.joined.start(ring(letters), newest)
        self.had.clear()
        self.asked.clear()

    @precondition(lambda self: self.joined.said)
    @rule(ago=st.integers(1, 30))
    def replay(self, ago: int) -> None:
        said = self.joined.said
        self.joined.to_far(said[-min(ago, len(said))])

    # What has to be true.

    @invariant()
    def memory_is_bounded(self) -> None:
        seeker = self.joined.seeker
        assert len(seeker._ids) <= 2 * len(seeker._questions)
        assert len(self.joined.far.host.open) <= len(PORTS)

    def teardown(self) -> None:
        """In the end everything is answered or given up, and nothing is held."""
        self.fates = []
        self.wait(20.0)
        assert self.joined.seeker.next_at() is None
        assert self.joined.seeker._ids == {}
        assert self.joined.far.host.open == set()
        assert len({each.tested for _, _, each in self.joined.far.desk.told}) <= self.tells

    # How that is kept.

    def come(self, port: int, address: str) -> int:
        """From which port."""
        self.moment += 1
        source = SOURCE + self.moment
        if self.joined.connect(port, source, address) is not None and address == AT.address:
            self.came[port, source] = self.moment
        return source

    def some_lease(self, ago: int) -> Had:
        return [*self.had.values()][-1 - ago % len(self.had)]

    def ask_for(self, hold: Hold, waits: bool) -> None:
        ticket = self.joined.seeker.ask(Kind.HOLD, hold.encode(), self.joined.now)
        self.asked[ticket] = Question(hold, self.moment)
        self.wait_for(ticket, waits)

    def wait_for(self, ticket: int, waits: bool) -> None:
        """As whoever asks does; or not, as whoever gives up does."""
        while waits and ticket in self.asked:
            self.wait(0.05)

    def watch(self) -> None:
        self.moment += 1
        for port in PORTS:
            if Place(MSS, port) not in self.joined.far.host.open:
                self.closed[port] = self.moment

    def read(self) -> None:
        for ticket, done in [*self.joined.done.items()]:
            question = self.asked.pop(ticket, None)
            if question is not None and done.answer is not None:
                self.answered(question, done.answer)
        self.joined.done.clear()

    def answered(self, question: Question, answer: Frame) -> None:
        if answer.kind is Kind.HELD:
            held = Held.decode(answer.body)
            ports = frozenset(each.port for each in held.grants if each.holding is Holding.HELD)
            self.had.setdefault(question.hold.lease, Had(question.hold, ports, self.moment))
        else:
            reported = Reported.decode(answer.body)
            if reported.unbroken and question.hold.lease in self.had:
                self.check(self.had[question.hold.lease], question, reported.found)

    def check(self, had: Had, question: Question, found: dict[int, Found]) -> None:
        """Of a port that was closed in between nothing is said but who came; and who came is always said."""
        for port, source in question.sources.items():
            came = self.came.get((port, source))
            if found[port] is Found.MINE:
                assert came is not None
            elif found[port] is not Found.NOTHING_KNOWN:
                assert port in had.ports
                assert not had.at < self.closed[port] <= question.at
                assert came is None or not had.at < came <= question.at


TestAnyHalves = AnyHalves.TestCase
TestAnyHalves.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)
