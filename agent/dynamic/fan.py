"""How many ports of a gap to ask at once.

With n untested ports in a gap, P = ceil(sqrt(n + 1)) - 1 at once find an edge in the fewest waits; one at a time find
it with the fewest attempts. The widest fan is taken that what is left to spend can pay for.
"""

from collections.abc import Callable, Sequence
from math import ceil, isqrt

Fan = Callable[[int], int]  # from the ports of a gap to how many of them to ask at once


def root(size: int) -> int:
    """ceil(sqrt(size + 1)) - 1, and at least 1."""
    return max(1, isqrt(size))  # ceil(sqrt(n + 1)) = isqrt(n) + 1 for whole n


def _at_most(most: int) -> Fan:
    return lambda size: min(most, root(size))


FANS: tuple[Fan, ...] = (root, _at_most(7), _at_most(3), _at_most(1))


def cost(size: int, fan: Fan) -> int:
    """Attempts to find one edge in a gap of so many ports, at most."""
    total = 0
    while size > 0:
        asked = fan(size)
        total += asked
        size = ceil((size - asked) / (asked + 1))
    return total


def spread(gap: Sequence[int], count: int) -> list[int]:
    """So many of its members, evenly."""
    return [gap[(number + 1) * (len(gap) + 1) // (count + 1) - 1] for number in range(count)]


def choose(gaps: Sequence[Sequence[int]], left: int, at_once: int) -> list[int]:
    """What to ask next in all gaps: at most `at_once`, and such that `left` will do to the end, if that can be."""
    sizes = [len(gap) for gap in gaps]
    for fan in FANS:
        if sum(map(fan, sizes)) <= at_once and sum(cost(size, fan) for size in sizes) <= left:
            return [index for gap in gaps for index in spread(gap, fan(len(gap)))]
    return [index for gap in gaps[: max(0, min(at_once, left))] for index in spread(gap, 1)]
