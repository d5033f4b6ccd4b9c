"""One address, a range of ports, when its agent listens for us: what both ends together can tell.

Here silence is shown to be a block, and a pass to be one: see `held` for a single port. An interval accuses only if it
is certain, as often as the silence rule wants, and some port of it was seen so in this very round.
"""

from enum import Enum, auto
from typing import NamedTuple

from agent.ground.path import Check
from agent.ground.ports import NO_PORTS
from agent.judge.held import CAUSES, Shows
from agent.judge.held_facts import answering, aside, held_facts, joined
from agent.judge.held_reach import HeldReach
from agent.judge.refusal import by_target, kept_back, refusals_of, turned_back
from agent.judge.sight import Sight
from agent.judge.single import facts_of, rejected_by
from agent.judge.table import Beside
from agent.judge.verdict import Cause, Judgement, Proof, Verdict
from agent.judge.words import words
from probes.outcome import Outcome
from probes.state import State

CHECK = Check.RPC_RANGE


class Shown(Enum):
    """What a range's rows ask for."""

    OWN_PROBING = auto()
    FELL_SILENT = auto()
    SHUT_AND_PASSES = auto()
    SHUT = auto()
    ONLY_WHAT_IS_NAMED_PASSES = auto()
    ONLY_SERVICES_ANSWER = auto()
    NEVER_REACHED = auto()
    LOSSY = auto()
    UNCERTAIN = auto()
    NO_WAY = auto()
    UNEXPLAINED = auto()
    KEPT_BACK = auto()
    PASSES = auto()
    NOT_TRIED = auto()
    NOTHING_HELD = auto()


class Row(NamedTuple):
    """One row. The cause None of what is shut, or seems to be: that of most of it."""

    shown: Shown
    verdict: Verdict
    cause: Cause | None
    evidence: Proof = Proof.HELD
    beside: Beside = Beside.NOTHING_MORE


V, C, P, B = Verdict, Cause, Proof, Beside

# Tried from the top; the first that fits decides.
ROWS = (
    Row(Shown.OWN_PROBING, V.INCONCLUSIVE, C.OWN_PROBING, P.NONE),
    Row(Shown.FELL_SILENT, V.INCONCLUSIVE, C.AGENT_SILENT, P.NONE, B.FELL_SILENT),
    Row(Shown.SHUT_AND_PASSES, V.PARTLY_BLOCKED, None),
    Row(Shown.SHUT, V.BLOCKED, None),
    Row(Shown.ONLY_WHAT_IS_NAMED_PASSES, V.INCONCLUSIVE, C.RPC_AWARE_FIREWALL),
    Row(Shown.ONLY_SERVICES_ANSWER, V.INCONCLUSIVE, C.HOST_FIREWALL, P.HELD, B.SERVICES_ANSWER),
    Row(Shown.NEVER_REACHED, V.INCONCLUSIVE, C.HOST_FIREWALL),
    Row(Shown.LOSSY, V.INCONCLUSIVE, C.LOSSY_PATH),
    Row(Shown.UNCERTAIN, V.INCONCLUSIVE, None, P.HELD, B.NOT_OFTEN_ENOUGH),
    Row(Shown.NO_WAY, V.INCONCLUSIVE, C.ICMP_REJECT, P.HELD, B.NO_WAY_TO_HELD),
    Row(Shown.UNEXPLAINED, V.INCONCLUSIVE, C.NO_KNOWN_LISTENER, P.HELD, B.UNEXPLAINED),
    Row(Shown.KEPT_BACK, V.INCONCLUSIVE, C.LOCAL_FAULT, P.NONE, B.KEPT_BACK),
    Row(Shown.PASSES, V.REACHABLE, None),
    Row(Shown.NOT_TRIED, V.INCONCLUSIVE, C.LOCAL_FAULT, P.NONE),
    Row(Shown.NOTHING_HELD, V.INCONCLUSIVE, C.NO_KNOWN_LISTENER, P.NONE, B.NOTHING_HELD),
)

ACCUSING = (Verdict.BLOCKED, Verdict.PARTLY_BLOCKED)


def judge_both(sight: Sight, reach: HeldReach) -> Judgement:
    """What is known of the range of one address, in the light of all that the round saw of it."""
    shown = _shown(sight, reach)
    row = next(row for row in ROWS if row.shown in shown)
    most = _most(reach, row)
    if most is not None:
        row = row._replace(cause=_cause(most, reach))
    return _worded(row, most, sight, reach)


def _shown(sight: Sight, reach: HeldReach) -> set[Shown]:
    dropped = Shows.DROPPED in reach.suspect and reach.never_reached
    circumstances = {
        Shown.OWN_PROBING: reach.own_probing,
        Shown.FELL_SILENT: reach.fell_silent,
        Shown.SHUT_AND_PASSES: bool(reach.shut) and bool(reach.passes),
        Shown.SHUT: bool(reach.shut),
        Shown.ONLY_WHAT_IS_NAMED_PASSES: dropped and reach.opened_by_mapper,
        Shown.ONLY_SERVICES_ANSWER: dropped and bool(answering(sight)),
        Shown.NEVER_REACHED: dropped,
        Shown.LOSSY: reach.lossy and bool(reach.suspect or reach.unexplained),
        Shown.UNCERTAIN: bool(reach.suspect),
        Shown.NO_WAY: any(map(turned_back, reach.seen)),
        Shown.UNEXPLAINED: bool(reach.unexplained),
        Shown.KEPT_BACK: bool(reach.passed) and any(map(kept_back, reach.seen)),
        Shown.PASSES: bool(reach.passed),
        Shown.NOT_TRIED: bool(reach.held),
        Shown.NOTHING_HELD: True,
    }
    return {shown for shown, holds in circumstances.items() if holds}


def _most(reach: HeldReach, row: Row) -> Shows | None:
    """How most of what is shut, or seems to be, is."""
    kinds = reach.shut if row.verdict in ACCUSING else reach.suspect if row.shown is Shown.UNCERTAIN else {}
    return max(kinds, key=lambda shows: len(kinds[shows]), default=None)


def _cause(shows: Shows, reach: HeldReach) -> Cause:
    """A refusal that the probed address itself sends is that of its own firewall."""
    refusals = refusals_of(reach.seen, reach.address)
    if shows is Shows.REFUSED and refusals and all(by_target(each, reach.address) for each in refusals):
        return Cause.HOST_FIREWALL
    return CAUSES[shows]


def _worded(row: Row, most: Shows | None, sight: Sight, reach: HeldReach) -> Judgement:
    accuses, witness = row.verdict in ACCUSING, _witness(row, most, reach)
    facts = {**facts_of(CHECK, sight, witness), **held_facts(most, sight, reach)}
    text = words(row.verdict, row.cause, row.beside, row.evidence, CHECK)
    told = [text, *(aside(shows, reach) for shows in reach.shut if accuses and shows is not most)]
    shut = joined(reach.shut.values()) if accuses else NO_PORTS
    silenced = row.shown in (Shown.OWN_PROBING, Shown.FELL_SILENT)
    suspect = NO_PORTS if silenced else joined(reach.suspect.values())
    return Judgement(
        row.verdict,
        row.cause,
        " ".join(each.seen for each in told).format_map(facts),
        " ".join(each.remedy for each in told).format_map(facts),
        row.evidence,
        rejected_by(witness) if most is Shows.REFUSED or row.shown is Shown.NO_WAY else None,
        shut,
        reach.passes,
        suspect,
        reach.confirmed and bool(shut) and not suspect,
        reach.coverage,
    )


def _witness(row: Row, most: Shows | None, reach: HeldReach) -> Outcome:
    """The outcome that stands for all of them in the sentences."""
    if most is Shows.REFUSED and (refusals := refusals_of(reach.seen, reach.address)):
        return refusals[0]
    return next(filter(_WITNESSES.get(row.shown, _left), reach.seen), reach.seen[0])


def _left(outcome: Outcome) -> bool:
    """Whether it tells which address of ours led there."""
    return outcome.source is not None


def _could_not_be(outcome: Outcome) -> bool:
    return outcome.state is State.LOCAL_FAULT


_WITNESSES = {Shown.NO_WAY: turned_back, Shown.KEPT_BACK: kept_back, Shown.NOT_TRIED: _could_not_be}
