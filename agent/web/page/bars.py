"""A range as a row of cells and as a table of intervals. However many ports and runs there are, both are bounded."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import floor

from agent.dynamic.chart import Chart, Shown
from agent.dynamic.observed import Observed
from agent.found.entry import Known
from agent.ground.path import Path
from agent.ground.ports import PortSet
from agent.judge.amounts import coverage_words
from agent.judge.verdict import Judgement
from agent.web.page.row import Area, Bar, Geometry, Interval
from agent.web.page.words import SHOWN, plural

CELLS = 500  # at most, in one bar
HEIGHT = 20
STEPS = 10  # in which the height of what passes grows with the share of its ports that was asked; one at least
NARROWEST = 4  # cells: what accuses is never thinner than this, or nobody would see it

# What a cell is shown as, of all that its ports are: the first of these.
FIRST = (Shown.BLOCKED, Shown.SUSPECT, Shown.INCONCLUSIVE, Shown.OPEN, Shown.EXEMPT, Shown.UNTESTED)
RANK = {shown: rank for rank, shown in enumerate(FIRST)}

TOLD = "Drawn from tested port to tested port: which of the ports between were tested was not told."

Run = tuple[int, int, Shown]
Look = tuple[Shown, int]  # what a cell is shown as, and how high: 1 to STEPS


def bars(known: Known, charts: Sequence[Chart], most: int, most_runs: int) -> tuple[Bar, ...]:
    """One for each address; of what a peer told, one. `most`: of the intervals that the judge names, and of runs."""
    judged = {each.address: each.judgement for each in known.result.addresses}
    path, whole = known.path, known.result.judgement
    if not charts:
        return (_of_told(_bar("", path.ports, told(path, whole), whole, most, 0)),) if _is_told(whole) else ()
    return tuple(_charted(chart, judged.get(chart.address, whole), most, most_runs) for chart in charts)


def _of_told(bar: Bar) -> Bar:
    """No port of it is known to have been seen: nothing is counted, or listed port by port, as if it were."""
    left_out = " ".join(filter(None, (bar.left_out, TOLD)))
    return replace(bar, counts=(), runs=(), runs_said="", left_out=left_out)


def told(path: Path, judgement: Judgement) -> list[Run]:
    """What a peer told, as runs: it names intervals, and nothing of single ports."""
    states = bytearray(len(path.ports))
    at = 0
    for first, last in path.ports.intervals:
        for begin, end in judgement.passes.intervals:
            low, high = max(first, begin), min(last, end)
            if low <= high:
                states[at + low - first : at + high - first + 1] = bytes([Observed.OPEN]) * (high - low + 1)
        at += last - first + 1
    return [*Chart("", path.ports, bytes(states)).runs(judgement.blocked, judgement.suspect)]


def cells(runs: Iterable[Run], ports: PortSet, most: int = CELLS) -> list[Shown]:
    """At most `most`; each stands for as many ports as its neighbours, or one more, and shows the worst of them."""
    count = max(1, min(most, len(ports)))
    found = [len(FIRST) - 1] * count
    at = 0
    for first, last, shown in runs:
        begin, at = at, at + last - first + 1
        rank = RANK[shown]
        for cell in range(begin * count // len(ports), (at - 1) * count // len(ports) + 1):
            found[cell] = min(found[cell], rank)
    return [FIRST[rank] for rank in found]


def asked(runs: Iterable[Run], ports: PortSet, most: int = CELLS) -> list[float]:
    """The share of the ports of each of these cells that is not untested: 0 to 1."""
    count = max(1, min(most, len(ports)))
    found = [0] * count
    edges = [-(-cell * len(ports) // count) for cell in range(count + 1)]  # where each begins
    at = 0
    for first, last, shown in runs:
        begin, at = at, at + last - first + 1
        if shown is not Shown.UNTESTED:
            for cell in range(begin * count // len(ports), (at - 1) * count // len(ports) + 1):
                found[cell] += min(at, edges[cell + 1]) - max(begin, edges[cell])
    return [number / (end - begin) for number, begin, end in zip(found, edges, edges[1:], strict=False)]


def areas(drawn: Sequence[Shown], shares: Sequence[float] = ()) -> tuple[Area, ...]:
    """What is shown alike as one shape, in a box of `CELLS` by `HEIGHT`; what accuses lies on top.

    What passes is as high as the share of its ports that was asked, and untested above: green must not say more than
    is known. Without `shares` all of it was.
    """
    shapes: dict[Shown, list[str]] = {}
    steps = [max(1, floor(share * STEPS)) for share in shares] or [STEPS] * len(drawn)
    looks = [(shown, steps[cell] if shown is Shown.OPEN else STEPS) for cell, shown in enumerate(drawn)]
    for begin, end, (shown, step) in _stretches(looks):
        left, right = begin * CELLS / len(drawn), end * CELLS / len(drawn)
        if shown in (Shown.BLOCKED, Shown.SUSPECT) and right - left < NARROWEST:
            left = max(0.0, min(left, CELLS - NARROWEST))
            right = left + NARROWEST
        if step < STEPS:
            shapes.setdefault(Shown.UNTESTED, []).append(_box(left, right, 0))
        shapes.setdefault(shown, []).append(_box(left, right, HEIGHT - HEIGHT * step // STEPS))
    return tuple(
        Area(str(shown), SHOWN[shown], Geometry("".join(shapes[shown]))) for shown in reversed(FIRST) if shown in shapes
    )


def _box(left: float, right: float, top: int) -> str:
    return f"M{left:g} {top}H{right:g}V{HEIGHT}H{left:g}z"


def _stretches(looks: Sequence[Look]) -> Iterator[tuple[int, int, Look]]:
    begin = 0
    for at in range(1, len(looks) + 1):
        if at == len(looks) or looks[at] != looks[begin]:
            yield begin, at, looks[begin]
            begin = at


def _is_told(judgement: Judgement) -> bool:
    return bool(judgement.blocked or judgement.passes or judgement.suspect)


def _charted(chart: Chart, judgement: Judgement, most: int, most_runs: int) -> Bar:
    runs = [*chart.runs(judgement.blocked, judgement.suspect)]
    return _bar(chart.address, chart.ports, runs, judgement, most, most_runs)


def _bar(address: str, ports: PortSet, runs: list[Run], judgement: Judgement, most: int, most_runs: int) -> Bar:
    drawn = cells(runs, ports)
    counted: Counter[Shown] = Counter()
    for first, last, shown in runs:
        counted[shown] += last - first + 1
    counts = tuple(_interval(str(ports), shown, counted[shown]) for shown in FIRST if counted[shown])
    listed = [*_judged(judgement)]
    return Bar(
        address=address,
        areas=areas(drawn, asked(runs, ports)),
        first=str(ports[0]) if ports else "",
        last=str(ports[len(ports) - 1]) if ports else "",
        title=_title(address, ports, judgement),
        ports_each=_each(len(ports), len(drawn)),
        counts=counts,
        intervals=_intervals(listed[:most]),
        left_out=f"{len(listed) - most:,} more intervals are not listed here." if len(listed) > most else "",
        runs=_intervals(runs[:most_runs]),
        runs_said=_runs_said(len(runs), most_runs),
        coverage=coverage_words(judgement.coverage) if judgement.coverage and judgement.coverage.size else "",
    )


def _judged(judgement: Judgement) -> Iterator[Run]:
    for ports, shown in (
        (judgement.blocked, Shown.BLOCKED),
        (judgement.suspect, Shown.SUSPECT),
        (judgement.passes, Shown.OPEN),
    ):
        for first, last in ports.intervals:
            yield first, last, shown


def _title(address: str, ports: PortSet, judgement: Judgement) -> str:
    where = f" at {address}" if address else ""
    shut = f"; blocked: {_few(judgement.blocked)}" if judgement.blocked else ""
    doubted = f"; suspect: {_few(judgement.suspect)}" if judgement.suspect else ""
    return f"TCP {_few(ports)}{where}{shut}{doubted}"


def _few(ports: PortSet) -> str:
    texts = ports.texts()
    return ", ".join(texts[:4]) + (f" and {len(texts) - 4} more" if len(texts) > 4 else "")


def _each(ports: int, count: int) -> str:
    if ports <= count:
        return ""
    return (
        f"A cell stands for about {plural(round(ports / count), 'port', 'ports')} and shows what accuses most of all "
        "that was seen there; green is as high as the share of them that was asked. The table has the exact ports."
    )


def _text(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def _runs_said(count: int, most: int) -> str:
    return f"the first {most:,} of {count:,} runs" if count > most else plural(count, "run", "runs")


def _intervals(runs: Iterable[Run]) -> tuple[Interval, ...]:
    return tuple(_interval(_text(first, last), shown, last - first + 1) for first, last, shown in runs)


def _interval(ports: str, shown: Shown, count: int) -> Interval:
    return Interval(ports, str(shown), SHOWN[shown], f"{count:,}")
