"""A table in Markdown. Whatever stands in a cell is text, and nothing else."""

from collections.abc import Iterable

from agent.report.escape import markdown

LONGEST = 1000  # letters of a cell


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """Its lines. Headings are our own words."""
    headings = tuple(headings)
    cells = ([markdown(cell, LONGEST) for cell in row] for row in rows)
    return [_row(headings), _row(["---"] * len(headings)), *map(_row, cells)]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
