"""From what a peer tells of a path towards us to a result of that path. Whatever it tells, it comes to a result.

The peer has the key and may lie about what it found, but it cannot make us say more than it told, nor other words than
our own.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import product

from agent.config.address import literal_address
from agent.ground.path import Check, Path
from agent.ground.ports import PortSet
from agent.inbound.facts import facts_of, range_words
from agent.inbound.numbers import CAUSE_OF, NOTHING, PROOF_OF, VERDICT_OF
from agent.inbound.words import FOUND, FRAMES, NEWER, NO_BLOCK, NOT_TOLD, SENSELESS, Words, words
from agent.judge.coverage import Coverage, RangeState
from agent.judge.result import Result
from agent.judge.verdict import Cause, Judgement, Proof, Verdict
from probes.wire.rendezvous.fields import Interval
from probes.wire.rendezvous.states import PathState

OLDEST = 366 * 86_400.0  # seconds; what is said to be older is taken to be as old as this


def result_of(state: PathState, path: Path, here: str, now: float) -> Result:
    """`path` is the inbound one; `here`: the name of ours that the peer asked, as we spell it; `now` is UTC."""
    if state.age is None or VERDICT_OF.get(state.verdict) is Verdict.PENDING:
        return not_told(path)
    found = max(0.0, now - min(state.age, OLDEST))
    return Result(path, _judgement(state, path, here, found), (), found, 0.0)


def not_told(path: Path) -> Result:
    """Of an inbound path of which nothing is known yet."""
    return Result(path, _filled(Judgement(Verdict.PENDING), NOT_TOLD, {"peer": path.peer}), (), 0.0, 0.0)


def _judgement(state: PathState, path: Path, here: str, found: float) -> Judgement:
    unclear = Judgement(Verdict.INCONCLUSIVE, Cause.AGENT_SILENT)
    verdict, cause = VERDICT_OF.get(state.verdict), CAUSE_OF.get(state.cause)
    if verdict is None or (cause is None and state.cause != NOTHING):
        return _filled(unclear, NEWER, facts_of(path, here, unclear, found))
    sender = _address(state.rejected_by) if cause else None
    judged = Judgement(verdict, cause, evidence=PROOF_OF.get(state.evidence, Proof.NONE), rejected_by=sender)
    if path.check is Check.RPC_RANGE:
        judged = _of_range(judged, state, path.ports)
    if not _makes_sense(judged, state, path.check):
        return _filled(unclear, SENSELESS, facts_of(path, here, unclear, found))
    return _worded(judged, path, here, found, cut_short=state.cut_short)


def _makes_sense(judged: Judgement, state: PathState, check: Check) -> bool:
    """Only what is reachable has no cause; only of a range a part is shut; what of it is shut, or passes, is named."""
    reachable = judged.verdict is Verdict.REACHABLE
    if reachable is not (judged.cause is None):
        return False
    if check is not Check.RPC_RANGE:
        return judged.verdict is not Verdict.PARTLY_BLOCKED
    if reachable:
        return not judged.blocked and bool(judged.passes or not state.passes)
    return bool(judged.blocked) or judged.verdict not in (Verdict.BLOCKED, Verdict.PARTLY_BLOCKED)


def _of_range(judged: Judgement, state: PathState, ports: PortSet) -> Judgement:
    blocked, passes, suspect = (_within(each, ports) for each in (state.blocked, state.passes, state.suspect))
    return replace(
        judged,
        blocked=blocked,
        passes=passes,
        suspect=suspect,
        confirmed=state.confirmed and bool(blocked or suspect),
        coverage=_coverage(state, len(ports)),
    )


def _within(told: tuple[Interval, ...], ports: PortSet) -> PortSet:
    """What of it lies in our range: the peer's configuration may have another one."""
    both = ((max(one[0], other[0]), min(one[1], other[1])) for one, other in product(told, ports.intervals))
    return PortSet(tuple((first, last) for first, last in both if first <= last))


def _coverage(state: PathState, size: int) -> Coverage | None:
    """What each tested port showed is not told, nor how many are exempt: as if they showed nothing. None: none was."""
    if not state.tested and not state.largest_untested:
        return None
    tested = min(state.tested, size)
    known = {RangeState.INCONCLUSIVE: tested, RangeState.UNTESTED: size - tested}
    return Coverage(known, min(state.largest_untested, size - tested))


def _address(told: str) -> str | None:
    """Written anew. A scope is text, and means nothing on another host."""
    literal = literal_address(told.partition("%")[0])
    return str(literal) if literal else None


def _worded(judged: Judgement, path: Path, here: str, found: float, *, cut_short: bool) -> Judgement:
    facts = facts_of(path, here, judged, found)
    why, remedy = words(judged.verdict, judged.cause, judged.evidence, path.check)
    ranged = path.check is Check.RPC_RANGE
    frame = NO_BLOCK if ranged and judged.cause is None else FRAMES[judged.verdict]
    more = range_words(judged, len(path.ports), cut_short=cut_short) if ranged else []
    seen = " ".join([frame, *more, FOUND])
    return _filled(judged, Words(seen, remedy), {**facts, "why": why.format_map(facts)})


def _filled(judged: Judgement, text: Words, facts: Mapping[str, str]) -> Judgement:
    return replace(judged, detail=text.why.format_map(facts), remedy=text.remedy.format_map(facts))
