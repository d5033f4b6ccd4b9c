"""How much a peer may be asked, so that no intrusion system takes us for a scanner, and what of that fits."""

from collections.abc import Iterator
from math import floor

from agent.config.mistakes import Place
from agent.config.model import Rpc, Schedule
from agent.config.raw import Raw, mapping
from agent.ground import duration
from agent.ground.ports import PortSet

SHORTEST_INTERVAL = 10.0  # seconds
SHORTEST_TIMEOUT = 0.2  # seconds
RANGE_ATTEMPTS_A_MINUTE = 40  # to one peer

_DEFAULT = Schedule()


def samples_that_fit(interval: float) -> int:
    """How many ports can be sampled each `interval` (seconds), beside the first and the last of the range."""
    return floor(RANGE_ATTEMPTS_A_MINUTE * interval / 60 + 1e-9) - 2


def breaches(data: Raw) -> Iterator[tuple[Place, str]]:
    """Times that cannot be kept together, each with its place."""
    schedule, rpc = mapping(data.get("schedule")), mapping(data.get("rpc"))
    interval = _seconds(schedule.get("interval"), _DEFAULT.interval)
    timeout = _seconds(schedule.get("timeout"), _DEFAULT.timeout)
    if interval is not None and interval < SHORTEST_INTERVAL:
        yield ("schedule", "interval"), f"{duration.text(interval)} is shorter than {duration.text(SHORTEST_INTERVAL)}"
        interval = None
    if timeout is not None:
        yield from _timeout(timeout, interval)
    if interval is not None:
        yield from _samples(rpc, interval)


def _timeout(timeout: float, interval: float | None) -> Iterator[tuple[Place, str]]:
    place = ("schedule", "timeout")
    if 0 < timeout < SHORTEST_TIMEOUT:
        yield place, f"{duration.text(timeout)} is shorter than {duration.text(SHORTEST_TIMEOUT)}"
    elif interval is not None and timeout > interval / 2:
        yield place, f"{duration.text(timeout)} is longer than half the interval, {duration.text(interval / 2)}"


def _samples(rpc: Raw, interval: float) -> Iterator[tuple[Place, str]]:
    samples, most = rpc.get("samples"), samples_that_fit(interval)
    if isinstance(samples, int) and min(samples + 2, _range_size(rpc)) > most + 2:
        yield (
            ("rpc", "samples"),
            f"{samples} samples and the ends of the range, each {duration.text(interval)}, are more than "
            f"{RANGE_ATTEMPTS_A_MINUTE} attempts a minute to one peer; at most {most} fit",
        )


def _range_size(rpc: Raw) -> int:
    try:
        return len(PortSet.parse(rpc["dynamic_ports"]))
    except (KeyError, ValueError):
        return len(Rpc().dynamic_ports)


def _seconds(written: object, default: float) -> float | None:
    """None if it is not a duration, which is somebody else's to say."""
    try:
        return default if written is None else duration.seconds(written)
    except ValueError:
        return None
