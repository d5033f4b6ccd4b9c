"""How much of a range is known, counted from the map of the way in which it is judged."""

from collections.abc import Collection

from agent.dynamic.observed import Observed
from agent.dynamic.runs import largest_untested
from agent.dynamic.search import Search
from agent.ground.ports import PortSet
from agent.judge.coverage import Coverage, RangeState
from agent.survey.range.charted import Charted
from agent.survey.range.known import CompleteIn

MOST_EXEMPT, MOST_SHARE = 64, 16  # registered ports of a range, or 1/16 of it: a host that has more has none exempt


def exempt_from(registered: frozenset[int], ports: PortSet) -> frozenset[int]:
    """Those of the range; none when there are so many that nothing would be left to test."""
    within = frozenset(port for port in registered if port in ports)
    return within if len(within) <= max(MOST_EXEMPT, len(ports) // MOST_SHARE) else frozenset()


def coverage(chart: Charted, complete_in: CompleteIn | None) -> Coverage:
    """From this end alone. `complete_in`: None where there is no further round."""
    search = chart.search
    counted = dict.fromkeys(RangeState, 0)
    for each, count in _seen(search, search.exempt).items():
        counted[_ALONE[each] if each is not Observed.CLOSED or search.credible else RangeState.INCONCLUSIVE] += count
    counted[RangeState.EXEMPT] = sum(search.map[port] is not Observed.REFUSED for port in search.exempt)
    return _coverage(chart, counted, search.exempt, complete_in(search.map.states) if complete_in else None)


def coverage_of_both(chart: Charted, shut: PortSet, exempt: frozenset[int], complete_in: CompleteIn | None) -> Coverage:
    """Of held ports. `shut`: what is certain to be; `exempt`: ports that are never held."""
    map = chart.search.map
    exempt = frozenset(port for port in exempt if port not in shut and map[port] is not Observed.REFUSED)
    counted = dict.fromkeys(RangeState, 0)
    for each, count in _seen(chart.search, exempt).items():
        counted[_BOTH[each]] += count
    states = bytearray(map.states)
    for first, last in shut.intervals:
        part = states[map.ports.index(first) : map.ports.index(last) + 1]
        certain = part.count(Observed.SILENT) + part.count(Observed.REFUSED)
        counted[RangeState.INCONCLUSIVE] -= certain
        counted[RangeState.BLOCKED] += certain
    counted[RangeState.EXEMPT] = len(exempt)
    for port in exempt:  # nobody waits for them
        states[map.ports.index(port)] = states[map.ports.index(port)] or Observed.OPEN
    return _coverage(chart, counted, exempt, complete_in(bytes(states)) if complete_in else None)


def _coverage(
    chart: Charted, counted: dict[RangeState, int], exempt: Collection[int], seconds: float | None
) -> Coverage:
    map = chart.search.map
    return Coverage(counted, largest_untested(map.states, map.ports, exempt), chart.last_full_pass, seconds)


def _seen(search: Search, exempt: Collection[int]) -> dict[Observed, int]:
    """How many ports were seen how. A port that is exempt is not counted, unless it is refused."""
    states = search.map.states
    seen = {each: states.count(each) for each in Observed}
    for port in exempt:
        if search.map[port] is not Observed.REFUSED:
            seen[search.map[port]] -= 1
    return seen


_ALONE = {
    Observed.OPEN: RangeState.OPEN,
    Observed.CLOSED: RangeState.OPEN,  # where an RST is the host's own
    Observed.SILENT: RangeState.INCONCLUSIVE,
    Observed.REFUSED: RangeState.BLOCKED,
    Observed.UNTESTED: RangeState.UNTESTED,
}
_BOTH = {**_ALONE, Observed.REFUSED: RangeState.INCONCLUSIVE}
