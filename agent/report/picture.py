"""A whole range in one line: a letter for so many ports, and what the letters mean."""

from collections.abc import Iterator
from enum import Enum

from agent.dynamic.observed import Observed


class Cell(Enum):
    """What the ports of one letter have in common: how it is drawn, without blocks too, its words and its colour.

    Only letters of code page 437: classic Windows consoles look for no others in a second font.
    """

    ANSWERS = ("░", "_", "answers: open or closed", "green")
    SILENT = ("█", "#", "silent", "red")
    REFUSED = ("▒", "x", "refused", "magenta")
    UNTESTED = ("·", ".", "not known", "dim")
    MIXED = ("▓", "%", "mixed", "yellow")

    def __init__(self, block: str, letter: str, words: str, colour: str) -> None:
        self.block, self.letter, self.words, self.colour = block, letter, words, colour

    def drawn(self, *, blocks: bool) -> str:
        return self.block if blocks else self.letter


_OF = {
    Observed.OPEN: Cell.ANSWERS,
    Observed.CLOSED: Cell.ANSWERS,
    Observed.SILENT: Cell.SILENT,
    Observed.REFUSED: Cell.REFUSED,
    Observed.UNTESTED: Cell.UNTESTED,
}
BLOCKS = "".join(cell.block for cell in Cell)


def cells(states: bytes, width: int) -> Iterator[Cell]:
    """At most `width` of them; each stands for as many ports as its neighbours, or one more."""
    count = max(1, min(width, len(states)))
    for number in range(count):
        part = states[number * len(states) // count : (number + 1) * len(states) // count]
        kinds = {_OF[Observed(state)] for state in set(part)}
        yield kinds.pop() if len(kinds) == 1 else Cell.MIXED


def can_carry_blocks(encoding: str | None) -> bool:
    """Whether a stream of that encoding can carry what the line is drawn with."""
    try:
        BLOCKS.encode(encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
