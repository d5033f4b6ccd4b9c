"""The families about this agent and its process."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from agent.metrics.snapshot import Process, Snapshot

SKIPPED = ("fault", "overrun")  # closed list of reasons


def agent(snapshot: Snapshot) -> Iterator[Metric]:
    """What the agent says of itself."""
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
    yield _single(
        "ssoreach_config_last_reload_successful",
        "Whether the newest configuration file could be used.",
        float(snapshot.reloaded),
    )
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


def process(seen: Process) -> Iterator[Metric]:
    """Under the names that every process has."""
    yield CounterMetricFamily(
        "process_cpu_seconds", "Total user and system CPU time spent in seconds.", value=seen.cpu_seconds
    )
    yield _single("process_resident_memory_bytes", "Resident memory size in bytes.", seen.resident_bytes)
    yield _single("process_virtual_memory_bytes", "Virtual memory size in bytes.", seen.virtual_bytes)
    yield _single(
        "process_start_time_seconds", "Start time of the process since unix epoch in seconds.", seen.start_time
    )
    if seen.open_fds is not None:
        yield _single("process_open_fds", "Number of open file descriptors.", seen.open_fds)
    if seen.max_fds is not None:
        yield _single("process_max_fds", "Maximum number of open file descriptors.", seen.max_fds)


def _single(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _info(name: str, text: str, label: str, value: str) -> Metric:
    family = GaugeMetricFamily(name, text, labels=(label,))
    family.add_metric([value], 1.0)
    return family
