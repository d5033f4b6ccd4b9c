"""Sets of TCP ports: what an operator writes ("49152-65535", "5000-5020,20000"), and arithmetic on them."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate

LAST_PORT = 65535

_DIGITS = re.compile(r"[0-9]{1,9}")  # longer ones are no port, and would cost time to read

Interval = tuple[int, int]  # first and last, both included


@dataclass(frozen=True, slots=True)
class PortSet:
    """Ports 1 to 65535 as sorted intervals that neither overlap nor touch. Every port has an index, counted from 0."""

    intervals: tuple[Interval, ...] = ()
    _starts: tuple[int, ...] = field(init=False, repr=False, compare=False)  # index of each interval's first port

    def __post_init__(self) -> None:
        for first, last in self.intervals:
            _check(first, last)
        merged = _merge(self.intervals)
        sizes = (last - first + 1 for first, last in merged)
        object.__setattr__(self, "intervals", merged)
        object.__setattr__(self, "_starts", tuple(accumulate(sizes, initial=0)))

    @classmethod
    def parse(cls, written: object) -> "PortSet":
        """Read a number, a text, or a list of them. Raises ValueError with a sentence for the operator."""
        intervals = list(_read(written))
        if not intervals:
            raise ValueError("no ports given")
        return cls(tuple(intervals))

    @classmethod
    def of(cls, ports: Iterable[int]) -> "PortSet":
        return cls(tuple((port, port) for port in ports))

    def __len__(self) -> int:
        return self._starts[-1]

    def __iter__(self) -> Iterator[int]:
        for first, last in self.intervals:
            yield from range(first, last + 1)

    def __contains__(self, port: object) -> bool:
        return isinstance(port, int) and self._interval_of(port) is not None

    def __getitem__(self, index: int) -> int:
        """The port at `index`; IndexError outside 0 ≤ index < len."""
        if not 0 <= index < len(self):
            raise IndexError(f"no port at index {index}: the set has {len(self)}")
        which = bisect_right(self._starts, index) - 1
        return self.intervals[which][0] + index - self._starts[which]

    def index(self, port: int) -> int:
        """The index of `port`; ValueError if it is not in the set."""
        which = self._interval_of(port)
        if which is None:
            raise ValueError(f"port {port} is not in {self}")
        return self._starts[which] + port - self.intervals[which][0]

    def __or__(self, other: "PortSet") -> "PortSet":
        return PortSet(self.intervals + other.intervals)

    def without(self, ports: Iterable[int]) -> "PortSet":
        """What is left of it when these are taken out, whether or not they are in it."""
        gone, left = sorted(ports), []
        for first, last in self.intervals:
            for port in gone[bisect_left(gone, first) : bisect_right(gone, last)]:
                left += [(first, port - 1)] if first < port else []
                first = port + 1
            left += [(first, last)] if first <= last else []
        return PortSet(tuple(left))

    def between(self, first: int, last: int) -> "PortSet":
        """The ports from index `first` to index `last`, both included."""
        low, high = self[first], self[last]
        return PortSet(tuple((max(a, low), min(b, high)) for a, b in self.intervals if a <= high and b >= low))

    def __str__(self) -> str:
        return ",".join(self.texts())

    def texts(self) -> tuple[str, ...]:
        """One text an interval: "first-last", or "port" for a single one."""
        return tuple(str(first) if first == last else f"{first}-{last}" for first, last in self.intervals)

    def _interval_of(self, port: int) -> int | None:
        which = bisect_right(self.intervals, (port, LAST_PORT)) - 1
        return which if which >= 0 and port <= self.intervals[which][1] else None


def port_number(written: object) -> int:
    """Read one port, a number or its digits. Raises ValueError with a sentence for the operator."""
    port = _number(written)
    if port > LAST_PORT:
        raise ValueError(f"port {written} is above {LAST_PORT}")
    if port < 1:
        raise ValueError(f"port {written} is below 1")
    return port


def _number(written: object) -> int:
    if isinstance(written, int) and not isinstance(written, bool):
        return written
    if not isinstance(written, str):
        raise ValueError(f"not a port: write a whole number from 1 to {LAST_PORT}")
    if not _DIGITS.fullmatch(written):
        raise ValueError(f"{written[:40]!r} is not a port number")
    return int(written)


def _read(written: object) -> Iterator[Interval]:
    for item in written if isinstance(written, list | tuple) else [written]:
        if isinstance(item, str):
            yield from map(_read_interval, filter(None, map(str.strip, item.split(","))))
        else:
            port = port_number(item)
            yield port, port


def _read_interval(part: str) -> Interval:
    ends = [end.strip() for end in part.split("-")]
    if len(ends) > 2 or not all(ends):
        raise ValueError(f"{part[:40]!r} is not a range; write first-last")
    return port_number(ends[0]), port_number(ends[-1])


def _check(first: int, last: int) -> None:
    port_number(first)
    port_number(last)
    if first > last:
        raise ValueError(f"the range {first}-{last} is reversed; write {last}-{first}")


def _merge(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    merged: list[Interval] = []
    for first, last in sorted(intervals):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = merged[-1][0], max(last, merged[-1][1])
        else:
            merged.append((first, last))
    return tuple(merged)


NO_PORTS = PortSet()
