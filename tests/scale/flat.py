"""Whether a series stays flat: growth by least squares over its second half, beside a bound. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

Series = Mapping[str, Sequence[float]]  # what was counted → its values, one a round or a look


@dataclass(frozen=True, slots=True)
class Bound:
    """What a series may grow by over its second half, in its own unit or as a share of its mean; the greater counts."""

    units: float = 0.0
    share: float = 0.0

    def of(self, values: Sequence[float]) -> float:
        return max(self.units, self.share * fmean(values))


@dataclass(frozen=True, slots=True)
class Finding:
    """`growth` over the second half, and the most that it may be."""

    name: str
    growth: float
    most: float

    @property
    def is_flat(self) -> bool:
        return self.growth <= self.most


def judge(series: Series, bounds: Mapping[str, Bound]) -> list[Finding]:
    """Each of `bounds`; KeyError where there is no such series."""
    return [_finding(name, series[name], bound) for name, bound in bounds.items()]


def slope(values: Sequence[float]) -> float:
    """By least squares, from one value to the next. ValueError for fewer than two."""
    if len(values) < 2:
        raise ValueError("a slope takes two values")
    middle, mean = (len(values) - 1) / 2, fmean(values)
    above = sum((place - middle) * (value - mean) for place, value in enumerate(values))
    return above / sum((place - middle) ** 2 for place in range(len(values)))


def _finding(name: str, values: Sequence[float], bound: Bound) -> Finding:
    late = values[len(values) // 2 :]
    return Finding(name, slope(late) * (len(late) - 1), bound.of(late))
