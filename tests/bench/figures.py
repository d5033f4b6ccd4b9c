"""Figures of one kind of run: median and spread, and a ratio made pair by pair, as machines are noisy."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from statistics import median

RUNS = 7
SECONDS, MILLISECONDS, MICROSECONDS = (" s", 3, 1.0), (" ms", 1, 1e3), (" µs", 0, 1e6)
MEGABYTES, PERCENT, COUNT = (" MB", 1, 1.0), (" %", 1, 1.0), ("", 0, 1.0)


@dataclass(frozen=True, slots=True)
class Figures:
    """One a run, seconds as a rule. `unit`: how it is written, with how many places, and how many of it are one."""

    values: Sequence[float]
    unit: tuple[str, int, float] = SECONDS

    @property
    def median(self) -> float:
        return median(self.values)

    def __str__(self) -> str:
        name, places, factor = self.unit
        middle, least, most = (f"{each * factor:.{places}f}" for each in (self.median, min(self.values), self.most))
        return f"{middle}{name}" if len(self.values) == 1 else f"{middle}{name} ({least}-{most})"

    @property
    def most(self) -> float:
        return max(self.values)


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
        wanted = (f"≤ {self.wanted:.3g}", verdict) if isfinite(self.wanted) else ("-", "")
        return self.work, str(self.ours), beside, f"{self.figure:.2f} {self.unit}", *wanted


def alone(run: Callable[[], float], runs: int = RUNS) -> Figures:
    """After one run that does not count."""
    run()
    return Figures([run() for _ in range(runs)])


def paired(ours: Callable[[], float], theirs: Callable[[], float], runs: int = RUNS) -> tuple[Figures, Figures, float]:
    """Both in turn, and the median of the ratios of each pair."""
    mine, others = in_turn(ours, {"": theirs}, runs)
    return mine, others[""], ratio(mine, others[""])


def in_turn(
    ours: Callable[[], float], theirs: Mapping[str, Callable[[], float]], runs: int = RUNS
) -> tuple[Figures, dict[str, Figures]]:
    """All of them run after run, after one that does not count."""
    all_of = [ours, *theirs.values()]
    for run in all_of:
        run()
    rounds = [[run() for run in all_of] for _ in range(runs)]
    mine, *others = (Figures(values) for values in zip(*rounds, strict=True))
    return mine, dict(zip(theirs, others, strict=True))


def ratio(ours: Figures, theirs: Figures) -> float:
    """The median of those of each pair of runs."""
    return median(mine / other for mine, other in zip(ours.values, theirs.values, strict=True))
