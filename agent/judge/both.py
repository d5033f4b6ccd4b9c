"""One address, a range of ports, when its agent listens for us: what both ends together can tell.

Here silence is shown to be a block, and a pass to be one: see `held` for a single port. An interval accuses only if it
is certain, as often as the silence rule wants, and some port of it was seen so in this very round.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import reduce
from operator import or_
from typing import NamedTuple

from agent.judge.coverage import Coverage
from agent.judge.held import CAUSES, Shows
from agent.judge.range import by_target, coverage_words, refused, some, tally, turned_back
from agent.judge.sight import Sight
from agent.judge.single import facts_of, rejected_by
from agent.judge.table import Beside
from agent.judge.template import Words
from agent.judge.verdict import Cause, Judgement, Proof, Verdict
from agent.judge.words import words
from agent.judge.words_held import ASIDE, HOLDING, REASON
from agent.path import Check
from agent.ports import NO_PORTS, PortSet
from probes.outcome import Outcome
from probes.state import State
from probes.wire.rendezvous.messages import Holding, Reason

CHECK = Check.RPC_RANGE


@dataclass(frozen=True, slots=True)
class HeldReach:
    """What is known of the range of one address. `seen`: the newest outcome of each port asked in this round.

    `shut`: intervals that accuse, by how they are; `suspect`: the same of what is not certain, or was not seen so in
    this round. `held` ports were, of which `passed` so many; `not_held`: how many were not, by why.
    """

    ports: PortSet
    address: str
    seen: Sequence[Outcome]
    coverage: Coverage
    shut: Mapping[Shows, PortSet] = field(default_factory=dict)
    suspect: Mapping[Shows, PortSet] = field(default_factory=dict)
    passes: PortSet = NO_PORTS
    unexplained: PortSet = NO_PORTS  # they did not pass, and it is not known why
    translated_to: str | None = None  # where the listeners are bound, if that is not the probed address
    confirmed: bool = False
    lossy: bool = False
    own_probing: bool = False
    fell_silent: bool = False  # the far end, in the middle of the round
    never_reached: bool = (
        False  # as far as anybody knows, no held port there, in the last day: its firewall may be shut
    )
    opened_by_mapper: bool = False
    held: int = 0
    passed: int = 0
    not_held: Mapping[tuple[Holding, Reason], int] = field(default_factory=dict)


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
    PASSES = auto()
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
    Row(Shown.PASSES, V.REACHABLE, None),
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
        Shown.ONLY_SERVICES_ANSWER: dropped and bool(_answering(sight)),
        Shown.NEVER_REACHED: dropped,
        Shown.LOSSY: reach.lossy and bool(reach.suspect or reach.unexplained),
        Shown.UNCERTAIN: bool(reach.suspect),
        Shown.NO_WAY: any(map(turned_back, reach.seen)),
        Shown.UNEXPLAINED: bool(reach.unexplained),
        Shown.PASSES: bool(reach.passed),
        Shown.NOTHING_HELD: True,
    }
    return {shown for shown, holds in circumstances.items() if holds}


def _answering(sight: Sight) -> list[int]:
    """Ports at which services are registered, and that accept."""
    natural = sight.registration.natural if sight.registration else frozenset()
    return sorted(port for port in natural if port in sight.outcomes and sight.outcomes[port].state is State.OPEN)


def _most(reach: HeldReach, row: Row) -> Shows | None:
    """How most of what is shut, or seems to be, is."""
    kinds = reach.shut if row.verdict in ACCUSING else reach.suspect if row.shown is Shown.UNCERTAIN else {}
    return max(kinds, key=lambda shows: len(kinds[shows]), default=None)


def _cause(shows: Shows, reach: HeldReach) -> Cause:
    """A refusal that the probed address itself sends is that of its own firewall."""
    refusals = [outcome for outcome in reach.seen if refused(outcome)]
    if shows is Shows.REFUSED and refusals and all(by_target(each, reach.address) for each in refusals):
        return Cause.HOST_FIREWALL
    return CAUSES[shows]


def _worded(row: Row, most: Shows | None, sight: Sight, reach: HeldReach) -> Judgement:
    accuses, witness = row.verdict in ACCUSING, _witness(row, most, reach)
    facts = {**facts_of(CHECK, sight, witness), **_facts(most, sight, reach)}
    text = words(row.verdict, row.cause, row.beside, row.evidence, CHECK)
    told = [text, *(_aside(shows, reach) for shows in reach.shut if accuses and shows is not most)]
    shut = _joined(reach.shut.values()) if accuses else NO_PORTS
    silenced = row.shown in (Shown.OWN_PROBING, Shown.FELL_SILENT)
    suspect = NO_PORTS if silenced else _joined(reach.suspect.values())
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


def _aside(shows: Shows, reach: HeldReach) -> Words:
    """What else is shut, and how."""
    shut = f"TCP {some(reach.shut[shows].texts())}"
    return Words(*(part.replace("{shut}", shut) for part in ASIDE[shows]))


def _witness(row: Row, most: Shows | None, reach: HeldReach) -> Outcome:
    """The outcome that stands for all of them in the sentences."""
    wanted = refused if most is Shows.REFUSED else turned_back if row.shown is Shown.NO_WAY else _left
    return next(filter(wanted, reach.seen), reach.seen[0])


def _left(outcome: Outcome) -> bool:
    """Whether it tells which address of ours led there."""
    return outcome.source is not None


def _facts(most: Shows | None, sight: Sight, reach: HeldReach) -> Mapping[str, str]:
    """What the sentences about a held range may name, beside what those about a port may."""
    turned = PortSet.of(outcome.target.port for outcome in reach.seen if turned_back(outcome))
    translated = f"; its listeners are at {reach.translated_to}" if reach.translated_to else ""
    return {
        "port": str(reach.ports),
        "shut": _ports(reach.shut.get(most, NO_PORTS) if most else NO_PORTS),
        "suspect": _ports(_joined(reach.suspect.values())),
        "turned_back": _ports(turned),
        "unexplained": _ports(reach.unexplained),
        "services": _ports(PortSet.of(_answering(sight))),
        "translated": translated,
        "edges": "every edge was found and asked again" if reach.confirmed else "not every edge is confirmed",
        "passed": f"{reach.passed:,}",
        "not_held": not_held_words(reach.not_held),
        "coverage": coverage_words(reach.coverage),
        "tally": tally(reach.seen),
    }


def not_held_words(counts: Mapping[tuple[Holding, Reason], int]) -> str:
    """For people: `12 as its host has started a short time ago, 3 in use`."""
    told = Counter[str]()
    for (holding, reason), count in counts.items():
        told[REASON.get(reason) or HOLDING.get(holding, "")] += count
    return ", ".join(f"{count:,} {why}" for why, count in told.most_common()) or "none was asked for"


def _ports(ports: PortSet) -> str:
    return f"TCP {some(ports.texts())}"


def _joined(parts: Iterable[PortSet]) -> PortSet:
    return reduce(or_, parts, NO_PORTS)
