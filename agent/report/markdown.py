"""Results as Markdown: evidence for a firewall team. Which rules to ask for, and every attempt that shows why.

An attempt has its time, both ends with their ports, what was seen here, and what the far end's agent saw of it: so it
can be found in the log of a firewall, or in a capture.
"""

from collections.abc import Iterable, Iterator

from agent import __version__
from agent.found.finding import Finding
from agent.ground.text import timestamp
from agent.judge.fold import WORST
from agent.judge.result import Result
from agent.judge.verdict import Verdict
from agent.report.document import Run
from agent.report.escape import markdown, paragraph
from agent.report.evidence import evidence
from agent.report.grid import table
from agent.report.proves import statement
from agent.report.request import requests, whose
from agent.report.spoken import service
from agent.report.sso import sso_markdown
from agent.report.ways import about_whom, directions, is_awaited, is_inbound, ways

LONGEST = 1000  # letters of a sentence


def render(run: Run) -> str:
    """The whole document."""
    lines = [
        f"# Reachability {directions(run.results)} {markdown(run.host)}, site {markdown(run.site)}",
        "",
        f"Started {timestamp(run.started)}, took {run.seconds:.1f} s; by ssoreach {__version__}.",
        "",
        *_summary(run),
    ]
    for result in _worst_first(run):
        if result.verdict is not Verdict.REACHABLE and not is_awaited(result):
            lines += _section(result)
    lines += _notes(run.findings)
    if run.sso:
        lines += sso_markdown(run.sso, run.ended)
    lines += statement(run)
    return "\n".join(lines) + "\n"


def _worst_first(run: Run) -> list[Result]:
    return sorted(run.results, key=lambda result: WORST.index(result.verdict))


def _summary(run: Run) -> list[str]:
    results = _worst_first(run)
    heading, leads = ways(results)
    headings = (heading, "What", "Verdict", "Cause", "Rule to ask for", "Whose firewall")
    return table(headings, (_row(lead, result, run.host) for lead, result in zip(leads, results, strict=True)))


def _row(lead: str, result: Result, host: str) -> tuple[str, ...]:
    rules = "; ".join(map(str, requests(result, host)))
    cause = str(result.judgement.cause or "")
    return lead, service(result.path), str(result.verdict), cause, rules, whose(result)


def _section(result: Result) -> Iterator[str]:
    yield ""
    yield f"## {markdown(about_whom(result))}: {markdown(service(result.path))}"
    for sentence in filter(None, (result.judgement.detail, result.judgement.remedy)):
        yield ""
        yield paragraph(sentence, LONGEST)
    if is_inbound(result):
        yield ""
        yield markdown(f"Found by {result.path.source}, and told: its attempts are shown there.")
        return
    yield from evidence(result)


def _notes(findings: Iterable[Finding]) -> Iterator[str]:
    """The findings: what stands beside the paths, and is no reason for a verdict."""
    for number, each in enumerate(findings):
        if not number:
            yield ""
            yield "## Beside that"
        yield ""
        yield paragraph(f"{each.peer}: {each.detail} {each.remedy}", LONGEST)
