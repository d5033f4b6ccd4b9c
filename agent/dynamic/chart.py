"""What is known of each port of a range at one address, to be drawn and listed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from agent.dynamic.observed import Observed
from agent.ground.ports import NO_PORTS, PortSet


class Shown(StrEnum):
    """What a port is shown as."""

    OPEN = "open"  # shown to pass
    BLOCKED = "blocked"  # in an interval that is shown to be refused or dropped
    SUSPECT = "suspect"  # in an interval that is silent where others answer
    INCONCLUSIVE = "inconclusive"  # asked, and the answer or its absence shows nothing
    UNTESTED = "untested"
    EXEMPT = "exempt"  # a service is registered there, and asked by its own check


_ORDER = tuple(Shown)
_RUN = re.compile(rb"(.)\1*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Chart:
    """`states`: an `Observed` for each port. `credible`: an RST is the host's own, or both ends know.

    `last_full_pass`: UTC; None: not yet.
    """

    address: str
    ports: PortSet
    states: bytes
    credible: bool = False
    exempt: frozenset[int] = field(default_factory=frozenset)
    last_full_pass: float | None = None

    def runs(self, blocked: PortSet = NO_PORTS, suspect: PortSet = NO_PORTS) -> Iterator[tuple[int, int, Shown]]:
        """First port, last port, and what they are shown as, ascending; the judge says what is blocked and suspect."""
        at = 0
        for first, last in self.ports.intervals:
            length = last - first + 1
            shown = self._shown(first, self.states[at : at + length], blocked, suspect)
            for run in _RUN.finditer(shown):
                yield first + run.start(), first + run.end() - 1, _ORDER[run[1][0]]
            at += length

    def _shown(self, first: int, states: bytes, blocked: PortSet, suspect: PortSet) -> bytes:
        shown = bytearray(states.translate(_CREDIBLE if self.credible else _NOT_CREDIBLE))
        last = first + len(shown) - 1
        for port in self.exempt:
            if first <= port <= last:
                shown[port - first] = _ORDER.index(Shown.EXEMPT)
        for ports, what in ((suspect, Shown.SUSPECT), (blocked, Shown.BLOCKED)):
            for begin, end in ports.intervals:
                for port in range(max(begin, first), min(end, last) + 1):
                    shown[port - first] = _ORDER.index(what)
        return bytes(shown)


def _table(credible: bool) -> bytes:
    of = {
        Observed.UNTESTED: Shown.UNTESTED,
        Observed.OPEN: Shown.OPEN,
        Observed.CLOSED: Shown.OPEN if credible else Shown.INCONCLUSIVE,
        Observed.SILENT: Shown.INCONCLUSIVE,
        Observed.REFUSED: Shown.INCONCLUSIVE,
    }
    table = bytearray(256)
    for seen, what in of.items():
        table[seen] = _ORDER.index(what)
    return bytes(table)


_CREDIBLE, _NOT_CREDIBLE = _table(credible=True), _table(credible=False)
