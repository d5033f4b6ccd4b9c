"""Results as Markdown: evidence for a firewall team. Every attempt with its time, both ends, and what was seen."""

from collections.abc import Iterable, Iterator

from agent.judge.verdict import Verdict
from agent.report.document import Run
from agent.report.escape import markdown
from agent.report.sso import sso_markdown
from agent.report.table import service
from agent.report.ways import about_whom, directions, is_awaited, is_inbound, ways
from agent.result import Result
from agent.text import timestamp
from probes.outcome import Outcome

HEADINGS = ("Time (UTC)", "From", "To", "Protocol", "Seen", "Detail")


def render(run: Run) -> str:
    """The whole document."""
    title = f"# Reachability {directions(run.results)} {markdown(run.host)}, site {markdown(run.site)}"
    lines = [title, "", f"Started {timestamp(run.started)}.", ""]
    heading, leads = ways(run.results)
    lines += _table((heading, "What", "Verdict", "Cause"), map(_summary, leads, run.results))
    for result in run.results:
        if result.verdict is not Verdict.REACHABLE and not is_awaited(result):
            lines += _section(result)
    if run.sso:
        lines += sso_markdown(run.sso, run.ended)
    return "\n".join(lines) + "\n"


def _summary(lead: str, result: Result) -> tuple[str, ...]:
    return lead, service(result.path), str(result.verdict), str(result.judgement.cause or "")


def _section(result: Result) -> Iterator[str]:
    yield ""
    yield f"## {markdown(about_whom(result))}: {markdown(service(result.path))}"
    yield ""
    yield markdown(result.judgement.detail, 1000)
    yield ""
    yield markdown(result.judgement.remedy, 1000)
    if is_inbound(result):  # the attempts are the peer's to show
        return
    yield ""
    yield from _table(HEADINGS, (_attempt(o) for address in result.addresses for o in address.outcomes), escaped=True)


def _attempt(outcome: Outcome) -> tuple[str, ...]:
    source = f"{outcome.source.address} port {outcome.source.port}" if outcome.source else "-"
    target = f"{outcome.target.address} port {outcome.target.port}"
    return timestamp(outcome.started), source, target, "TCP", str(outcome.state), markdown(outcome.detail)


def _table(headings: Iterable[str], rows: Iterable[tuple[str, ...]], *, escaped: bool = False) -> list[str]:
    headings = tuple(headings)
    cells = ([cell if escaped else markdown(cell) for cell in row] for row in rows)
    return [_row(headings), _row(["---"] * len(headings)), *map(_row, cells)]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
