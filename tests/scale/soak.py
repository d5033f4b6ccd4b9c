"""`make soak`: an hour's worth of rounds at a fast clock, ten real minutes, and whether all of it stays flat.

Writes docs/soak.md; ends with 1 where something grows. `--minutes N`: of the real run.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.scale.flat import Bound, Finding, judge
from tests.scale.hour import BOUNDS as HOUR_BOUNDS
from tests.scale.hour import hour
from tests.scale.real import BOUNDS as REAL_BOUNDS
from tests.scale.real import SETTLED, Real, real
from tests.scale.sheet import machine, table

DOCUMENT = Path(__file__).parents[2] / "docs" / "soak.md"
ROUNDS, ROWS = 60, 12  # rows of each table
HEAD = """\
# Soak

Made by `make soak`; nothing here is edited by hand. Does anything that an agent has grow with time? Each series is
judged by its growth over its second half, by least squares; what it may grow by is a stated bound, far less than what
it would be if each round, each reload or each scrape left one thing behind.

"""
HOUR = """
## An hour's worth of rounds, at a fast clock

Two agents of one site in one process, on loopback, with real sockets: {rounds} rounds, a minute apart by their clock,
of every kind of check, with held listeners on both ends; {scrapes} scrapes of every page in each round, a reload of
both agents every second round, restarts of the SSO service. Counted after each round, after a search for cycles. CI
runs the same (`tests/scale/test_soak.py`).

"""
REAL = """
## {minutes:g} real minutes

`probe run` as the master secret server, in namespaces, between two other agents that hold and ask: rounds every 10 s,
five pages a second ({asked:,.0f} in all, {failed:.0f} failed, the longest {longest:.2f} s), {reloads} reloads, once a
minute a part of the range and the database's port shut or opened, and the SSO service restarted. Looked at every other
second, from the moment when {settled:.0f} s had passed; blocks of memory every ten, after a search for cycles.

"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    minutes = parser.parse_args().minutes
    with tempfile.TemporaryDirectory() as folder:
        counts, _ = asyncio.run(hour(Path(folder), ROUNDS))
        fast = judge(counts, HOUR_BOUNDS)
        print(_verdicts(fast, HOUR_BOUNDS))
        seen = real(Path(folder) / "real", minutes)
    slow = judge(seen.counts, REAL_BOUNDS)
    print(_verdicts(slow, REAL_BOUNDS))
    text = HEAD + machine() + "\n" + _hour(counts, fast) + _real(seen, slow, minutes)
    DOCUMENT.write_text(text, "utf-8")
    if grown := [each.name for each in (*fast, *slow) if not each.is_flat]:
        raise SystemExit(f"these grow: {', '.join(grown)}")


def _hour(counts: Mapping[str, Sequence[float]], found: Sequence[Finding]) -> str:
    places = [round((number + 1) * ROUNDS / ROWS) for number in range(ROWS)]
    rows = [[place, *(f"{values[place - 1]:,.0f}" for values in counts.values())] for place in places]
    head = HOUR.format(rounds=ROUNDS, scrapes=3)
    return head + _verdicts(found, HOUR_BOUNDS) + "\n" + table(["after round", *counts], rows)


def _real(seen: Real, found: Sequence[Finding], minutes: float) -> str:
    head = REAL.format(minutes=minutes, settled=SETTLED, reloads=seen.reloads, **seen.scrapes)
    return head + _verdicts(found, REAL_BOUNDS) + "\n" + table(["seconds", *seen.counts], _means(seen))


def _means(seen: Real) -> list[list[str]]:
    """A mean for each span of time: single looks catch what is open for a moment."""
    size = max(1, len(seen.seconds) // ROWS)
    spans = [slice(start, start + size) for start in range(0, size * ROWS, size)]
    return [
        [f"{seen.seconds[span][-1]:.0f}", *(_mean(name, values[span]) for name, values in seen.counts.items())]
        for span in spans
        if seen.seconds[span]
    ]


def _mean(name: str, values: Sequence[float]) -> str:
    mean = sum(values) / len(values)
    return f"{mean / 1e6:.2f} MB" if name == "resident memory" else f"{mean:,.1f}" if mean < 1000 else f"{mean:,.0f}"


def _verdicts(found: Sequence[Finding], bounds: Mapping[str, Bound]) -> str:
    rows = [
        [each.name, f"{each.growth:+,.1f}", f"{each.most:,.1f}", "flat" if each.is_flat else "**grows**"]
        for each in found
    ]
    assert [each.name for each in found] == [*bounds]
    return table(["of", "growth over the second half", "at most", ""], rows)


if __name__ == "__main__":
    main()
