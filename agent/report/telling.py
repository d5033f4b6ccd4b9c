"""Which attempts of a path are shown, where there are too many: those at edges first, and controls."""

from collections import Counter
from collections.abc import Iterator, Sequence

from agent.ground.path import Check
from agent.judge.result import Result
from agent.judge.verdict import Judgement
from probes.outcome import Outcome
from probes.state import State

MOST = 60  # rows of one path


def telling(result: Result, most: int = MOST) -> list[list[Outcome]]:
    """At most so many of all addresses together, for each address those shown of it, in the order of time.

    All attempts at the edges of what is shut; then of every other port the newest one, controls (which passed and were
    asked again) before what is shut and that before the rest; then older ones.
    """
    ranked = sorted(
        (rank, number, outcome) for number in range(len(result.addresses)) for rank, outcome in _ranked(result, number)
    )
    shown: list[list[Outcome]] = [[] for _ in result.addresses]
    for _, number, outcome in ranked[:most]:
        shown[number].append(outcome)
    return [sorted(each, key=lambda outcome: (outcome.started, outcome.target.port)) for each in shown]


def left_out(result: Result, shown: Sequence[Sequence[Outcome]]) -> Counter[str]:
    """How many of which state are not shown."""
    return result.attempts - Counter(str(outcome.state) for each in shown for outcome in each)


def _ranked(result: Result, number: int) -> Iterator[tuple[tuple[int, int, float, int], Outcome]]:
    address = result.addresses[number]
    edges = _edges(address.judgement) if result.path.check is Check.RPC_RANGE else set()
    asked = Counter(outcome.target.port for outcome in address.outcomes)
    before: Counter[int] = Counter()
    for place, outcome in enumerate(sorted(address.outcomes, key=lambda outcome: -outcome.started)):
        port = outcome.target.port
        older, before[port] = before[port], before[port] + 1
        yield _rank(outcome, older, edges, asked[port], place), outcome


def _rank(outcome: Outcome, older: int, edges: set[int], asked: int, place: int) -> tuple[int, int, float, int]:
    if outcome.target.port in edges:
        return 0, older, 0, place
    kind = 2 if outcome.state is State.OPEN else 1
    is_control = kind == 2 and asked > 1
    return 1 + older, 0 if is_control else kind, -outcome.started, place


def _edges(judgement: Judgement) -> set[int]:
    """The ports on both sides of each."""
    shut = (*judgement.blocked.intervals, *judgement.suspect.intervals)
    return {port for first, last in shut for port in (first - 1, first, last, last + 1)}
