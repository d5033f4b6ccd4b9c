"""How often in a row a port was seen the same: what makes an edge of a shut interval certain."""

from dataclasses import dataclass, field

from agent.dynamic.observed import ANSWERS, Observed
from agent.judge.silence import MOST, Control, Loss, Silence

TWICE = 2  # an answer needs no luck to be true, but the firewall may have changed since


@dataclass(slots=True)
class Repeat:
    """Of one port: `times` it was seen the same in a row, and its silences beside controls."""

    silence: Silence
    seen: Observed = Observed.UNTESTED
    times: int = 0
    controlled: bool = False  # a control was ever asked beside it


@dataclass(slots=True)
class Repeats:
    """Of the ports of one address that an edge depends on. `loss` is measured on all that answers there."""

    loss: Loss
    _rows: dict[int, Repeat] = field(default_factory=dict)

    def saw(self, port: int, seen: Observed, control: Control | None, *, counts: bool = True) -> None:
        """`control`: how one did that was asked at the same time, if any was. `counts`: the deadline was long enough.

        An RST, too, shows that the silences before it were bad luck.
        """
        row = self._rows.setdefault(port, Repeat(Silence(loss=self.loss)))
        row.times = row.times + 1 if alike(row.seen, seen) else 1
        row.seen = seen
        if seen is Observed.SILENT:
            if control is not None:
                row.controlled = True
                row.silence.beside(control, counts=counts, measures=False)
        elif seen in ANSWERS:
            row.silence.answered()
        else:
            row.silence.interrupted()

    @property
    def ports(self) -> list[int]:
        """Those of which it is known."""
        return [*self._rows]

    def silences(self, port: int) -> int:
        """In a row, each beside a control that answered."""
        return self._rows[port].silence.in_a_row if port in self._rows else 0

    def is_silent_for_sure(self, port: int) -> bool:
        return port in self._rows and self._rows[port].silence.confirmed

    def silent_for_sure(self) -> list[int]:
        return [port for port, row in self._rows.items() if row.silence.confirmed]

    def is_sure(self, port: int, seen: Observed, *, against_controls: bool) -> bool:
        """Whether it was seen so often enough. Where there is no control to go by, silence only means "not refused"."""
        row = self._rows.get(port)
        if row is None or not alike(row.seen, seen):
            return False
        if seen is not Observed.SILENT:
            return row.times >= TWICE
        if against_controls or row.controlled:
            return row.silence.confirmed
        return row.times >= (self.loss.needed or MOST)

    def keep(self, ports: set[int]) -> None:
        """Forget every other port."""
        for port in self._rows.keys() - ports:
            del self._rows[port]


def alike(one: Observed, other: Observed) -> bool:
    """Whether they say the same of the way: whatever answers came through."""
    return one is other or {one, other} <= ANSWERS
