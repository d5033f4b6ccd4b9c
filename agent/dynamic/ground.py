"""What a search stands on: the map, how often its ports were seen the same, and what both come to."""

from bisect import bisect, bisect_left
from collections.abc import Iterable
from math import ceil

from agent.dynamic.observed import Observed
from agent.dynamic.portmap import PortMap
from agent.dynamic.repeats import Repeats
from agent.dynamic.runs import SHUT, Kind, Landscape, Run
from agent.judge.silence import MOST, Loss

ALONE = 16  # a silent port stands alone in more than such a part of the range


class Ground:
    """Of one address. It is read by all who decide something, so that they need not know of one another."""

    def __init__(self, map: PortMap, loss: Loss) -> None:
        self.map = map
        self.repeats = Repeats(loss)
        self.exempt: frozenset[int] = frozenset()
        self.credible = False
        self._read: tuple[bytes, frozenset[int], bool] | None = None  # what the landscape was made of

    @property
    def landscape(self) -> Landscape:
        read = self.map.states, self.exempt, self.credible
        if read != self._read:
            self._read, self._landscape = read, self.landscape_of(self.map.states)
        return self._landscape

    def landscape_of(self, states: bytes) -> Landscape:
        """As it would be if the map said this."""
        exempt = [port for port in self.exempt if port in self.map.ports]
        return Landscape(self.map.ports, states, exempt, credible=self.credible)

    def edge_ports(self) -> set[int]:
        return {self.map.ports[index] for index in self.landscape.edges()}

    def alone(self) -> set[int]:
        return {self.map.ports[index] for index in self.landscape.alone(len(self.map.ports) // ALONE)}

    def thin(self) -> set[int]:
        """Silent ports without which much of their interval would stand on nothing, and that were hardly asked again.

        Lost packets, or a limit on connections, would make one interval out of two.
        """
        enough = ceil((self.repeats.loss.needed or MOST) / 2)
        return {port for port in self.alone() if self.repeats.silences(port) < enough}

    def is_sure(self, port: int, seen: Observed) -> bool:
        return self.repeats.is_sure(port, seen, against_controls=self.credible)

    def certain(self) -> set[int]:
        """Ports that are silent for sure."""
        return {port for port in self.repeats.silent_for_sure() if self.map[port] is Observed.SILENT}

    def certain_runs(self) -> list[Run]:
        """Silent ones that are certain in at least one of their ports."""
        return _with_any(self.landscape.of(Kind.SILENT), map(self.map.ports.index, self.certain()))

    def sure_runs(self) -> list[Run]:
        """Shut ones, silent or refused, at least one of whose ports was seen so often enough."""
        sure = (port for port in self.repeats.ports if port in self.map.ports and self.is_sure(port, self.map[port]))
        return _with_any(self.landscape.of(*SHUT), map(self.map.ports.index, sure))


def _with_any(runs: list[Run], indexes: Iterable[int]) -> list[Run]:
    """Those with any of these in them."""
    found = sorted(indexes)
    return [run for run in runs if bisect_left(found, run.first) < bisect(found, run.last)]
