"""The families about dynamic ranges."""

from collections.abc import Callable, Iterator, Sequence

from prometheus_client.core import GaugeMetricFamily, Metric

from agent.found.entry import Entry
from agent.ground.path import Direction
from agent.judge.coverage import Coverage, RangeState


def ranges(entries: Sequence[Entry]) -> Iterator[Metric]:
    """What is known of the ports of dynamic ranges."""
    ports = GaugeMetricFamily(
        "ssoreach_rpc_range_ports",
        "Ports of the dynamic range by what is known of each; exempt: a service is registered there.",
        labels=("peer", "direction", "state"),
    )
    for entry in entries:
        if entry.path.direction is Direction.INBOUND:  # what each port showed is not told
            continue
        coverage = _coverage(entry)
        for state in RangeState:
            ports.add_metric([*_range_labels(entry), str(state)], coverage.ports.get(state, 0))
    yield ports
    for name, text, value in RANGE:
        family = GaugeMetricFamily(f"ssoreach_rpc_range_{name}", text, labels=("peer", "direction"))
        for entry in entries:
            number = value(entry)
            if number is not None:
                family.add_metric(_range_labels(entry), number)
        yield family


def _range_labels(entry: Entry) -> list[str]:
    return [entry.path.peer, str(entry.path.direction)]


def _coverage(entry: Entry) -> Coverage:
    """Before the first round, and where no address could be asked, every port is untested."""
    size = len(entry.path.ports)
    return entry.judgement.coverage or Coverage({RangeState.UNTESTED: size}, largest_untested=size)


def _ratio(entry: Entry) -> float:
    return _coverage(entry).ratio


def _blocked(entry: Entry) -> tuple[tuple[int, int], ...]:
    return entry.judgement.blocked.intervals


def _blocked_ends(entry: Entry) -> tuple[int, int] | tuple[None, None]:
    intervals = _blocked(entry)
    return (intervals[0][0], intervals[-1][1]) if intervals else (None, None)


# Port values have no sample until something is blocked.
RANGE: tuple[tuple[str, str, Callable[[Entry], float | None]], ...] = (
    ("coverage_ratio", "Share of the ports that are not exempt and were tested in the window.", _ratio),
    (
        "largest_untested_ports",
        "The longest run of ports that were not tested in the window.",
        lambda entry: _coverage(entry).largest_untested,
    ),
    ("blocked_intervals", "Intervals shown to be blocked.", lambda entry: len(_blocked(entry))),
    (
        "suspect_ports",
        "Ports in intervals that are silent where the ports around them answer.",
        lambda entry: len(entry.judgement.suspect),
    ),
    ("first_blocked_port", "The lowest port shown to be blocked.", lambda entry: _blocked_ends(entry)[0]),
    ("last_blocked_port", "The highest port shown to be blocked.", lambda entry: _blocked_ends(entry)[1]),
    (
        "last_full_pass_timestamp_seconds",
        "When every port had been tested once more.",
        lambda entry: _coverage(entry).last_full_pass,
    ),
)
