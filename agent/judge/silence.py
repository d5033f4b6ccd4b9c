"""How often silence must be seen before it means anything.

A lost SYN and a dropped SYN look alike. Silence counts only beside a control: a port of the same address that answers
at the same time, and without a retransmission. If a listener that is asked stays silent with probability p, then k
silences are all bad luck with probability p**k. What p may be is measured on all that answers at that address; as long
as nothing was seen to get lost there, it is taken to be PRIOR at most.
"""

import math
from dataclasses import dataclass, field
from enum import Enum, auto

PRIOR = 1 / 50
CHANCE = 1e-6  # accepted probability that a confirmed silence is bad luck
LEAST, MOST = 3, 10
Z = 1.645  # one-sided 95 %
WINDOW = 100  # asks; what was measured longer ago counts less and less, as paths change
FEW = 8  # answers in time: what is little known may look lossy by one late answer, and they would show that it is not


def upper_bound(silent: float, asked: float) -> float:
    """The probability of silence that `silent` of `asked` listeners leave possible (Wilson score, one-sided 95 %).

    Without a single silence the prior stands until the count of answers alone does better.
    """
    if asked == 0:
        return PRIOR
    share, z2 = silent / asked, Z * Z
    margin = Z * math.sqrt(share * (1 - share) / asked + z2 / (4 * asked * asked))
    bound = (share + z2 / (2 * asked) + margin) / (1 + z2 / asked)
    return max(PRIOR, bound) if silent else min(PRIOR, bound)


def needed(probability: float) -> int | None:
    """How many silences confirm one; None when the path loses too much for silence to mean anything."""
    if probability >= 1:
        return None
    count = max(LEAST, math.ceil(math.log(CHANCE) / math.log(probability) - 1e-9))
    return count if count <= MOST else None


class Control(Enum):
    """How a port that answered before did when it was asked beside a silent one."""

    ANSWERED = auto()
    LATE = auto()  # after a retransmission: packets get lost right now, and a silence beside it is worth nothing
    SILENT = auto()


@dataclass(slots=True)
class Loss:
    """How often listeners of one address were silent by bad luck, of how many that were asked."""

    asked: float = 0.0
    lost: float = 0.0
    _unsettled: int = 0  # silent controls of which it is not known yet whether the host is dead or the path lossy
    timed: float = 0.0  # answers of which it is known whether they came the first time
    late: float = 0.0  # those that did not

    @property
    def needed(self) -> int | None:
        """How many silences in a row confirm one, by what the listeners showed so far; None: no number does.

        A silence is at least two SYNs that were not answered: as many as are late, twice.
        """
        return self._needed(0)

    @property
    def hopeless(self) -> bool:
        """Whether no number does, nor would one if a few answers more came in time: it is not worth asking on."""
        return self._needed(FEW) is None

    def _needed(self, more: int) -> int | None:
        twice_late = upper_bound(self.late, self.timed + more) ** 2
        return needed(max(upper_bound(self.lost, self.asked + more), twice_late))

    def time(self, *, late: bool) -> None:
        """Something was answered, at once or only when it was asked again."""
        fading = min(1.0, WINDOW / (self.timed + 1))
        self.timed, self.late = (self.timed + 1) * fading, (self.late + late) * fading

    def control(self, control: Control, *, measures: bool = True) -> None:
        """A control was asked. `measures`: it was not chosen because it had just answered."""
        if control is Control.SILENT:
            self._unsettled += measures
        else:
            self._settle()
            self.count(asked=measures)

    def count(self, asked: float, lost: float = 0.0) -> None:
        fading = min(1.0, WINDOW / (self.asked + asked)) if asked else 1.0
        self.asked = (self.asked + asked) * fading
        self.lost = (self.lost + lost) * fading

    def forget_unsettled(self) -> None:
        self._unsettled = 0

    def _settle(self) -> None:
        """A silent control tells of loss only if a later one answers: a host that is gone is not a lossy path."""
        lost = self._unsettled if self._unsettled <= LEAST else 0
        self._unsettled = 0
        self.count(asked=lost, lost=lost)


@dataclass(slots=True)
class Silence:
    """The silences of one port in a row, each beside a control. `loss` is its address', shared by all its ports."""

    in_a_row: int = 0
    control_answers: bool = False  # the newest control did
    loss: Loss = field(default_factory=Loss)

    def beside(self, control: Control, *, counts: bool = True, measures: bool = True) -> None:
        """The port was silent beside a control.

        `counts`: the deadline was long enough. `measures`: the control was not chosen because it had just answered,
        nor is it counted already.
        """
        self.control_answers = control is not Control.SILENT
        self.in_a_row += counts and control is Control.ANSWERED
        self.loss.control(control, measures=measures)

    def answered(self) -> None:
        """The port itself was asked, and answered: a row of silences before, if it was too short, was bad luck."""
        if self.in_a_row < (self.needed or MOST + 1):
            self.loss.count(asked=self.in_a_row, lost=self.in_a_row)
        self.loss.count(asked=1)
        self.loss.forget_unsettled()
        self.in_a_row = 0

    def interrupted(self) -> None:
        """The port was neither silent nor did it answer, or nothing could be asked beside it."""
        self.in_a_row = 0

    @property
    def needed(self) -> int | None:
        """How many silences in a row confirm one; None: no number does."""
        return self.loss.needed

    @property
    def confirmed(self) -> bool:
        wanted = self.needed
        return self.control_answers and wanted is not None and self.in_a_row >= wanted

    @property
    def hopeless(self) -> bool:
        """The port is silent and a control answers, but listeners are silent too often for that to mean anything."""
        return self.control_answers and self.in_a_row > 0 and self.needed is None
