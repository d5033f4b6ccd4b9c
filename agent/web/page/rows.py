"""One path as a row, in as much detail as there is room for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from urllib.parse import quote

from agent.dynamic.chart import Chart
from agent.found.entry import Known
from agent.ground.duration import about
from agent.ground.path import Check, Direction, Path
from agent.ground.text import timestamp
from agent.judge.fold import BAD
from agent.judge.verdict import Judgement, Verdict
from agent.report.spoken import EVIDENCE, service
from agent.web.page.attempts import tries
from agent.web.page.bars import bars
from agent.web.page.line import line
from agent.web.page.row import Bar, Detail, Row, When
from agent.web.page.words import CAUSES, CHIPS, plural

FAILURES = 3  # beside a row
INTERVALS = 12  # beside a row


class Room(IntEnum):
    """How much is shown of a path."""

    SHORT = 0  # a line
    SAID = 1  # and what was seen, and what to do
    FULL = 2  # and the latency, the range, the last failures


@dataclass(frozen=True, slots=True)
class Around:
    """What a row needs to know beside its path. `now`: UTC; `zones`: by name, in lower case."""

    host: str
    now: float
    zones: Mapping[str, str]

    def zone(self, name: str) -> str:
        """Empty: it has none."""
        return self.zones.get(name.casefold(), "")


def href(path: Path) -> str:
    """Where the page of a path is."""
    return f"/paths/{path.direction}/{path.check}/{quote(path.peer, safe='')}"


def ends(path: Path, host: str) -> tuple[str, str]:
    """Who connects, and to whom."""
    return (path.peer, host) if path.direction is Direction.INBOUND else (path.source, path.peer)


def row(known: Known, around: Around, room: Room, need: int = 0, charts: Sequence[Chart] = ()) -> Row:
    """`need`: the number of the requirement under which it stands."""
    path, judgement = known.path, known.result.judgement
    source, target = ends(path, around.host)
    chip = CHIPS[judgement.verdict]
    said = room > Room.SHORT
    return Row(
        place=f"need-{need}{href(path)}",
        href=href(path),
        tells=f"{source} to {target}, {service(path)}",
        source=source,
        target=target,
        inbound=path.direction is Direction.INBOUND,
        what=service(path),
        port="" if path.check in (Check.SQL, Check.EPM) else path.port,
        chip=chip,
        bad=judgement.verdict in BAD,
        troubled=judgement.verdict not in (Verdict.REACHABLE, Verdict.PENDING),
        cause=CAUSES[judgement.cause] if judgement.cause else _tested(judgement),
        since=when(known.since, around.now),
        asked=when(known.last_run, around.now),
        line=line(known.latency.read(around.now)) if room is Room.FULL else None,
        sentence=judgement.detail if said else "",
        remedy=judgement.remedy if said else "",
        detail=_detail(known, charts) if room is Room.FULL else None,
    )


def _tested(judgement: Judgement) -> str:
    """Of a range: how much of it the word `reachable` rests on, unless on all of it."""
    coverage = judgement.coverage
    return f"{coverage.tested:,} of {coverage.size:,} ports tested" if coverage and coverage.largest_untested else ""


def drawn(known: Known, charts: Sequence[Chart], most: int, runs: int = 0) -> tuple[Bar, ...]:
    """Of a range, with at most so many of the judge's intervals, and of all runs.

    `charts` are of what was found here; of what a peer told there are none.
    """
    if known.path.check is not Check.RPC_RANGE:
        return ()
    return bars(known, charts if known.path.direction is Direction.OUTBOUND else (), most, runs)


def when(at: float | None, now: float) -> When:
    """A time that lies ahead was noted before the clock was set back: then it is just now."""
    return When() if at is None or at <= 0 else When(about(max(0.0, now - at)), timestamp(at))


def room_for(known: Sequence[Known], full: int, said: int) -> list[Room]:
    """What does not work gets room first, the worst before others; then what stands first."""
    worst = {verdict: rank for rank, verdict in enumerate(URGENT)}
    order = sorted(range(len(known)), key=lambda at: (worst[known[at].result.verdict], at))
    found = [Room.SHORT] * len(known)
    for rank, at in enumerate(order[: full + said]):
        found[at] = Room.FULL if rank < full else Room.SAID
    return found


URGENT = (
    Verdict.BLOCKED,
    Verdict.PARTLY_BLOCKED,
    Verdict.UNREACHABLE,
    Verdict.SERVICE_DOWN,
    Verdict.UNRESOLVED,
    Verdict.INCONCLUSIVE,
    Verdict.REACHABLE,
    Verdict.PENDING,
)


def _detail(known: Known, charts: Sequence[Chart]) -> Detail:
    path = known.path
    more = len(known.failures) - FAILURES
    return Detail(
        evidence=EVIDENCE[known.result.judgement.evidence],
        failures=tries(known.failures, path.check, FAILURES),
        more_failures=f"{plural(more, 'earlier failure', 'earlier failures')} on its own page" if more > 0 else "",
        bars=drawn(known, charts, INTERVALS),
    )
