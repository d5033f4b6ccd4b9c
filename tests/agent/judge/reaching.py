"""What is known of a range after one round in which its ports were asked, without the search that finds the rest."""

from collections.abc import Sequence
from typing import Any

from agent.dynamic.observed import Observed, observed
from agent.dynamic.runs import Kind, Landscape, largest_untested
from agent.ground.ports import PortSet
from agent.judge.coverage import Coverage, RangeState
from agent.judge.held_reach import HeldReach
from agent.judge.reach import Reach
from probes.outcome import Outcome
from probes.state import State
from tests.agent.seen import PEER


def reach(ports: PortSet, seen: Sequence[Outcome], *, credible: bool = False, **known: Any) -> Reach:
    """`known`: fields of the reach in place of what follows from the outcomes."""
    found = {outcome.target.port: each for outcome in seen if (each := observed(outcome)) is not None}
    states = bytes(found.get(port, Observed.UNTESTED) for port in ports)
    landscape = Landscape(ports, states, credible=credible)
    opened = [port for port, each in found.items() if each is Observed.OPEN]
    counted = {RangeState.UNTESTED: states.count(0), RangeState.INCONCLUSIVE: len(ports) - states.count(0)}
    derived: dict[str, Any] = {
        "coverage": Coverage(counted, largest_untested(states, ports)),
        "refused": landscape.intervals(landscape.of(Kind.REFUSED)),
        "passes": landscape.intervals(landscape.of(Kind.PASSES)) if credible else PortSet.of(opened),
        "suspect": landscape.intervals(landscape.of(Kind.SILENT)),
        "unexplained": Observed.SILENT in found.values(),
    }
    return Reach(ports, seen, credible=credible, **(derived | known))


def held_reach(ports: PortSet, *seen: Outcome, **known: Any) -> HeldReach:
    """What a round came to whose agent listened for us."""
    states = {RangeState.OPEN: len(seen), RangeState.UNTESTED: len(ports) - len(seen)}
    given: dict[str, Any] = {
        "coverage": Coverage(states, len(ports) - len(seen)),
        "held": len(seen),
        "passed": sum(outcome.state is State.OPEN for outcome in seen),
        "passes": PortSet.of(outcome.target.port for outcome in seen if outcome.state is State.OPEN),
    }
    return HeldReach(ports, PEER, seen, **(given | known))
