"""All of one path, from what was read in the event loop. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from agent.dynamic.chart import Chart
from agent.found.entry import Known
from agent.found.trail import ATTEMPTS, CHANGES, FAILURES
from agent.ground.text import timestamp
from agent.report.spoken import EVIDENCE
from agent.web.page.attempts import tries
from agent.web.page.groups import asked
from agent.web.page.rows import Around, Room, drawn, row, when
from agent.web.page.view import At, PathPage, Turn
from agent.web.page.words import CAUSES, CHIPS

INTERVALS, RUNS = 500, 1_000  # of a range, at each address


@dataclass(frozen=True, slots=True)
class ReadPath:
    """What the page of a path is made of."""

    site: str
    around: Around
    known: Known
    charts: Sequence[Chart]


def path_page(read: ReadPath) -> PathPage:
    """Of one path, in full. Pure, for a thread."""
    known, around = read.known, read.around
    path, judgement = known.path, known.result.judgement
    shown = row(known, around, Room.FULL)
    return PathPage(
        title=f"{shown.chip.words} – {shown.source} to {shown.target}, {shown.what} – {around.host} – ssoreach",
        site=read.site,
        host=around.host,
        at=timestamp(around.now),
        row=shown,
        evidence=EVIDENCE[judgement.evidence],
        from_start=_is_from_start(known),
        last_reachable=when(known.last_reachable, around.now),
        needs=tuple(asked(each, number) for number, each in enumerate(path.requirements)),
        addresses=tuple(
            At(
                each.address or "-",
                each.name,
                CHIPS[each.judgement.verdict],
                CAUSES[each.judgement.cause] if each.judgement.cause else "",
                each.judgement.detail,
            )
            for each in known.result.addresses
        ),
        bars=drawn(known, read.charts, INTERVALS, RUNS),
        attempts=tries(known.attempts, path.check, ATTEMPTS),
        failures=tries(known.failures, path.check, FAILURES),
        changes=tuple(
            Turn(when(each.at, around.now), CHIPS[each.verdict], CAUSES[each.cause] if each.cause else "")
            for each in reversed(known.changes)
        ),
    )


def _is_from_start(known: Known) -> bool:
    """Whether no other verdict was there since the agent knows the path; what was before that nobody noted."""
    first = known.changes[0].at if known.changes and len(known.changes) < CHANGES else None
    return first is not None and known.since is not None and known.since <= first
