"""A sweep for people: the range drawn in one line, its intervals and its edges. States, not verdicts."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TextIO

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from agent.duration import about
from agent.dynamic.observed import Observed
from agent.ports import PortSet
from agent.report.document import dumps
from agent.report.picture import Cell, can_carry_blocks, cells
from agent.report.swept import Stopped, Sweep, Swept, document
from agent.report.table import INDENT, console_for, print_to
from agent.text import plain
from probes.icmp import words

MOST_SHOWN = 24  # intervals of a kind, edges, or reasons; JSON has all
COLUMN = 9  # letters of what stands before a list

TELLING = {
    Observed.OPEN: "open",
    Observed.CLOSED: "closed",
    Observed.SILENT: "silent",
    Observed.REFUSED: "refused",
    Observed.UNTESTED: "not known",
}
STOPPED = {
    Stopped.INTERRUPTED: "Interrupted: what was not asked by then is not known.",
    Stopped.OWN_PROBING: "Stopped, own-probing: ports that had answered were silent, twice. Something shuns this host,"
    " most likely an intrusion system because of this sweep; or the peer is gone. Silence since then is not counted.",
}
CAVEAT = (
    "States, not verdicts. A reset may be a device's and not the host's, and silence beside resets is no proof of a"
    " firewall on the way: a host's own drops what nobody listens to without a word."
)


def print_sweep(sweep: Sweep, form: str, file: TextIO) -> None:
    """For people, or as JSON."""
    if form == "json":
        file.write(dumps(document(sweep)) + "\n")
        return
    blocks = can_carry_blocks(getattr(file, "encoding", None))
    width = console_for(file).width
    parts = [part for swept in sweep.addresses for part in _address(swept, width, blocks=blocks)]
    print_to(file, Group(*parts, Text(f"{CAVEAT} It took {about(sweep.seconds)}.")))


def _address(swept: Swept, width: int, *, blocks: bool) -> Iterator[RenderableType]:
    yield Text(f"{plain(swept.address)}, TCP {swept.ports}: {swept.asked:,} of {len(swept.ports):,} ports asked")
    yield from _picture(swept, width, blocks=blocks)
    for seen, name in TELLING.items():
        ports = swept.which(seen)
        if ports:
            yield _line(name, f"{_shown(ports.texts())}: {_count(ports)}{_reason(swept, seen)}")
    if swept.edges:
        shown = _shown([f"{before}|{behind}" for before, behind in swept.edges])
        yield _line("edges", f"{shown}: {'confirmed' if swept.confirmed else 'not confirmed'}")
    if swept.stopped:
        yield Text(STOPPED[swept.stopped], style="yellow")
    yield Text("")


def _picture(swept: Swept, width: int, *, blocks: bool) -> Iterator[Text]:
    first, last = f"{swept.ports[0]} ", f" {swept.ports[len(swept.ports) - 1]}"
    line = list(cells(swept.states, width - len(first) - len(last)))
    runs = ((cell, len(list(run))) for cell, run in groupby(line))
    yield Text.assemble(first, *((cell.drawn(blocks=blocks) * count, cell.colour) for cell, count in runs), last)
    legend = [f"{cell.drawn(blocks=blocks)} {cell.words}" for cell in Cell if cell in line]
    yield Text(" " * len(first) + "   ".join(legend), style="dim")


def _line(name: str, text: str) -> RenderableType:
    return Padding(Text(f"{name:<{COLUMN}} {text}"), INDENT)


def _shown(texts: Sequence[str]) -> str:
    more = len(texts) - MOST_SHOWN
    return ", ".join(texts[:MOST_SHOWN]) + (f" and {more:,} more (--format json has all)" if more > 0 else "")


def _count(ports: PortSet) -> str:
    return "1 port" if len(ports) == 1 else f"{len(ports):,} ports"


def _reason(swept: Swept, seen: Observed) -> str:
    """Who refuses, in which words; why a port is not known though it was asked."""
    if seen is Observed.REFUSED:
        return "; " + _shown([plain(words(icmp)) for icmp in sorted(swept.refusals, key=str)])
    if seen is Observed.UNTESTED and swept.obstacles:
        return "; " + _shown([f"{count:,} × {plain(text, 200)}" for text, count in sorted(swept.obstacles.items())])
    return ""
