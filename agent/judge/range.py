"""One address, a range of ports, as far as one end alone can tell.

An ICMP code that says that somebody refuses shows ports to be shut. An accepted connection shows one to pass, and so
does an RST where it is known to be the host's own. Silence on a port that nobody is known to listen on shows nothing:
beside such RSTs it makes its interval suspect, never blocked.
"""

from collections.abc import Mapping
from dataclasses import replace
from enum import Enum, auto
from typing import NamedTuple

from agent.ground.path import Check
from agent.ground.ports import NO_PORTS, PortSet
from agent.judge.amounts import coverage_words, some, tally
from agent.judge.reach import Reach
from agent.judge.refusal import by_target, kept_back, refusals_of, turned_back
from agent.judge.sight import Sight
from agent.judge.single import facts_of, rejected_by
from agent.judge.table import Beside, look_up
from agent.judge.verdict import Cause, Judgement, Proof, Verdict
from agent.judge.words import words
from agent.judge.words_held import ONE_END
from probes.outcome import Outcome
from probes.state import Sent, State

CHECK = Check.RPC_RANGE


class Shown(Enum):
    """What a range's rows ask for."""

    OWN_PROBING = auto()
    REFUSED_AND_PASSES = auto()
    REFUSED = auto()
    DEVICE_ANSWERS_ALL = auto()
    NO_WAY = auto()
    SUSPECT = auto()
    NO_WAY_TO_SOME = auto()
    SILENT_ON_LOSSY_PATH = auto()
    KEPT_BACK = auto()
    ALL_ANSWERED_FOR = auto()
    SOME_PASS = auto()
    NOTHING = auto()


class RangeRow(NamedTuple):
    """One row. NO_WAY's verdict is that of the table of single ports, for the outcome that stands for all."""

    shown: Shown
    verdict: Verdict
    cause: Cause | None
    evidence: Proof = Proof.NONE
    beside: Beside = Beside.NOTHING_MORE


V, C, P = Verdict, Cause, Proof

# Tried from the top; the first that fits decides.
ROWS = (
    RangeRow(Shown.OWN_PROBING, V.INCONCLUSIVE, C.OWN_PROBING),
    RangeRow(Shown.REFUSED_AND_PASSES, V.PARTLY_BLOCKED, C.ICMP_REJECT, P.REPLY),
    RangeRow(Shown.REFUSED, V.BLOCKED, C.ICMP_REJECT, P.REPLY),
    RangeRow(Shown.DEVICE_ANSWERS_ALL, V.INCONCLUSIVE, C.MIDDLEBOX),
    RangeRow(Shown.NO_WAY, V.UNREACHABLE, C.HOST_DOWN),
    RangeRow(Shown.SUSPECT, V.INCONCLUSIVE, C.NO_KNOWN_LISTENER, P.REPLY, Beside.SUSPECT),
    RangeRow(Shown.NO_WAY_TO_SOME, V.INCONCLUSIVE, C.ICMP_REJECT, P.NONE, Beside.NO_WAY_TO_SOME),
    RangeRow(Shown.SILENT_ON_LOSSY_PATH, V.INCONCLUSIVE, C.LOSSY_PATH),
    RangeRow(Shown.KEPT_BACK, V.INCONCLUSIVE, C.LOCAL_FAULT, P.NONE, Beside.KEPT_BACK),
    RangeRow(Shown.ALL_ANSWERED_FOR, V.REACHABLE, None, P.REPLY),
    RangeRow(Shown.SOME_PASS, V.INCONCLUSIVE, C.NO_KNOWN_LISTENER, P.REPLY),
    RangeRow(Shown.NOTHING, V.INCONCLUSIVE, C.NO_KNOWN_LISTENER),
)


REFUSED = (Shown.REFUSED, Shown.REFUSED_AND_PASSES)


def judge_range(sight: Sight, reach: Reach) -> Judgement:
    """What is known of the range of one address, in the light of all that the round saw of it."""
    judged = _judged(sight, reach)
    return judged if reach.missing is None else _from_one_end(judged, reach.missing, sight, reach)


def _judged(sight: Sight, reach: Reach) -> Judgement:
    refusals = refusals_of(reach.seen, sight.address)
    passes = NO_PORTS if sight.device_answers_all else reach.passes
    shown = _shown(sight, reach, refusals, passes)
    row = next(row for row in ROWS if row.shown in shown)
    witness = _witness(reach, refusals)
    if row.shown is Shown.NO_WAY:
        held = {Beside.NEIGHBOUR_SILENT} if witness.sent is Sent.HELD else set()
        single = look_up(CHECK, witness.state, held)
        row = RangeRow(row.shown, single.verdict, single.cause, single.evidence, single.beside)
    elif row.shown is Shown.SOME_PASS and _at_services(sight, passes):
        row = row._replace(evidence=Proof.NATURAL)
    elif row.shown is Shown.KEPT_BACK:
        witness = next(filter(kept_back, reach.seen))
    elif row.shown in REFUSED and all(by_target(each, sight.address) for each in refusals):
        row = row._replace(cause=Cause.HOST_FIREWALL)
    return _worded(row, sight, reach, passes, witness)


def _shown(sight: Sight, reach: Reach, refusals: list[Outcome], passes: PortSet) -> set[Shown]:
    tried = [outcome for outcome in reach.seen if outcome.state is not State.LOCAL_FAULT]
    answered = reach.credible and bool(passes) and not reach.refused
    circumstances = {
        Shown.OWN_PROBING: reach.own_probing,
        Shown.REFUSED_AND_PASSES: bool(refusals) and bool(passes),
        Shown.REFUSED: bool(refusals),  # seen in this round: what was refused before may have been opened since
        Shown.DEVICE_ANSWERS_ALL: sight.device_answers_all,
        Shown.NO_WAY: all(map(_no_way, tried)),  # or none could be tried at all
        Shown.SUSPECT: reach.credible and bool(reach.suspect),
        Shown.NO_WAY_TO_SOME: any(map(turned_back, tried)),
        Shown.SILENT_ON_LOSSY_PATH: reach.unexplained and reach.lossy,
        Shown.KEPT_BACK: any(map(kept_back, reach.seen)),
        Shown.ALL_ANSWERED_FOR: answered and not reach.unexplained and all(map(_answered, tried)),
        Shown.SOME_PASS: bool(passes),
        Shown.NOTHING: True,
    }
    return {shown for shown, holds in circumstances.items() if holds}


def _witness(reach: Reach, refusals: list[Outcome]) -> Outcome:
    """The outcome that stands for all of them in the sentences."""
    tried = [outcome for outcome in reach.seen if outcome.state is not State.LOCAL_FAULT]
    no_way = [outcome for outcome in tried if turned_back(outcome)]
    return (refusals or no_way or tried or [*reach.seen])[0]


def _worded(row: RangeRow, sight: Sight, reach: Reach, passes: PortSet, witness: Outcome) -> Judgement:
    refused = reach.refused if row.shown in REFUSED else NO_PORTS
    suspect = reach.suspect if reach.credible and not reach.own_probing else NO_PORTS
    facts = {**facts_of(CHECK, sight, witness), **_facts(sight, reach, refused, passes, suspect)}
    text = words(row.verdict, row.cause, row.beside, row.evidence, CHECK)
    named = row.verdict is not Verdict.INCONCLUSIVE or row.shown is Shown.NO_WAY_TO_SOME
    return Judgement(
        row.verdict,
        row.cause,
        text.seen.format_map(facts),
        text.remedy.format_map(facts),
        row.evidence,
        rejected_by(witness) if named else None,
        refused,
        passes,
        suspect,
        reach.confirmed and bool(refused | suspect),
        reach.coverage,
    )


def _from_one_end(judged: Judgement, missing: Beside, sight: Sight, reach: Reach) -> Judgement:
    """That no agent listened there is why nothing is known, and worth saying of all else that is."""
    facts = {**facts_of(CHECK, sight, _witness(reach, [])), "port": str(reach.ports), "told": judged.detail}
    if judged.cause is not Cause.NO_KNOWN_LISTENER:
        return replace(judged, detail=f"{judged.detail} {ONE_END.format_map(facts)}")
    text = words(judged.verdict, Cause.AGENT_SILENT, missing)
    seen, remedy = text.seen.format_map(facts), text.remedy.format_map(facts)
    return replace(judged, cause=Cause.AGENT_SILENT, detail=seen, remedy=remedy)


def _facts(sight: Sight, reach: Reach, refused: PortSet, passes: PortSet, suspect: PortSet) -> Mapping[str, str]:
    """What the sentences about a range may name, beside what those about a port may."""
    asked = [each for each in reach.seen if each.target.port in reach.ports and each.target.port not in reach.exempt]
    no_way = PortSet.of(outcome.target.port for outcome in reach.seen if turned_back(outcome))
    kept = PortSet.of(outcome.target.port for outcome in reach.seen if kept_back(outcome))
    shut = some((refused | suspect).texts())
    return {
        "port": str(reach.ports),
        "shut": shut if reach.confirmed else f"{shut}, and what else is shut beside them,",
        "blocked": f"TCP {some(refused.texts())}",
        "passes": f"TCP {some(passes.texts())}",
        "suspect": f"TCP {some(suspect.texts())}",
        "turned_back": f"TCP {some(no_way.texts())}",
        "kept_back": f"TCP {some(kept.texts())}",
        "door": f"TCP {reach.ports} of {sight.address}",
        "edges": "every edge was found and asked again" if reach.confirmed else "not every edge is confirmed",
        "asked": f"{len(asked):,} {'port' if len(asked) == 1 else 'ports'}",
        "coverage": coverage_words(reach.coverage),
        "tally": tally(asked) + (f", {reach.again} only when asked again" if reach.again else ""),
    }


def _at_services(sight: Sight, passes: PortSet) -> bool:
    """Whether all that passes are ports at which a service is registered."""
    natural = sight.registration.natural if sight.registration else frozenset()
    return all(port in natural for port in passes)


def _answered(outcome: Outcome) -> bool:
    return outcome.state in (State.OPEN, State.CLOSED)


def _no_way(outcome: Outcome) -> bool:
    """Nothing got through because there is no way to the host, rather than to the port."""
    return outcome.sent is Sent.HELD or turned_back(outcome)
