"""What the agent of this host knows, from its JSON document, for a person at a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TextIO

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from agent.found.exit import Exit, exit_code
from agent.ground.duration import about
from agent.ground.text import plain
from agent.judge.verdict import Verdict
from agent.report.answered import Answer, Answered
from agent.report.band import band
from agent.report.picture import can_carry_blocks
from agent.report.spoken import EVIDENCE, service
from agent.report.table import COLOUR, INDENT, console_for, needs_words, print_to
from agent.report.ways import about_whom, ways
from agent.sso.state import SsoState

SUMMARY = {
    Exit.OK: "Everything that was asked is reachable.",
    Exit.BAD: "Not everything works.",
    Exit.INCONCLUSIVE: "Nothing is shown to be shut, but not everything is shown to be open.",
}
QUIET = (SsoState.NORMAL, SsoState.UNKNOWN)  # all else comes before what is said of paths


def print_status(answer: Answer, ranged: Mapping[str, Any] | None, file: TextIO) -> None:
    """`ranged`: the document of a peer's range, if one was asked for. Raises ValueError when that is not understood."""
    blocks, width = can_carry_blocks(getattr(file, "encoding", None)), console_for(file).width
    drawn = [] if ranged is None else [*_ranged(ranged, width, blocks=blocks)]
    print_to(file, *_parts(answer), *drawn, _summary(answer.paths))


def exit_of(paths: Sequence[Answered]) -> Exit:
    """As that of `probe once`; 3 as long as nothing is known."""
    results = [each.result for each in paths]
    return exit_code(results, strict=False) if results else Exit.INCONCLUSIVE


def _parts(answer: Answer) -> Iterator[RenderableType]:
    yield _table(answer)
    sso = [*_sso(answer)]
    yield from sso if answer.sso_state not in QUIET else []
    for each in answer.paths:
        if each.result.verdict is not Verdict.PENDING and needs_words(each.result):
            yield from _paragraph(each)
    yield from (Text(f"\nNote on {each.peer}: {each.text}") for each in answer.findings)
    yield from sso if answer.sso_state in QUIET else []


def _table(answer: Answer) -> Table:
    title = f"What the agent of {answer.host} knows, site {answer.site}; it has run for {_age(answer, answer.started)}"
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    heading, leads = ways(each.result for each in answer.paths)
    for name in (heading, "What", "Verdict", "Cause", "Evidence", "For", "Seen"):
        table.add_column(name, overflow="fold", no_wrap=name in ("Verdict", "For", "Seen"))
    for lead, each in zip(leads, answer.paths, strict=True):
        judgement, seen = each.result.judgement, _age(answer, each.seen)
        table.add_row(
            Text(lead),
            Text(service(each.result.path)),
            Text(str(judgement.verdict), style=_colour(judgement.verdict)),
            Text(str(judgement.cause or "")),
            Text(EVIDENCE[judgement.evidence]),
            Text(_age(answer, each.since)),
            Text(f"{seen} ago" if seen else ""),
        )
    return table


def _sso(answer: Answer) -> Iterator[RenderableType]:
    """The headline, and below it what not to do, what fails and what to do: whoever reads no further has read that."""
    if answer.sso:
        yield Text(f"\n{answer.sso}")
        yield from (Padding(Text(each), INDENT) for each in answer.sso_told)


def _age(answer: Answer, at: float | None) -> str:
    return "" if at is None else about(max(0.0, answer.now - at))


def _paragraph(each: Answered) -> Iterator[RenderableType]:
    judgement = each.result.judgement
    head = f"\n{about_whom(each.result)}, {service(each.result.path)}: {judgement.verdict}"
    yield Text(head, style=_colour(judgement.verdict))
    for sentence in filter(None, (judgement.detail, judgement.remedy)):
        yield Padding(Text(sentence), INDENT)


def _ranged(ranged: Mapping[str, Any], width: int, *, blocks: bool) -> Iterator[RenderableType]:
    outbound = ranged.get("outbound")
    addresses = outbound.get("addresses") if isinstance(outbound, Mapping) else None
    for address in addresses if isinstance(addresses, list) else []:
        if isinstance(address, Mapping):
            where = address.get("address") or address.get("name")
            yield Text(f"\n{plain(str(where), 100)}, {plain(str(address.get('verdict')), 100)}:")
            yield from band(address, width, blocks=blocks)
            yield Padding(Text(plain(str(address.get("coverage", "")), 1000)), INDENT)


def _summary(paths: Sequence[Answered]) -> Text:
    bad = {Exit.BAD: "red", Exit.INCONCLUSIVE: "yellow", Exit.OK: "green"}
    found = exit_of(paths)
    if paths and all(each.result.verdict is Verdict.PENDING for each in paths):
        return Text("\nNothing has been asked yet.", style=bad[found])
    # A range of which nothing is shown may count for nothing, and is not reachable for that.
    shown = found is not Exit.OK or all(each.result.verdict is Verdict.REACHABLE for each in paths)
    said = found if shown else Exit.INCONCLUSIVE
    return Text(f"\n{SUMMARY[said]}", style=bad[said])


def _colour(verdict: Verdict) -> str:
    return COLOUR.get(verdict, "red")
