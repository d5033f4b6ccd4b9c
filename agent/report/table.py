"""Results as a table for a person at a terminal, in words."""

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from agent.found.finding import Finding
from agent.ground.duration import about
from agent.ground.path import Check
from agent.ground.text import plain
from agent.judge.amounts import some
from agent.judge.fold import BAD, worst
from agent.judge.result import Result
from agent.judge.verdict import Cause, Verdict
from agent.report.document import Run
from agent.report.spoken import EVIDENCE, SUMMARY, service
from agent.report.sso import sso_parts
from agent.report.ways import about_whom, directions, is_awaited, is_inbound, ours, ways
from agent.sso.state import SsoState

INDENT = (0, 0, 0, 2)
WIDTH = 120  # for pipes and files; a terminal has its own

COLOUR = {Verdict.REACHABLE: "green", Verdict.INCONCLUSIVE: "yellow", Verdict.PENDING: "dim"}

SSO = {
    SsoState.ON_CACHE: "The SSO service runs on its cached secret: restart nothing.",
    SsoState.CACHE_LOST: "The SSO service has lost its cached secret: this server cannot decrypt.",
    SsoState.SERVICE_STOPPED: "The SSO service does not run.",
}
SOME_PENDING = "Everything that is known is reachable; {pending} of {all} paths are not known yet."


def print_table(run: Run, file: TextIO) -> None:
    """Colour only on a terminal, and not when NO_COLOR is set: rich sees to both."""
    print_to(file, render(run))


def print_to(file: TextIO, *parts: RenderableType) -> None:
    """Where there is no terminal, lines end where their text ends: people paste them elsewhere."""
    if file.isatty():
        console_for(file).print(*parts, sep="\n")
        return
    buffer = io.StringIO()
    console_for(buffer).print(*parts, sep="\n")
    file.writelines(line.rstrip() + "\n" for line in buffer.getvalue().splitlines())


def console_for(file: TextIO) -> Console:
    """Where text goes as it is. No environment variable makes colour where there is no terminal."""
    terminal = file.isatty()
    return Console(
        file=file,
        highlight=False,
        emoji=False,
        markup=False,
        force_terminal=None if terminal else False,
        width=None if terminal else WIDTH,
    )


def render(run: Run) -> Group:
    """The table, a paragraph for each path that is not reachable, the findings, and what it means for SSO.

    The latter comes first where somebody has to act on it.
    """
    parts: list[RenderableType] = [_table(run)]
    sso = sso_parts(run.sso, run.ended) if run.sso else []
    alarming = run.sso is not None and run.sso.state in SSO
    parts += sso if alarming else []
    parts += [part for result in run.results if needs_words(result) for part in _paragraph(result)]
    parts += [_finding(each) for each in run.findings]
    parts += [] if alarming else sso
    parts.append(_summary(run.results, run.sso.state if run.sso else SsoState.UNKNOWN))
    return Group(*parts)


def _table(run: Run) -> Table:
    title = f"{directions(run.results).capitalize()} {run.host}, site {run.site}"
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    heading, leads = ways(run.results)
    for name in (heading, "What", "Verdict", "Cause", "Evidence", "Time"):
        table.add_column(name, overflow="fold", no_wrap=name in ("Verdict", "Time"))
    for lead, result in zip(leads, run.results, strict=True):
        judgement = result.judgement
        table.add_row(
            Text(lead),
            Text(service(result.path)),
            Text(str(judgement.verdict), style=_colour(judgement.verdict)),
            Text(str(judgement.cause or "")),
            Text(EVIDENCE[judgement.evidence]),
            Text(_time(result, run.ended)),
        )
    return table


def _time(result: Result, now: float) -> str:
    """How long it took; of what a peer found, how long ago that was."""
    if not is_inbound(result):
        return f"{result.seconds:.2f} s"
    return f"{about(now - result.started)} ago" if result.started else ""


def needs_words(result: Result) -> bool:
    """Whether a paragraph is due. Of a range also what was not tested: green alone would say more than is known."""
    interesting = result.verdict is not Verdict.REACHABLE or result.path.check is Check.RPC_RANGE
    return interesting and not is_awaited(result)


def _paragraph(result: Result) -> Iterator[RenderableType]:
    head = f"\n{about_whom(result)}, {service(result.path)}: {result.judgement.verdict}"
    yield Text(head, style=_colour(result.verdict))
    for sentence in filter(None, (result.judgement.detail, result.judgement.remedy)):
        yield Padding(Text(plain(sentence, 1000)), INDENT)


def _finding(finding: Finding) -> Text:
    return Text(f"\nNote on {finding.peer}: {plain(finding.detail, 1000)} {plain(finding.remedy, 1000)}")


def _summary(results: Sequence[Result], sso: SsoState) -> Text:
    verdict = worst(result.verdict for result in results)
    untried = sum(result.judgement.cause is Cause.LOCAL_FAULT for result in ours(results))
    pending = sum(result.verdict is Verdict.PENDING for result in results)
    text = SUMMARY.get(verdict, _count_bad(results))
    if verdict is Verdict.PENDING and pending < len(results):
        text = SOME_PENDING.format(pending=pending, all=len(results))
    suspect = [result for result in results if result.judgement.suspect]
    if suspect:
        text += f" Suspect: {'; '.join(map(_suspect, suspect))}."
    if untried:
        text += f" {untried} of {len(ours(results))} could not be tried from this host: mend that first."
    if sso in SSO:
        text += f" {SSO[sso]}"
    return Text("\n" + text, style=_colour(Verdict.BLOCKED if sso in SSO else verdict))


def _suspect(result: Result) -> str:
    side = "from" if is_inbound(result) else "of"
    return f"TCP {some(result.judgement.suspect.texts())} {side} {result.path.peer}"


def _count_bad(results: Iterable[Result]) -> str:
    verdicts = [result.verdict for result in results]
    bad = sum(verdict in BAD for verdict in verdicts)
    return f"{bad} of {len(verdicts)} paths do not work."


def _colour(verdict: Verdict) -> str:
    return COLOUR.get(verdict, "red")


def render_text(run: Run) -> str:
    """The same without colour, for a page."""
    buffer = io.StringIO()
    print_table(run, buffer)
    return buffer.getvalue()
