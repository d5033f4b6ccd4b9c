"""Figures of one kind of run: median and spread, and a ratio made pair by pair, as machines are noisy."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from statistics import median

RUNS = 7


@dataclass(frozen=True, slots=True)
class Figures:
    """One a run: seconds, or what `unit` says."""

    seconds: Sequence[float]
    unit: str = " s"

    @property
    def median(self) -> float:
        return median(self.seconds)

    def __str__(self) -> str:
        places = 3 if self.unit else 0
        least, most = min(self.seconds), max(self.seconds)
        return f"{self.median:.{places}f}{self.unit} ({least:.{places}f}-{most:.{places}f})"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table. `wanted`: the design's figure, infinite where it has none."""

    work: str
    ours: Figures
    peer: str
    theirs: Figures | None
    figure: float
    wanted: float
    unit: str

    @property
    def reached(self) -> bool:
        return self.figure <= self.wanted

    def cells(self) -> tuple[str, ...]:
        beside = f"{self.peer}: {self.theirs}" if self.theirs else self.peer
        verdict = "reached" if self.reached else "NOT reached"
        wanted = (f"≤ {self.wanted:g}", verdict) if isfinite(self.wanted) else ("-", "")
        return self.work, str(self.ours), beside, f"{self.figure:.2f} {self.unit}", *wanted


def alone(run: Callable[[], float], runs: int = RUNS) -> Figures:
    """After one run that does not count."""
    run()
    return Figures([run() for _ in range(runs)])


def paired(ours: Callable[[], float], theirs: Callable[[], float], runs: int = RUNS) -> tuple[Figures, Figures, float]:
    """Both in turn, and the median of the ratios of each pair."""
    ours()
    theirs()
    pairs = [(ours(), theirs()) for _ in range(runs)]
    ratio = median(mine / other for mine, other in pairs)
    return Figures([mine for mine, _ in pairs]), Figures([other for _, other in pairs]), ratio
