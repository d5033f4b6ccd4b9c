"""How often silence must be seen before it means anything.

A lost SYN and a dropped SYN look alike. Silence counts only beside a control: a port of the same address that answers
at the same time. If controls stay silent with probability p, then k silences are all bad luck with probability p**k.
"""

import math
from dataclasses import dataclass

PRIOR = 1 / 50
CHANCE = 1e-6  # accepted probability that a confirmed silence is bad luck
LEAST, MOST = 3, 10
Z = 1.645  # one-sided 95 %


def upper_bound(silent: int, asked: int) -> float:
    """The probability of silence that `silent` of `asked` controls leave possible (Wilson score, one-sided 95 %).

    Without a single silent control the prior stands until the count of answers alone does better.
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


@dataclass(slots=True)
class Silence:
    """The silences of one port in a row, each beside a control, and how the controls of its address did."""

    in_a_row: int = 0
    control_answers: bool = False  # the newest control did
    controls: int = 0
    silent_controls: int = 0
    _unsettled: int = 0  # silent controls of which it is not known yet whether the host is dead or the path lossy

    def ask(self, *, silent: bool, control_answered: bool) -> None:
        """One ask of the port beside one ask of a control."""
        self._count_control(control_answered)
        self.control_answers = control_answered
        if not silent:
            self.in_a_row = 0
        elif control_answered:
            self.in_a_row += 1

    def _count_control(self, answered: bool) -> None:
        """A silent control tells of loss only if a later one answers: a host that is gone is not a lossy path."""
        if not answered:
            self._unsettled += 1
            return
        lost = self._unsettled if self._unsettled <= LEAST else 0
        self._unsettled = 0
        self.controls += lost + 1
        self.silent_controls += lost

    @property
    def needed(self) -> int | None:
        """How many silences in a row confirm one, by what the controls showed so far."""
        return needed(upper_bound(self.silent_controls, self.controls))

    @property
    def confirmed(self) -> bool:
        wanted = self.needed
        return self.control_answers and wanted is not None and self.in_a_row >= wanted

    @property
    def hopeless(self) -> bool:
        """The port is silent and a control answers, but controls are silent too often for that to mean anything."""
        return self.control_answers and self.in_a_row > 0 and self.needed is None
