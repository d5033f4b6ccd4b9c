"""The dynamic range of a peer as the documented JSON, schema 1: port by port, for each of its addresses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from agent.dynamic.chart import Chart, Shown
from agent.dynamic.observed import Observed
from agent.dynamic.runs import largest_untested
from agent.found.entry import Known
from agent.ground.text import plain, timestamp
from agent.judge.amounts import coverage_words
from agent.judge.coverage import Coverage, RangeState
from agent.judge.verdict import PENDING, Judgement, Verdict
from agent.report.document import SCHEMA, path

MOST_INTERVALS = 65_536  # of a document: about two megabytes

LISTED = (Shown.OPEN, Shown.INCONCLUSIVE, Shown.UNTESTED, Shown.EXEMPT)  # the judge has the others


@dataclass(frozen=True, slots=True)
class Ranged:
    """The range between `host` and a peer. `charts`: what is known of each port, one for each address of the peer."""

    site: str
    host: str
    peer: str
    outbound: Known | None
    inbound: Known | None
    charts: Sequence[Chart] = ()


def ranged_document(ranged: Ranged) -> dict[str, Any]:
    """`outbound` and `inbound` are null where no such range is planned."""
    return {
        "schema": SCHEMA,
        "site": ranged.site,
        "host": ranged.host,
        "peer": ranged.peer,
        "outbound": _outbound(ranged, ranged.outbound) if ranged.outbound else None,
        "inbound": _told(ranged.inbound, ranged.host) if ranged.inbound else None,
    }


def _outbound(ranged: Ranged, known: Known) -> dict[str, Any]:
    return {**_told(known, ranged.host), "addresses": [*_addresses(known, ranged.charts)]}


def _told(known: Known, host: str) -> dict[str, Any]:
    """As in the document of all paths, with what is known of it as a sentence."""
    coverage = known.result.judgement.coverage
    return {**path(known.result, host, known), "coverage": coverage_words(coverage) if coverage else ""}


def _addresses(known: Known, charts: Sequence[Chart]) -> Iterator[dict[str, Any]]:
    """Those of the newest round; before the first one, those that an earlier agent knew."""
    ports, room = known.path.ports, MOST_INTERVALS // max(1, len(charts))
    drawn = {chart.address: chart for chart in charts}
    for each in known.result.addresses:
        chart = drawn.get(each.address or "") or Chart("", ports, bytes(len(ports)))
        yield {**_judged(each.address, each.name, each.judgement), **_charted(chart, each.judgement, room)}
    if known.result.verdict is Verdict.PENDING:
        for chart in charts:
            yield {**_judged(chart.address, None, PENDING), **_charted(chart, PENDING, room)}


def _judged(address: str | None, name: str | None, judgement: Judgement) -> dict[str, Any]:
    return {
        "address": address,
        "name": name,
        "verdict": str(judgement.verdict),
        "cause": None if judgement.cause is None else str(judgement.cause),
        "evidence": str(judgement.evidence),
        "rejected_by": judgement.rejected_by,
        "detail": plain(judgement.detail, 1000),
        "confirmed": judgement.confirmed,
        "passes": list(judgement.passes.texts()),
        "blocked": list(judgement.blocked.texts()),
        "suspect": list(judgement.suspect.texts()),
    }


def _charted(chart: Chart, judgement: Judgement, room: int) -> dict[str, Any]:
    """What each port is shown as. Lists that are longer than there is `room` end early, and that is said."""
    runs = [*chart.runs(judgement.blocked, judgement.suspect)]
    ports = dict.fromkeys(Shown, 0)
    for first, last, shown in runs:
        ports[shown] += last - first + 1
    listed: dict[Shown, list[str]] = {shown: [] for shown in LISTED}
    wanted = [run for run in runs if run[2] in listed]
    for first, last, shown in wanted[:room]:
        listed[shown].append(str(first) if first == last else f"{first}-{last}")
    known = _coverage(chart)
    return {
        **{str(shown): texts for shown, texts in listed.items()},
        "cut_short": len(wanted) > room,
        "ports": {str(shown): count for shown, count in ports.items()},
        "tested": known.tested,
        "tested_ratio": round(known.ratio, 6),
        "largest_untested": known.largest_untested,
        "last_full_pass": None if chart.last_full_pass is None else timestamp(chart.last_full_pass),
        "coverage": coverage_words(judgement.coverage or known),
    }


def _coverage(chart: Chart) -> Coverage:
    """As it is counted everywhere: an untested port between blocked ones is shown as blocked, and untested."""
    exempt = [chart.ports.index(port) for port in chart.exempt]
    marks = bytearray(chart.states)
    for index in exempt:
        marks[index] = Observed.OPEN
    untested = marks.count(Observed.UNTESTED)
    states = {
        RangeState.OPEN: len(marks) - len(exempt) - untested,  # or anything else that was asked
        RangeState.UNTESTED: untested,
        RangeState.EXEMPT: len(exempt),
    }
    return Coverage(states, largest_untested(chart.states, chart.ports, chart.exempt), chart.last_full_pass)
