"""Neighbouring ports that behave alike, and the gaps between unlike ones, read from a map's bytes."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from agent.dynamic.observed import Observed
from agent.ground.ports import PortSet


class Kind(Enum):
    """How the ports of a run behave. UNSHOWN: closed, silent or open in a way that shows neither."""

    PASSES = b"P"
    SILENT = b"S"
    REFUSED = b"R"
    UNSHOWN = b"U"


SHUT = (Kind.SILENT, Kind.REFUSED)

_EXEMPT = ord("x")  # belongs to whatever is around it
_RUN = re.compile(rb"([PSRU])(?:[\0x]*\1)*")


@dataclass(frozen=True, slots=True)
class Run:
    """Tested ports of one kind with nothing else tested in between; `first` and `last` are indexes in the range."""

    kind: Kind
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Untested ports, by their indexes, between two unlike runs: somewhere in it is an edge."""

    before: Run
    after: Run
    untested: list[int]


def _table(kinds: dict[Observed, Kind]) -> bytes:
    table = bytearray(256)
    for seen, kind in kinds.items():
        table[seen] = kind.value[0]
    return bytes(table)


# Where an RST is known to be the host's own, silence stands out; otherwise only a refusal does.
_CREDIBLE = _table(
    {
        Observed.OPEN: Kind.PASSES,
        Observed.CLOSED: Kind.PASSES,
        Observed.SILENT: Kind.SILENT,
        Observed.REFUSED: Kind.REFUSED,
    }
)
_NOT_CREDIBLE = _table(
    {
        Observed.OPEN: Kind.UNSHOWN,
        Observed.CLOSED: Kind.UNSHOWN,
        Observed.SILENT: Kind.UNSHOWN,
        Observed.REFUSED: Kind.REFUSED,
    }
)


class Landscape:
    """A map, read once. `exempt`: ports that somebody is registered at; `credible`: see above."""

    def __init__(self, ports: PortSet, states: bytes, exempt: Collection[int] = (), *, credible: bool = False) -> None:
        self.ports = ports
        kinds = bytearray(states.translate(_CREDIBLE if credible else _NOT_CREDIBLE))
        for port in exempt:
            index = ports.index(port)
            if states[index] in (Observed.UNTESTED, Observed.CLOSED):  # a service that is stopped, or a device
                kinds[index] = _EXEMPT
        self._kinds = bytes(kinds)
        self.runs = [Run(Kind(each[1]), each.start(), each.end() - 1) for each in _RUN.finditer(self._kinds)]

    def gaps(self) -> list[Gap]:
        """One for each edge that is not found yet."""
        pairs = ((one, other, self._untested(one.last + 1, other.first)) for one, other in pairwise(self.runs))
        return [Gap(one, other, untested) for one, other, untested in pairs if untested]

    def _untested(self, first: int, end: int) -> list[int]:
        return [index for index in range(first, end) if not self._kinds[index]]

    def edges(self) -> set[int]:
        """Both sides of every edge of what is shut, as far as it is found; the range's own ends are edges too."""
        shut = [run for run in self.runs if run.kind in SHUT]
        found = {index for run in shut for index in (run.first, run.last)}
        for one, other in pairwise(self.runs):
            if one.kind in SHUT or other.kind in SHUT:
                found |= {one.last, other.first}
        return found

    def alone(self, width: int) -> set[int]:
        """Silent ports inside of a run; the next tested ones on both sides are further apart than `width`."""
        found: set[int] = set()
        for run in self.of(Kind.SILENT):
            tested = [index for index in range(run.first, run.last + 1) if self._kinds[index] == run.kind.value[0]]
            triples = zip(tested, tested[1:], tested[2:], strict=False)
            found |= {index for before, index, after in triples if after - before > width}
        return found

    def of(self, *kinds: Kind) -> list[Run]:
        return [run for run in self.runs if run.kind in kinds]

    def intervals(self, runs: Iterable[Run]) -> PortSet:
        """The ports from each run's first to its last, those between its tested ones included."""
        return PortSet(tuple(each for run in runs for each in self.ports.between(run.first, run.last).intervals))

    def run_at(self, index: int) -> Run | None:
        return next((run for run in self.runs if run.first <= index <= run.last), None)


def largest_untested(states: bytes, ports: PortSet, exempt: Iterable[int] = ()) -> int:
    """The longest run of ports that nobody asked and nobody is registered at, in the order of the range."""
    marks = bytearray(states)
    for port in exempt:
        marks[ports.index(port)] = marks[ports.index(port)] or 1
    return max((len(each) for each in re.findall(rb"\0+", bytes(marks))), default=0)
