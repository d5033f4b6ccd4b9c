"""A site with every verdict in it, both directions, several zones, ranges that are blocked and suspect in part, and
texts that nobody means well. What it knows is made up; how it is served is real.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from agent.dynamic.chart import Chart
from agent.dynamic.observed import Observed
from agent.found.entry import Known
from agent.found.finding import Finding, Kind
from agent.found.trail import Attempt, Change, Latency
from agent.ground.path import Check, Direction, Path
from agent.ground.ports import NO_PORTS, PortSet
from agent.judge.coverage import Coverage, RangeState
from agent.judge.result import AddressResult, FarEnd, Result, Seen
from agent.judge.verdict import PENDING, Cause, Judgement, Proof, Verdict
from agent.report.document import Run
from agent.site.plan import arranged, inbound
from agent.site.setup import Setup
from agent.site.topology import site_of
from agent.sso.standing import Standing
from agent.sso.state import Why
from agent.web.sources import Sources
from probes.outcome import Endpoint, Outcome, Target
from probes.state import Phase, State
from probes.wire.icmp import Icmp
from tests.agent.serving import setup
from tests.agent.serving import sources as plain_sources
from tests.agent.sso.standing import NOW, standing

V, C = Verdict, Cause
OUT, IN = Direction.OUTBOUND, Direction.INBOUND
HOSTILE = '<script>alert("1")</script>\'"&<b>\u202e\u2066\x00\x1b[2J\ud800' + "W" * 5000
RANGE = PortSet.parse("49152-65535")
BLOCKED, SUSPECT = "57344-61439", "50176-50303"

SITE = """\
site: contoso
hosts:
  - {name: BTS01, role: processing, address: 192.0.2.11, zone: app}
  - {name: BTS02, role: processing, address: 192.0.2.12, zone: app}
  - {name: MSS, role: master-secret, address: 203.0.113.10, zone: core, nodes: [
      {name: NODE1, address: 203.0.113.11}, {name: NODE2, address: 203.0.113.12}]}
  - {name: MSS2, role: master-secret, address: 203.0.113.30, zone: core}
  - {name: MSSDR, role: master-secret-standby, address: 198.51.100.40, zone: dr}
  - {name: SQL01, role: sso-database, address: 203.0.113.20, zone: data}
  - {name: SQL02, role: sso-database, address: 203.0.113.21, zone: data}
  - {name: SQL03, role: sso-database, address: 198.51.100.21}
"""


@dataclass(frozen=True)
class Is:
    """What a path came to."""

    verdict: Verdict
    cause: Cause | None = None
    detail: str = ""
    remedy: str = ""
    evidence: Proof = Proof.NATURAL
    state: State = State.FILTERED
    blocked: str = ""
    passes: str = ""
    suspect: str = ""


FOUND: Mapping[tuple[str, Check, Direction], Is] = {
    ("MSS", Check.EPM, OUT): Is(
        V.REACHABLE,
        detail="The endpoint mapper of 203.0.113.10 answered after 1.9 ms, and whatever must be registered is.",
    ),
    ("MSS", Check.RPC_ENDPOINT, OUT): Is(
        V.REACHABLE,
        detail="TCP 50100 of 203.0.113.10, which the endpoint mapper names, accepted the connection after 1.1 ms.",
    ),
    ("MSS", Check.RPC_RANGE, OUT): Is(
        V.PARTLY_BLOCKED,
        C.SILENT_DROP,
        "TCP 57344-61439 of 203.0.113.10 is dropped in silence on the way: its agent listened on ports of it, and "
        "nothing arrived there; both edges were found and asked again. TCP 49152-57343 and 61440-65535 pass. "
        "412 of 16,383 ports tested; a shut run of up to 255 ports could be missed.",
        "Ask the firewall team to pass TCP 57344-61439 from 192.0.2.11 to 203.0.113.10, and the answers.",
        Proof.HELD,
        blocked=BLOCKED,
        passes="49152-57343,61440-65535",
    ),
    ("NODE1", Check.EPM, IN): Is(V.REACHABLE, detail="NODE1 reaches the RPC endpoint mapper of BTS01."),
    ("NODE1", Check.RPC_RANGE, IN): Is(
        V.PARTLY_BLOCKED,
        C.RETURN_PATH,
        "NODE1 does not reach TCP 60000-65535 of BTS01: what it sends arrives, and the answers get lost. "
        "TCP 49152-59999 pass. Every edge was found and asked again.",
        "Ask the firewall team to pass the answers of TCP 60000-65535 from BTS01 to NODE1.",
        Proof.HELD,
        blocked="60000-65535",
        passes="49152-59999",
    ),
    ("NODE2", Check.EPM, IN): Is(
        V.INCONCLUSIVE,
        C.AGENT_SILENT,
        "NODE2 has said nothing new for 9 min, and what it said before counts no more.",
        "Check that the agent of NODE2 runs and has the key of this site.",
        Proof.NONE,
    ),
    ("MSS2", Check.EPM, OUT): Is(
        V.SERVICE_DOWN,
        C.NOT_REGISTERED,
        "The endpoint mapper of 203.0.113.30 answered, and entsso is not registered there, as it was before or should "
        "be: the service is stopped or still starting, or its cluster resource is on another node.",
        "Start the Enterprise Single Sign-On Service of MSS2.",
        state=State.OPEN,
    ),
    ("MSS2", Check.RPC_ENDPOINT, OUT): Is(
        V.INCONCLUSIVE,
        C.NOT_REGISTERED,
        "The endpoint mapper of 203.0.113.30 answered, and entsso is not registered there: there is no port to connect "
        "to.",
        "Start it on MSS2; if it runs, `probe endpoints MSS2` lists what is registered.",
        Proof.NONE,
    ),
    ("MSS2", Check.RPC_RANGE, OUT): Is(
        V.INCONCLUSIVE,
        C.NO_KNOWN_LISTENER,
        "TCP 50176-50303 of 203.0.113.30 stay silent while the ports around them refuse as MSS2 itself does. A "
        "firewall on the way or MSS2's own drops them. Nobody is known to listen there, so it is not shown.",
        "Look for a rule about TCP 50176-50303 from 192.0.2.11 to 203.0.113.30, on the way and on MSS2.",
        Proof.REPLY,
        suspect=SUSPECT,
        passes="49152-50175,50304-65535",
    ),
    ("MSS2", Check.EPM, IN): Is(V.REACHABLE, detail="MSS2 reaches the RPC endpoint mapper of BTS01."),
    ("MSSDR", Check.EPM, OUT): Is(
        V.UNREACHABLE,
        C.NO_ANSWER,
        "TCP 135 of 198.51.100.40 did not answer within 3 s: a firewall that drops in silence, or a host that is down.",
        "Check that MSSDR is up; then ask the firewall team to pass TCP 135 from 192.0.2.11 to 198.51.100.40.",
        Proof.NONE,
    ),
    ("SQL01", Check.SQL, OUT): Is(
        V.REACHABLE, detail="TCP 1433 of 203.0.113.20 accepted the connection after 0.8 ms.", state=State.OPEN
    ),
    ("SQL02", Check.SQL, OUT): Is(
        V.BLOCKED,
        C.ICMP_REJECT,
        "TCP 1433 of 203.0.113.21: ICMP 3/13, communication administratively prohibited, from 192.0.2.1: that device "
        "refuses to pass it, and says so.",
        "Look at the rules of 192.0.2.1, and ask the firewall team to pass TCP 1433 from 192.0.2.11 to 203.0.113.21, "
        "and the answers.",
        state=State.REJECTED,
    ),
    ("SQL03", Check.SQL, OUT): Is(
        V.UNRESOLVED,
        C.NAME_RESOLUTION,
        "The name sql03.contoso.test gave no address: Name or service not known.",
        "If the name service does not know it: is it misspelt, or short of its domain?",
        Proof.NONE,
        State.UNRESOLVED,
    ),
}


@dataclass
class World:
    """What is served; a test may change it while it is. `then`: what happens before it is read for the second time."""

    setup: Setup
    known: list[Known]
    charts: dict[str, Sequence[Chart]]
    findings: list[Finding] = field(default_factory=list)
    standing: Standing | None = None
    now: float = NOW
    then: Callable[["World"], None] | None = None
    reads: int = 0

    def sources(self) -> Sources:
        return replace(plain_sources(), run=self.run, setup=lambda: self.setup, known=self._read, charts=self._charts)

    def _read(self) -> Sequence[Known]:
        self.reads += 1
        self.now += 60 * (self.reads > 1)
        if self.reads == 2 and self.then is not None:
            self.then(self)
        return list(self.known)

    def run(self) -> Run:
        results = [each.result for each in self.known]
        host = self.setup.source.name
        return Run("contoso", host, NOW - 3600, self.now - NOW + 3600, results, self.findings, self.standing)

    def find(self, peer: str, check: Check, direction: Direction = OUT) -> int:
        keys = [(each.path.peer, each.path.check, each.path.direction) for each in self.known]
        return keys.index((peer, check, direction))

    def becomes(self, peer: str, check: Check, what: Is, direction: Direction = OUT) -> None:
        """A new result of a path."""
        at = self.find(peer, check, direction)
        self.known[at] = known(self.known[at].path, what, self.now)

    def _charts(self, peer: str) -> Sequence[Chart]:
        return self.charts.get(peer, ())


def everything(*, hostile: str = "") -> World:
    """With `hostile` text in whatever may come from the network or the system."""
    seen = setup(SITE)
    site = site_of(seen.config)
    paths = arranged(site, (*seen.paths, *inbound(seen.config, site, seen.source)))
    found = [known(path, FOUND.get((path.peer, path.check, path.direction)), NOW) for path in paths]
    world = World(seen, found, {"MSS": [blocked_chart()], "MSS2": [suspect_chart()]}, _findings())
    world.standing = standing(Why.OPEN)
    if hostile:
        world.known = [_spoilt(each, hostile) for each in world.known]
        world.findings = [replace(each, detail=hostile, remedy=hostile) for each in world.findings]
        world.standing = standing(Why.FAILED, service=replace(world.standing.service, detail=hostile))
    return world


def crowd(peers: int, *, bad: int = 0) -> World:
    """So many master secret servers with six paths each; at the first `bad` of them something is shut."""
    world = everything()
    form = {(each.path.check, each.path.direction): each.path for each in world.known}
    kinds = [form[kind] for kind in form if kind[0] is not Check.SQL] + [form[Check.SQL, OUT]]
    found: list[Known] = []
    charts: dict[str, Sequence[Chart]] = {}
    for number in range(peers):
        peer = f"PEER{number:04}"
        charts[peer] = [blocked_chart()]
        for path in kinds:
            shut = number < bad and path.check is Check.RPC_RANGE and path.direction is OUT
            what = FOUND["MSS", Check.RPC_RANGE, OUT] if shut else Is(V.REACHABLE, detail="It answered after 1.1 ms.")
            found.append(known(replace(path, peer=peer), what, NOW))
    return replace(world, known=found, charts=charts)


def known(path: Path, what: Is | None, now: float) -> Known:
    """`what` None: not asked yet, or not told."""
    if what is None:
        return Known(Result(path, PENDING, (), 0.0, 0.0), None, None, None, Latency())
    judgement = _judgement(path, what)
    told = path.direction is IN
    fails, good = _attempts(path, what, now) if not told else ((), ())
    outcomes = tuple(each.outcome for each in (fails or good)[-1:])
    address = path.addresses[0]
    at = AddressResult(path.peer, address if what.verdict is not V.UNRESOLVED else None, judgement, outcomes)
    result = Result(path, judgement, () if told else (at,), now - 12.4, 0.4)
    turns = (
        Change(now - 86_400, V.REACHABLE, None),
        *([Change(now - 2_520, what.verdict, what.cause)] if what.verdict is not V.REACHABLE else []),
    )
    since = now - 86_400 if what.verdict is V.REACHABLE else now - 2_520
    reached = now - 12 if what.verdict is V.REACHABLE else now - 2_580
    latency = Latency() if told else _latency(now, broken=what.verdict is not V.REACHABLE)
    return Known(result, since, now - 12, reached, latency, (*good, *fails)[-16:], fails, () if told else turns)


def _judgement(path: Path, what: Is) -> Judgement:
    return Judgement(
        what.verdict,
        what.cause,
        what.detail,
        what.remedy,
        what.evidence,
        blocked=_ports(what.blocked),
        passes=_ports(what.passes),
        suspect=_ports(what.suspect),
        confirmed=bool(what.blocked or what.suspect),
        coverage=COVERAGE if path.check is Check.RPC_RANGE and path.direction is OUT else None,
    )


def _ports(text: str) -> PortSet:
    return PortSet.parse(text) if text else NO_PORTS


COVERAGE = Coverage(
    {
        RangeState.OPEN: 284,
        RangeState.BLOCKED: 128,
        RangeState.INCONCLUSIVE: 0,
        RangeState.UNTESTED: 15_971,
        RangeState.EXEMPT: 1,
    },
    255,
    None,
    14 * 3600.0,
)


def _attempts(path: Path, what: Is, now: float) -> tuple[tuple[Attempt, ...], tuple[Attempt, ...]]:
    port = path.ports[0] if path.ports else 50_100
    fails = [_attempt(path, port + each, what.state, now - 12 - 60 * each) for each in reversed(range(5))]
    good = [_attempt(path, port, State.OPEN, now - 3_000 - 60 * each) for each in reversed(range(4))]
    if what.verdict is V.REACHABLE:
        late = _attempt(path, port, State.FILTERED, now - 30_000)
        return (late,), tuple(_attempt(path, port, State.OPEN, now - 12 - 60 * each) for each in reversed(range(8)))
    if what.evidence is Proof.HELD:
        fails = [each._replace(far=Seen(FarEnd.NOTHING)) for each in fails]
    return tuple(fails), tuple(good)


DETAIL = {
    State.OPEN: "SYN-ACK",
    State.FILTERED: "no answer within 3 s",
    State.REJECTED: "ICMP 3/13, communication administratively prohibited, from 192.0.2.1",
    State.UNRESOLVED: "Name or service not known",
}


def _attempt(path: Path, port: int, state: State, at: float) -> Attempt:
    took = 3.0 if state is State.FILTERED else 0.0012
    source = Endpoint("192.0.2.11", 50_233) if state is not State.UNRESOLVED else None
    icmp = Icmp(4, 3, 13, "192.0.2.1") if state is State.REJECTED else None
    done = ((Phase.CONNECT, took), (Phase.SEND, 0.0001), (Phase.REPLY, 0.0007)) if state is State.OPEN else ()
    target = Target(path.addresses[0], port)
    phase = Phase.DONE if state is State.OPEN else Phase.CONNECT
    outcome = Outcome(target, state, phase, at, took, source, icmp, detail=DETAIL.get(state, ""), steps=done)
    return Attempt(outcome, 0.0004)


def _latency(now: float, *, broken: bool) -> Latency:
    latency = Latency()
    for minute in range(60):
        if not broken or minute > 41:
            ripple = (minute * 7919 % 13) / 13 + (2.5 if minute == 23 else 0)
            latency.note(now - 60 * minute, 0.0008 + ripple * 0.0006)
    return latency


def blocked_chart() -> Chart:
    """Both ends know: every 32nd port passes, but for what is blocked."""
    states = bytearray(len(RANGE))
    states[::32] = bytes([Observed.OPEN]) * len(states[::32])
    return Chart("203.0.113.10", RANGE, bytes(states), credible=True, exempt=frozenset({50_100}))


def suspect_chart() -> Chart:
    """From one end: closed ports, silent ones among them, and some that show nothing."""
    states = bytearray(len(RANGE))
    states[::16] = bytes([Observed.CLOSED]) * len(states[::16])
    states[8_000:9_000:4] = bytes([Observed.REFUSED]) * len(states[8_000:9_000:4])
    return Chart("203.0.113.30", RANGE, bytes(states), credible=True)


def _findings() -> list[Finding]:
    return [
        Finding(
            "MSS",
            Kind.ENDPOINT_OUTSIDE_RANGE,
            "msdtc of MSS listens on TCP 5000, outside of the configured dynamic ports.",
            "Add it to `rpc.dynamic_ports`, or give it a fixed port.",
        ),
        Finding(
            "MSS",
            Kind.BACKUP_UNCONFIRMED,
            "Nobody has confirmed that the master secret is backed up.",
            "Back it up with ssoconfig -backupsecret, and write the date into `sso.backup_confirmed`.",
        ),
    ]


def _spoilt(each: Known, text: str) -> Known:
    spoilt = tuple(
        Attempt(attempt.outcome._replace(detail=text), attempt.resolve_seconds)
        for attempt in (each.failures or each.attempts)
    )
    judgement = replace(each.result.judgement, detail=text, remedy=text)
    addresses = tuple(replace(at, name=text, judgement=judgement) for at in each.result.addresses)
    result = replace(each.result, judgement=judgement, addresses=addresses)
    return replace(each, result=result, attempts=spoilt, failures=spoilt)
