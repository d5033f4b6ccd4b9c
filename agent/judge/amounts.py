"""Many ports in a few words: their intervals, how much of a range is known, what they came to."""

from collections import Counter
from collections.abc import Collection, Iterable

from agent.ground.duration import about
from agent.judge.coverage import Coverage, RangeState
from probes.outcome import Outcome

SHOWN = 6  # intervals in a sentence; all of them are in the JSON


def some(texts: Collection[str]) -> str:
    """For people: intervals, without listing more than a line of them."""
    more = f" and {len(texts) - SHOWN} more" if len(texts) > SHOWN else ""
    return f"{', '.join(list(texts)[:SHOWN])}{more}"


def coverage_words(coverage: Coverage) -> str:
    """What was tested, what could be missed, and when all will have been."""
    exempt = coverage.ports.get(RangeState.EXEMPT, 0)
    beside = f" (and {exempt} where services are registered)" if exempt else ""
    if not coverage.largest_untested:
        return f"All {coverage.size:,} ports tested{beside}."
    told = f"{coverage.tested:,} of {coverage.size:,} ports tested{beside}; "
    told += f"a shut run of up to {coverage.largest_untested:,} ports could be missed."
    return told if coverage.complete_in is None else f"{told} All tested in about {about(coverage.complete_in)}."


def tally(outcomes: Iterable[Outcome]) -> str:
    """For people: `12 filtered, 4 closed`."""
    counted = Counter(outcome.state for outcome in outcomes)
    return ", ".join(f"{number} {state}" for state, number in counted.most_common())
