"""The latency of the last hour as a small line: what connected slowest in each minute."""

from collections.abc import Iterator, Sequence

from agent.web.page.row import Geometry, Line

WIDTH, HEIGHT = 120, 24
EDGE = 2  # so that the line is not cut where it is highest
GAP = 5  # minutes without a connection over which the line still goes on
LEAST = 0.001  # seconds: what is quicker than this is not drawn as if it were a mountain


def line(seconds: Sequence[float | None]) -> Line | None:
    """`seconds`: one a minute, the newest last. None where nothing connected."""
    known = [(minute, each) for minute, each in enumerate(seconds) if each is not None]
    if not known:
        return None
    highest = max(each for _, each in known)
    scale = max(highest, LEAST)
    pieces = tuple(_drawn(piece, scale, len(seconds)) for piece in _pieces(known))
    minute, newest = known[-1]
    ago = len(seconds) - 1 - minute
    old = f" {ago} min ago" if ago > GAP else ""
    figures = f"{text(newest)}{old}, at most {text(highest)}"
    return Line(pieces, f"Time to connect in the last hour, of what was accepted: last {figures}", figures)


def text(seconds: float) -> str:
    """`0.4 ms`, `12 ms`, `1.2 s`."""
    if seconds >= 1:
        return f"{seconds:.1f} s"
    return f"{seconds * 1000:.1f} ms" if seconds < 0.01 else f"{seconds * 1000:.0f} ms"


def _pieces(known: Sequence[tuple[int, float]]) -> Iterator[list[tuple[int, float]]]:
    piece = [known[0]]
    for one in known[1:]:
        if one[0] - piece[-1][0] > GAP:
            yield piece
            piece = []
        piece.append(one)
    yield piece


def _drawn(piece: Sequence[tuple[int, float]], scale: float, minutes: int) -> Geometry:
    """A single point is a very short line, which round ends make a dot."""
    spots = [(_x(minute, minutes), _y(each, scale)) for minute, each in piece]
    if len(spots) == 1:
        spots.append((spots[0][0] + 0.1, spots[0][1]))
    return Geometry(" ".join(f"{x:.4g},{y:.4g}" for x, y in spots))


def _x(minute: int, minutes: int) -> float:
    return EDGE + minute * (WIDTH - 2 * EDGE) / max(1, minutes - 1)


def _y(seconds: float, scale: float) -> float:
    return HEIGHT - EDGE - seconds / scale * (HEIGHT - 2 * EDGE)
