"""The ledger as Prometheus reads it. Built anew at every scrape from a snapshot: nothing lingers, nothing is missing.

Labels are configured names and closed lists; never an address, a port or a text.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector, CollectorRegistry

from agent.judge.verdict import Verdict
from agent.ledger import BUCKETS, Entry
from agent.path import Direction
from probes.state import State

PATH = ("peer", "check", "direction")
SKIPPED = ("fault", "overrun")  # closed list of reasons


@dataclass(frozen=True, slots=True)
class Process:
    """This process, as psutil sees it."""

    cpu_seconds: float
    resident_bytes: int
    virtual_bytes: int
    start_time: float
    open_fds: int | None
    max_fds: int | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that one scrape shows."""

    entries: Sequence[Entry]
    version: str
    config_sha256: str
    config_loaded: float
    lag_seconds: float
    in_flight: int
    skipped: dict[str, int]
    process: Process | None = None


def expose(snapshot: Snapshot, registry: CollectorRegistry | None = None) -> bytes:
    """The text format, version 0.0.4. Safe in a thread: it touches nothing but the snapshot."""
    registry = registry or CollectorRegistry(auto_describe=False)
    collector = SnapshotCollector(snapshot)
    registry.register(collector)
    try:
        return generate_latest(registry)
    finally:
        registry.unregister(collector)


class SnapshotCollector(Collector):
    """Yields the metric families of one snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def collect(self) -> Iterator[Metric]:
        snapshot = self._snapshot
        yield from _paths(snapshot.entries)
        yield from _attempts(snapshot.entries)
        yield from _agent(snapshot)
        if snapshot.process is not None:
            yield from _process(snapshot.process)


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


def _paths(entries: Sequence[Entry]) -> Iterator[Metric]:
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


def _attempts(entries: Sequence[Entry]) -> Iterator[Metric]:
    attempts = CounterMetricFamily(
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
            attempts.add_metric([peer, check, str(state)], entry.attempts[state])
        durations.add_metric([peer, check], _cumulative(entry.durations), entry.duration_sum)
    yield attempts
    yield durations


def _cumulative(counts: Iterable[int]) -> list[tuple[str, float]]:
    total, buckets = 0, []
    for edge, count in zip((*map(str, BUCKETS), "+Inf"), counts, strict=True):
        total += count
        buckets.append((edge, float(total)))
    return buckets


def _single(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _info(name: str, text: str, label: str, value: str) -> Metric:
    family = GaugeMetricFamily(name, text, labels=(label,))
    family.add_metric([value], 1.0)
    return family


def _agent(snapshot: Snapshot) -> Iterator[Metric]:
    skipped = CounterMetricFamily(
        "ssoreach_attempts_skipped", "Rounds of a peer that were left out, by reason.", labels=("reason",)
    )
    for reason in SKIPPED:
        skipped.add_metric([reason], snapshot.skipped.get(reason, 0))
    yield skipped
    yield _info("ssoreach_build_info", "The version of this agent.", "version", snapshot.version)
    yield _info(
        "ssoreach_config_info", "A hash of the configuration in force, as parsed.", "sha256", snapshot.config_sha256
    )
    yield _single("ssoreach_config_last_reload_successful", "Whether the newest configuration file could be used.", 1.0)
    yield _single(
        "ssoreach_config_last_reload_success_timestamp_seconds",
        "When the configuration in force was loaded.",
        snapshot.config_loaded,
    )
    yield _single(
        "ssoreach_event_loop_lag_seconds",
        "How late the event loop ran when it last looked, while attempts were in flight.",
        snapshot.lag_seconds,
    )
    yield _single("ssoreach_attempts_in_flight", "Attempts that have begun and not ended.", snapshot.in_flight)


def _process(process: Process) -> Iterator[Metric]:
    yield CounterMetricFamily(
        "process_cpu_seconds", "Total user and system CPU time spent in seconds.", value=process.cpu_seconds
    )
    yield _single("process_resident_memory_bytes", "Resident memory size in bytes.", process.resident_bytes)
    yield _single("process_virtual_memory_bytes", "Virtual memory size in bytes.", process.virtual_bytes)
    yield _single(
        "process_start_time_seconds", "Start time of the process since unix epoch in seconds.", process.start_time
    )
    if process.open_fds is not None:
        yield _single("process_open_fds", "Number of open file descriptors.", process.open_fds)
    if process.max_fds is not None:
        yield _single("process_max_fds", "Maximum number of open file descriptors.", process.max_fds)
