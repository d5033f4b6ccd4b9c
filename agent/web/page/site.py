"""All of `/`, from what was read in the event loop. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.dynamic.chart import Chart
from agent.found.entry import Known
from agent.ground.path import Check, Direction
from agent.ground.text import timestamp
from agent.judge.fold import BAD, WORST, worst
from agent.judge.verdict import Verdict
from agent.report.document import Run
from agent.report.spoken import SUMMARY, service
from agent.site.setup import Setup
from agent.site.topology import site_of
from agent.web.page.groups import Found, needs, zones
from agent.web.page.rows import URGENT, Around, Room, ends, href, room_for
from agent.web.page.sso import sso
from agent.web.page.view import Count, Note, SitePage, Worst
from agent.web.page.words import CAUSES, CHIPS, plural

FULL, SAID = 120, 480  # paths that are shown with everything, and those of which only the sentences are
DRAWN = 40  # ranges
NOTES = 40  # findings
NAMED = 5  # paths that do not work, by name at the top


@dataclass(frozen=True, slots=True)
class Read:
    """What a page is made of. `charts`: by peer, of the ranges that are drawn."""

    run: Run
    setup: Setup
    known: Sequence[Known]
    charts: Mapping[str, Sequence[Chart]]

    @property
    def around(self) -> Around:
        return Around(self.run.host, self.run.ended, zones(site_of(self.setup.config)))


def drawn_peers(known: Sequence[Known]) -> list[str]:
    """Whose ranges there is room for. Their charts are large, so that nobody else's are asked for."""
    rooms = room_for(known, FULL, SAID)
    peers = (
        each.path.peer
        for each, room in zip(known, rooms, strict=True)
        if room is Room.FULL and each.path.check is Check.RPC_RANGE and each.path.direction is Direction.OUTBOUND
    )
    return list(dict.fromkeys(peers))[:DRAWN]


def site_page(read: Read) -> SitePage:
    """Of all paths, bounded in number. Pure, for a thread."""
    run, known = read.run, read.known
    verdicts = Counter(each.result.verdict for each in known)
    overall = worst(verdicts)
    rooms = room_for(known, FULL, SAID)
    bad = sorted((each for each in known if each.result.verdict in BAD), key=_urgency)
    return SitePage(
        title=f"{CHIPS[overall].words} – {run.host} – ssoreach",
        site=run.site,
        host=run.host,
        at=timestamp(run.ended),
        sso=sso(run.sso, run.ended),
        summary=_summary(verdicts, overall),
        good=overall not in BAD,
        counts=tuple(Count(CHIPS[each], f"{verdicts[each]:,}") for each in WORST if verdicts[each]),
        worst=tuple(_worst(each, run.host) for each in bad[:NAMED]),
        more_worst=f"And {len(bad) - NAMED:,} more, below." if len(bad) > NAMED else "",
        notes=tuple(Note(each.peer, str(each.kind), each.detail, each.remedy) for each in run.findings[:NOTES]),
        more_notes=_more(len(run.findings) - NOTES),
        in_short=_in_short(rooms),
        needs=needs(Found(known, rooms, read.around, read.charts)),
    )


def _urgency(known: Known) -> tuple[int, bool]:
    """Of two that are as bad, what this host found itself comes first."""
    return URGENT.index(known.result.verdict), known.path.direction is Direction.INBOUND


def _worst(known: Known, host: str) -> Worst:
    judgement, (source, target) = known.result.judgement, ends(known.path, host)
    cause = CAUSES[judgement.cause] if judgement.cause else ""
    return Worst(CHIPS[judgement.verdict], href(known.path), f"{source} → {target}", service(known.path), cause)


def _summary(verdicts: Mapping[Verdict, int], overall: Verdict) -> str:
    count, bad = sum(verdicts.values()), sum(verdicts[each] for each in verdicts if each in BAD)
    if bad:
        paths = plural(count, "path", "paths")
        return f"{bad:,} of {paths} {'does' if bad == 1 else 'do'} not work. The worst is {CHIPS[overall].words}."
    if not count:
        return "Nothing is probed from this host."
    if overall is Verdict.PENDING and verdicts[Verdict.PENDING] < count:
        return f"Everything that is known is reachable; {verdicts[Verdict.PENDING]:,} of {count:,} are not known yet."
    return SUMMARY[overall]


def _more(count: int) -> str:
    return f"{plural(count, 'more finding is', 'more findings are')} not shown here; /api/v1/paths has all." * (
        count > 0
    )


def _in_short(rooms: Sequence[Room]) -> str:
    short = sum(room is Room.SHORT for room in rooms)
    if not short:
        return ""
    return (
        f"{plural(short, 'path is', 'paths are')} shown in short, so that this page stays small. "
        "What does not work has more room; the page of each path has everything."
    )
