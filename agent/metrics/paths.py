"""The families about paths and attempts."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from agent.found.entry import BUCKETS, Entry
from agent.ground.path import Direction
from agent.judge.verdict import Verdict
from probes.state import State

PATH = ("peer", "check", "direction")


def _labels(entry: Entry) -> list[str]:
    return [entry.path.peer, str(entry.path.check), str(entry.path.direction)]


def _gauge(name: str, text: str, entries: Sequence[Entry], value: Callable[[Entry], float | None]) -> Metric:
    """A gauge with a sample for every path that has a value."""
    family = GaugeMetricFamily(f"ssoreach_{name}", text, labels=PATH)
    for entry in entries:
        number = value(entry)
        if number is not None:
            family.add_metric(_labels(entry), number)
    return family


def paths(entries: Sequence[Entry]) -> Iterator[Metric]:
    """What is known of each path."""
    yield _gauge(
        "path_reachable",
        "Whether the newest verdict of the path is reachable (1) or any other (0).",
        entries,
        lambda entry: float(entry.verdict is Verdict.REACHABLE),
    )
    verdicts = GaugeMetricFamily(
        "ssoreach_path_verdict", "The newest verdict of the path: exactly one is 1.", labels=(*PATH, "verdict")
    )
    for entry in entries:
        for verdict in Verdict:
            verdicts.add_metric([*_labels(entry), str(verdict)], float(entry.verdict is verdict))
    yield verdicts
    yield _gauge(
        "path_last_run_timestamp_seconds", "When the path was last judged.", entries, lambda entry: entry.last_run
    )
    yield _gauge(
        "path_last_reachable_timestamp_seconds",
        "When the path was last judged reachable.",
        entries,
        lambda entry: entry.last_reachable,
    )
    seconds = CounterMetricFamily(
        "ssoreach_path_unreachable_seconds",
        "Seconds with a verdict of blocked, partly-blocked, unreachable, service-down or unresolved.",
        labels=PATH,
    )
    for entry in entries:
        seconds.add_metric(_labels(entry), entry.unreachable_seconds)
    yield seconds


def attempts(entries: Sequence[Entry]) -> Iterator[Metric]:
    """What was counted of attempts, since the start."""
    counted = CounterMetricFamily(
        "ssoreach_attempts", "Connections attempted, by what they saw.", labels=("peer", "check", "state")
    )
    durations = HistogramMetricFamily(
        "ssoreach_connect_duration_seconds",
        "Time from SYN to SYN-ACK of the attempts that were accepted.",
        labels=("peer", "check"),
    )
    for entry in entries:
        peer, check, direction = _labels(entry)
        if direction != Direction.OUTBOUND:  # what the peer attempted is its own to count
            continue
        for state in State:
            counted.add_metric([peer, check, str(state)], entry.attempts[state])
        durations.add_metric([peer, check], _cumulative(entry.durations), entry.duration_sum)
    yield counted
    yield durations


def _cumulative(counts: Iterable[int]) -> list[tuple[str, float]]:
    total, buckets = 0, []
    for edge, count in zip((*map(str, BUCKETS), "+Inf"), counts, strict=True):
        total += count
        buckets.append((edge, float(total)))
    return buckets
