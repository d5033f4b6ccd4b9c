"""A range of which an agent told, in one line: each letter is the worst of the ports that it stands for."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from rich.text import Text

from agent.dynamic.chart import Shown
from agent.ground.ports import PortSet
from agent.report.answered import ports

# What is drawn, also where there are no blocks, and its colour; the worst first. See `picture` about the letters.
DRAWN = {
    Shown.BLOCKED: ("█", "#", "blocked", "red"),
    Shown.SUSPECT: ("▒", "x", "suspect", "magenta"),
    Shown.INCONCLUSIVE: ("▓", "%", "inconclusive", "yellow"),
    Shown.OPEN: ("░", "_", "passes", "green"),
    Shown.EXEMPT: ("=", "=", "a service's own", "green"),
    Shown.UNTESTED: ("·", ".", "untested", "dim"),
}
_WORST = [*DRAWN]
LARGEST = 65_536  # ports


def band(address: Mapping[str, Any], width: int, *, blocks: bool) -> Iterator[Text]:
    """Of one address of a range's document: the line, and what its letters mean. Raises ValueError."""
    of = {shown: ports(address.get(str(shown))) for shown in DRAWN}
    states = _states(of)
    if not states:
        return
    numbers = [*(port for part in of.values() for interval in part.intervals for port in interval)]
    first, last = f"{min(numbers)} ", f" {max(numbers)}"
    count = max(1, min(width - len(first) - len(last), len(states)))
    cells = [_WORST[min(states[at * len(states) // count : (at + 1) * len(states) // count])] for at in range(count)]
    letter = 0 if blocks else 1
    runs = ((shown, len(list(run))) for shown, run in groupby(cells))
    yield Text.assemble(first, *((DRAWN[shown][letter] * times, DRAWN[shown][3]) for shown, times in runs), last)
    legend = [f"{DRAWN[shown][letter]} {DRAWN[shown][2]}" for shown in DRAWN if shown in cells]
    each = -(-len(states) // count)
    legend += [f"each the worst of {each:,} ports"] if each > 1 else []
    yield Text(" " * len(first) + "   ".join(legend), style="dim")


def _states(of: Mapping[Shown, PortSet]) -> bytes:
    """Of each port that is told of, in their order, the worst that it is told as."""
    marks = bytearray([len(_WORST)]) * LARGEST
    for number, shown in reversed([*enumerate(_WORST)]):
        for first, last in of[shown].intervals:
            marks[first : last + 1] = bytes([number]) * (last - first + 1)
    return bytes(mark for mark in marks if mark < len(_WORST))
