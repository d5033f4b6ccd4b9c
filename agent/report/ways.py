"""Which way a path leads, for people: from this host, or to it."""

from collections.abc import Iterable

from agent.ground.path import Direction
from agent.judge.result import Result
from agent.judge.verdict import Verdict


def is_inbound(result: Result) -> bool:
    """Whether a peer found it and told us."""
    return result.path.direction is Direction.INBOUND


def ours(results: Iterable[Result]) -> list[Result]:
    """Those of which this host found out itself."""
    return [result for result in results if not is_inbound(result)]


def is_awaited(result: Result) -> bool:
    """Whether a peer has yet to tell it: nothing need be said of that."""
    return is_inbound(result) and result.verdict is Verdict.PENDING


def directions(results: Iterable[Result]) -> str:
    """As seen from this host."""
    return "from and to" if any(map(is_inbound, results)) else "from"


def ways(results: Iterable[Result]) -> tuple[str, list[str]]:
    """The heading of a column, and what stands there: `MSS`; where there are both ways, `to MSS` and `from MSS`."""
    results = list(results)
    if not any(map(is_inbound, results)):
        return "To", [result.path.peer for result in results]
    return "Path", [f"{'from' if is_inbound(result) else 'to'} {result.path.peer}" for result in results]


def about_whom(result: Result) -> str:
    """`MSS`, `From MSS`: the head of what is said of one path."""
    return f"{'From ' if is_inbound(result) else ''}{result.path.peer}"
