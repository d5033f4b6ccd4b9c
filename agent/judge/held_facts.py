"""What the sentences about a range may name whose agent listened for us."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_

from agent.ground.ports import NO_PORTS, PortSet
from agent.judge.amounts import coverage_words, some, tally
from agent.judge.held import Shows
from agent.judge.held_reach import HeldReach
from agent.judge.refusal import kept_back, turned_back
from agent.judge.sight import Sight
from agent.judge.template import Words
from agent.judge.words_held import ASIDE, HOLDING, REASON
from probes.state import State
from probes.wire.rendezvous.messages import Holding, Reason


def held_facts(most: Shows | None, sight: Sight, reach: HeldReach) -> Mapping[str, str]:
    """What the sentences about a held range may name, beside what those about a port may."""
    turned = PortSet.of(outcome.target.port for outcome in reach.seen if turned_back(outcome))
    shut = _ports(reach.shut.get(most, NO_PORTS) if most else NO_PORTS)
    translated = f"; its listeners are at {reach.translated_to}" if reach.translated_to else ""
    return {
        "port": str(reach.ports),
        "door": f"TCP {reach.ports} of {sight.address}",
        "shut": shut,
        # Who asks for what is known so far would have to ask again.
        "wanted": shut if reach.confirmed else f"{shut}, and what else is shut beside them,",
        "suspect": _ports(joined(reach.suspect.values())),
        "turned_back": _ports(turned),
        "kept_back": _ports(PortSet.of(outcome.target.port for outcome in reach.seen if kept_back(outcome))),
        "unexplained": _ports(reach.unexplained),
        "services": _ports(PortSet.of(answering(sight))),
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


def joined(parts: Iterable[PortSet]) -> PortSet:
    """All of them as one set."""
    return reduce(or_, parts, NO_PORTS)


def aside(shows: Shows, reach: HeldReach) -> Words:
    """What else is shut, and how."""
    shut = f"TCP {some(reach.shut[shows].texts())}"
    return Words(*(part.replace("{shut}", shut) for part in ASIDE[shows]))


def answering(sight: Sight) -> list[int]:
    """Ports at which services are registered, and that accept."""
    natural = sight.registration.natural if sight.registration else frozenset()
    return sorted(port for port in natural if port in sight.outcomes and sight.outcomes[port].state is State.OPEN)
