"""The performance data of a monitoring plugin: `'label'=value[unit];;;min;max`, every label once.

Which labels there can be depends on what is probed, and never on what was found: a graph keeps its lines. What has no
value now is left out, and not 0.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from agent.ground.path import Check
from agent.judge.result import Result
from agent.judge.verdict import Verdict
from agent.report.document import Run
from agent.report.escape import status
from agent.report.ways import is_inbound, ours
from probes.state import State

PATHS_BYTES = 2300  # of connect times; the rest of it is no more than 700
LABEL_LETTERS = 64
LONGEST_VALUE = len(" ''=9999.000000s;;;0;")  # so that no label comes or goes with the length of a value


def performance(run: Run) -> str:
    """Counts of paths by verdict, how long it took, the coverage of ranges, and connect times as far as there is room.

    A path's connect time is that of its slowest accepted connection, in seconds.
    """
    counts, paths = Counter(result.verdict for result in run.results), len(run.results)
    values = [f"'paths'={paths};;;0;"]
    values += [f"'{verdict}'={counts[verdict]};;;0;{paths}" for verdict in Verdict]
    values += [f"'duration'={run.seconds:.3f}s;;;0;", *_coverage(run.results), *_slowest(run.results)]
    return " ".join([*values, *_connect_times(run.results, PATHS_BYTES)])


def _coverage(results: Iterable[Result]) -> Iterator[str]:
    """Of the ports of a range that could be tested, how many were: in percent, of the range that knows the least."""
    known = (result.judgement.coverage for result in ours(results))
    if shares := [coverage.ratio for coverage in known if coverage]:
        yield f"'coverage'={100 * min(shares):.2f}%;;;0;100"


def _slowest(results: Iterable[Result]) -> Iterator[str]:
    """Over all peers, for each check."""
    slowest: dict[Check, float] = {}
    for result in ours(results):
        if (seconds := _connect_seconds(result)) is not None:
            slowest[result.path.check] = max(seconds, slowest.get(result.path.check, 0.0))
    yield from (_seconds(f"slowest {check}", slowest[check]) for check in Check if check in slowest)


def _connect_times(results: Iterable[Result], room: int) -> Iterator[str]:
    """Of each path, in the order of the plan, until there is no room: whether it has a value or not."""
    labels: set[str] = set()
    for result in results:
        if is_inbound(result):
            continue
        label = _unique(_label(f"{result.path.check} {result.path.peer}"), labels)
        room -= len(label.encode(errors="backslashreplace")) + LONGEST_VALUE
        if room < 0:
            return
        if (seconds := _connect_seconds(result)) is not None:
            yield _seconds(label, seconds)


def _connect_seconds(result: Result) -> float | None:
    accepted = (
        outcome.connect_seconds
        for address in result.addresses
        for outcome in address.outcomes
        if outcome.state is State.OPEN
    )
    return max(accepted, default=None)


def _label(text: str) -> str:
    return status(text, LABEL_LETTERS).replace("=", "_")


def _unique(label: str, labels: set[str]) -> str:
    """With a number where another one is the same once it is made harmless, or cut."""
    found, number = label, 2
    while found in labels:
        found, number = f"{label} {number}", number + 1
    labels.add(found)
    return found


def _seconds(label: str, seconds: float) -> str:
    return f"'{label}'={min(max(seconds, 0.0), 9999.0):.6f}s;;;0;"
