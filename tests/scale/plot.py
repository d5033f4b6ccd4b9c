"""A few small plots in one SVG, both axes logarithmic, so that what grows with the peers is a line. Pure.

svg("Title", [Panel("Memory", "MB", {10: 60.0, 200: 110.0})])
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

WIDTH, HEIGHT = 400, 280  # of one plot, in pixels
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 40, 50  # what is around it
COLUMNS, TITLE = 2, 40
COLOURS = ("#1f5fa8", "#b5541c")


@dataclass(frozen=True, slots=True)
class Panel:
    """One plot: `lines` by what they are of, each from a number of peers to a figure in `unit`."""

    title: str
    unit: str
    lines: Mapping[str, Mapping[int, float]]


@dataclass(frozen=True, slots=True)
class Axis:
    """From `least` to `most`, laid over pixels from `start` to `end`."""

    least: float
    most: float
    start: float
    end: float

    def place(self, value: float) -> float:
        share = (log10(value) - log10(self.least)) / (log10(self.most) - log10(self.least))
        return round(self.start + share * (self.end - self.start), 1)


def svg(title: str, panels: Sequence[Panel]) -> str:
    """The whole file. ValueError for a figure that no logarithmic axis has a place for."""
    rows = ceil(len(panels) / COLUMNS)
    size = f"width='{COLUMNS * WIDTH}' height='{TITLE + rows * HEIGHT}'"
    view = f"viewBox='0 0 {COLUMNS * WIDTH} {TITLE + rows * HEIGHT}'"
    parts = [f"<svg xmlns='http://www.w3.org/2000/svg' {size} {view} role='img' aria-label='{escape(title)}'>"]
    parts += ["<rect width='100%' height='100%' fill='white'/>", _text(title, COLUMNS * WIDTH / 2, 26, size=16)]
    for number, panel in enumerate(panels):
        x, y = number % COLUMNS * WIDTH, TITLE + number // COLUMNS * HEIGHT
        parts += [f"<g transform='translate({x} {y})'>", *_panel(panel), "</g>"]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(panel: Panel) -> list[str]:
    peers = sorted({each for line in panel.lines.values() for each in line})
    figures = [figure for line in panel.lines.values() for figure in line.values()]
    across = Axis(peers[0], peers[-1], LEFT, WIDTH - RIGHT)
    up = Axis(10 ** floor(log10(min(figures))), 10 ** ceil(log10(max(figures) * 1.01)), HEIGHT - BOTTOM, TOP)
    parts = [_text(panel.title, (LEFT + WIDTH - RIGHT) / 2, TOP - 14, size=13)]
    for each in peers:
        parts += _grid(across.place(each), up.start, across.place(each), up.end)
        parts.append(_text(f"{each:,}", across.place(each), up.start + 18))
    for figure in _decades(up):
        parts += _grid(across.start, up.place(figure), across.end, up.place(figure))
        parts.append(_text(f"{figure:g}", across.start - 6, up.place(figure) + 4, anchor="end"))
    parts.append(_text("peers", (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12))
    parts.append(
        f"<g transform='translate(16 {(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)'>{_text(panel.unit, 0, 0)}</g>"
    )
    for number, (name, line) in enumerate(panel.lines.items()):
        parts += _line(line, across, up, COLOURS[number % len(COLOURS)])
        if len(panel.lines) > 1:  # where lines that rise leave room
            place = across.end - 10, up.start - 10 - 16 * (len(panel.lines) - 1 - number)
            parts.append(_text(name, *place, anchor="end", colour=COLOURS[number % len(COLOURS)]))
    return parts


def _line(line: Mapping[int, float], across: Axis, up: Axis, colour: str) -> list[str]:
    points = [(across.place(peers), up.place(figure)) for peers, figure in sorted(line.items())]
    path = " ".join(f"{x},{y}" for x, y in points)
    dots = [f"<circle cx='{x}' cy='{y}' r='4' fill='{colour}'/>" for x, y in points]
    return [f"<polyline points='{path}' fill='none' stroke='{colour}' stroke-width='2'/>", *dots]


def _decades(axis: Axis) -> list[float]:
    first, last = round(log10(axis.least)), round(log10(axis.most))
    return [10.0**power for power in range(first, last + 1)]


def _grid(x1: float, y1: float, x2: float, y2: float) -> list[str]:
    return [f"<line x1='{x1}' y1='{y1}' x2='{x2}' y2='{y2}' stroke='#ddd'/>"]


def _text(text: str, x: float, y: float, *, size: int = 12, anchor: str = "middle", colour: str = "#222") -> str:
    style = f"font-family='sans-serif' font-size='{size}' fill='{colour}' text-anchor='{anchor}'"
    return f"<text x='{x}' y='{y}' {style}>{escape(text)}</text>"
