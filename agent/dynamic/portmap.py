"""What is known of each port of a range at one address: what was seen last, and when. Three bytes a port."""

import math
from array import array
from collections.abc import Iterable, Iterator

from agent.dynamic.observed import Observed
from agent.ground.ports import PortSet

MOST_STAMP = 65_535
LEAST_UNIT = 60.0  # seconds
AGES = 40_000  # the window in units, at most: there is room beside it before the origin has to move


Parts = tuple[float | None, bytes, "array[int]"]


class PortMap:
    """`unit`: how exactly it remembers when, in seconds. Times are UTC.

    A stamp is 1 + the units since the origin; 0 stands for never.
    """

    def __init__(self, ports: PortSet, unit: float = LEAST_UNIT) -> None:
        self.ports = ports
        self.unit = unit
        self._states = bytearray(len(ports))
        self._stamps = array("H", [0]) * len(ports)
        self._origin: float | None = None

    @classmethod
    def of(cls, ports: PortSet, unit: float, parts: Parts) -> "PortMap":
        """From what `parts` gave. Raises ValueError when they do not fit together."""
        origin, states, stamps = parts
        if not len(ports) == len(states) == len(stamps) or not unit > 0 or not math.isfinite(unit):
            raise ValueError("a map of another size")
        made = cls(ports, unit)
        made._origin, made._states, made._stamps = origin, bytearray(states), stamps
        return made

    def parts(self) -> Parts:
        """All of it: origin, states, stamps."""
        return self._origin, bytes(self._states), self._stamps

    def __getitem__(self, port: int) -> Observed:
        return Observed(self._states[self.ports.index(port)])

    @property
    def states(self) -> bytes:
        """One byte a port, in the order of the range."""
        return bytes(self._states)

    @property
    def is_complete(self) -> bool:
        """Whether no port is untested."""
        return 0 not in self._states

    def observe(self, port: int, seen: Observed, now: float) -> None:
        index = self.ports.index(port)
        self._states[index] = seen
        self._stamps[index] = self._stamp(now)

    def seen_at(self, port: int) -> float | None:
        """When, as exactly as the unit: never later than it was."""
        stamp = self._stamps[self.ports.index(port)]
        return None if not stamp or self._origin is None else self._origin + (stamp - 1) * self.unit

    def oldest(self, but: Iterable[int] = ()) -> float | None:
        """When the port that was asked longest ago was asked; None while any is untested. `but`: apart from these."""
        untested = sum(not self._states[self.ports.index(port)] for port in set(but))
        if self._states.count(0) > untested or self._origin is None:
            return None
        first = min(filter(None, self._stamps), default=None)
        return None if first is None else self._origin + (first - 1) * self.unit

    def forget(self, indexes: Iterable[int]) -> None:
        for index in indexes:
            self._states[index] = Observed.UNTESTED
            self._stamps[index] = 0

    def forget_before(self, moment: float, now: float) -> None:
        """Whatever was seen earlier, and whatever the clock says was seen after `now`: it was set back meanwhile."""
        if self._origin is None:
            return
        first = 1 + max(0, math.ceil((moment - self._origin) / self.unit))
        last = self._stamp(now)
        self.forget([index for index, stamp in enumerate(self._stamps) if stamp and not first <= stamp <= last])

    def rows(self) -> Iterator[tuple[int, Observed, float]]:
        """Port, what was seen, and when, for every tested port."""
        for index, state in enumerate(self._states):
            if state and self._origin is not None:
                yield self.ports[index], Observed(state), self._origin + (self._stamps[index] - 1) * self.unit

    def _stamp(self, now: float) -> int:
        origin = self._origin if self._origin is not None else now - AGES * self.unit  # room for what a file knows
        stamp = 1 + math.floor((now - origin) / self.unit + 1e-6)
        if not 1 <= stamp <= MOST_STAMP:
            origin = self._move_origin(origin, stamp - AGES)
            stamp = AGES
        self._origin = origin
        return stamp

    def _move_origin(self, origin: float, units: int) -> float:
        """Older than the new origin is as old as it, far beyond the window; what is in the future stays there."""
        for index, stamp in enumerate(self._stamps):
            if stamp:
                self._stamps[index] = min(MOST_STAMP, max(1, stamp - units))
        return origin + units * self.unit


def unit_for(window: float) -> float:
    """Seconds; so fine that the window (seconds) fits into the stamps."""
    return max(LEAST_UNIT, window / AGES)
