"""Inbound paths, and what a peer may say about them."""

from dataclasses import replace

from hypothesis import strategies as st

from agent.ground.path import Check, Direction, Path
from agent.ground.ports import NO_PORTS, PortSet
from agent.inbound.numbers import CAUSES, CHECKS, NOTHING, PROOFS, VERDICTS
from agent.judge.coverage import Coverage, RangeState
from agent.judge.result import Result
from agent.judge.verdict import Cause, Judgement, Proof, Verdict
from probes.wire.rendezvous.states import PathState
from tests.agent.seen import STARTED, path

NOW = STARTED + 12.0
HERE, PEER = "MSS", "BTS01"  # who is probed, and who probes and tells
FIRST, LAST = 49_152, 65_535
SIZE = LAST - FIRST + 1
SHUT = PortSet(((57_344, LAST),))
PASSES = PortSet(((FIRST, 57_343),))


def inbound(check: Check = Check.EPM, peer: str = PEER, ports: str = "") -> Path:
    """As seen from MSS."""
    return replace(path(check, ports, peer=peer), source=peer, direction=Direction.INBOUND)


def state(
    verdict: Verdict = Verdict.REACHABLE,
    cause: Cause | None = None,
    check: Check = Check.EPM,
    *,
    age: int | None = 12,
    rejected_by: str = "",
    blocked: PortSet = NO_PORTS,
    passes: PortSet = NO_PORTS,
    suspect: PortSet = NO_PORTS,
    tested: int = 0,
    largest_untested: int = 0,
) -> PathState:
    return PathState(
        CHECKS[check],
        VERDICTS[verdict],
        CAUSES[cause] if cause else NOTHING,
        PROOFS[Proof.HELD],
        age,
        rejected_by=rejected_by,
        blocked=blocked.intervals,
        passes=passes.intervals,
        suspect=suspect.intervals,
        tested=tested,
        largest_untested=largest_untested,
    )


def half_shut() -> PathState:
    """The upper half of the range is shut to the peer."""
    told = state(Verdict.PARTLY_BLOCKED, Cause.SILENT_DROP, Check.RPC_RANGE, blocked=SHUT, passes=PASSES)
    return replace(told, confirmed=True, tested=66, largest_untested=1023)


def _intervals(ports: list[int]) -> PortSet:
    """Between each two of the ports, ascending, every second one."""
    cuts = sorted(set(ports))
    return PortSet(tuple(zip(cuts[::2], cuts[1::2], strict=False)))


ports_of_range = st.lists(st.integers(FIRST, LAST), max_size=12).map(_intervals)
any_ports = st.lists(st.integers(1, 65_535), max_size=300).map(_intervals)
addresses = st.none() | st.ip_addresses().map(str)


@st.composite
def judgements(draw: st.DrawFn, check: Check) -> Judgement:
    """Whatever a judge may come to."""
    ranged = check is Check.RPC_RANGE
    shut = [Verdict.PARTLY_BLOCKED, Verdict.BLOCKED] if ranged else [Verdict.BLOCKED]
    others = [Verdict.REACHABLE, Verdict.SERVICE_DOWN, Verdict.UNREACHABLE, Verdict.UNRESOLVED, Verdict.INCONCLUSIVE]
    verdict = draw(st.sampled_from(shut + others))
    cause = None if verdict is Verdict.REACHABLE else draw(st.sampled_from(Cause))
    sender = draw(addresses) if cause else None
    judged = Judgement(verdict, cause, "Seen.", "Do.", draw(st.sampled_from(Proof)), sender)
    if not ranged:
        return judged
    blocked = NO_PORTS if verdict is Verdict.REACHABLE else draw(ports_of_range)
    if verdict in shut:
        blocked = blocked or SHUT
    suspect = draw(ports_of_range)
    tested = draw(st.integers(0, SIZE))
    known = {RangeState.OPEN: tested, RangeState.UNTESTED: SIZE - tested}
    return replace(
        judged,
        blocked=blocked,
        passes=draw(ports_of_range),
        suspect=suspect,
        confirmed=draw(st.booleans()) and bool(blocked or suspect),
        coverage=Coverage(known, draw(st.integers(0, SIZE - tested))),
    )


@st.composite
def results(draw: st.DrawFn) -> Result:
    """Of an outbound path of the peer's towards us."""
    check = draw(st.sampled_from(Check))
    judged = draw(judgements(check))
    seconds = draw(st.floats(0, 60))
    started = NOW - seconds - draw(st.integers(0, 3600))
    return Result(replace(path(check), source=PEER, peer=HERE), judged, (), started, seconds)


numbers = st.one_of(st.integers(0, 25), st.integers(0, 255))
words_of_address = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=64)
states = st.builds(
    PathState,
    check=numbers,
    verdict=numbers,
    cause=numbers,
    evidence=numbers,
    age=st.none() | st.integers(0, 0xFFFF_FFFE),
    confirmed=st.booleans(),
    settled=st.booleans(),
    tested=st.integers(0, 0xFFFF_FFFF),
    largest_untested=st.integers(0, 0xFFFF_FFFF),
    rejected_by=words_of_address | st.ip_addresses().map(str),
    blocked=any_ports.map(lambda ports: ports.intervals),
    passes=any_ports.map(lambda ports: ports.intervals),
    suspect=any_ports.map(lambda ports: ports.intervals),
    cut_short=st.booleans(),
)
