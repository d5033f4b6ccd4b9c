"""A sweep for people: the range drawn in one line, its intervals and its edges. States, not verdicts."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TextIO

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from agent.dynamic.observed import Observed
from agent.ground.duration import about
from agent.ground.ports import PortSet
from agent.ground.text import plain
from agent.report.document import dumps
from agent.report.picture import Cell, can_carry_blocks, cells
from agent.report.swept import Obstacle, Stopped, Sweep, Swept, document
from agent.report.table import INDENT, console_for, print_to
from probes.icmp import words

MOST_SHOWN = 24  # intervals of a kind, edges, or reasons; JSON has all
MANY = 8  # places where silent and refused ports meet: no firewall has so many rules, a limit on refusals does this
COLUMN = 9  # letters of what stands before a list

TELLING = {
    Observed.OPEN: "open",
    Observed.CLOSED: "closed",
    Observed.SILENT: "silent",
    Observed.REFUSED: "refused",
    Observed.UNTESTED: "not known",
}
STOPPED = {
    Stopped.INTERRUPTED: "Interrupted: what was not asked, or had not answered, by then is not known.",
    Stopped.OWN_PROBING: "Stopped, own-probing: ports that had answered were silent, twice. Something shuns this host,"
    " most likely an intrusion system because of this sweep; or the peer is gone.",
}
NOBODY = (
    "No port answered: the host may be down, a firewall on the way or its own may drop everything, or its answers may"
    " find no way back."
)
NO_WAY = (
    "No port answered: the host may be down, or there is no way to it, as that code says; a device may refuse with it,"
    " too."
)
LIMITED = (
    "Refused and silent ports alternate: who refuses seems to limit how often he says so, as many routers do. Then the"
    " silent ports among the refused ones are refused, too; a lower --pace shows more of them."
)
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
            yield _line(name, f"{_longest(ports)}: {_count(ports)}{_reason(swept, seen)}")
    if swept.edges:
        yield _line("edges", f"{_edges(swept)}: {'confirmed' if swept.confirmed else 'not confirmed'}")
    for note in _notes(swept):
        yield Text(note, style="yellow")
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
    return _and_more(texts[:MOST_SHOWN], len(texts))


def _and_more(texts: Sequence[str], count: int) -> str:
    """`texts` of so many."""
    more = count - len(texts)
    return ", ".join(texts) + (f" and {more:,} more (--format json has all)" if more > 0 else "")


def _longest(ports: PortSet) -> str:
    """The longest intervals, in the order of the ports: single ports of a sample say little."""
    longest = sorted(ports.intervals, key=lambda interval: interval[0] - interval[1])[:MOST_SHOWN]
    return _and_more(PortSet(tuple(longest)).texts(), len(ports.intervals))


def _edges(swept: Swept) -> str:
    """Those that are found to the port first."""
    nearest = sorted(swept.edges, key=lambda edge: edge[1] - edge[0])[:MOST_SHOWN]
    found = [f"{before}|{behind}" for before, behind in sorted(nearest) if behind == before + 1]
    found += [f"somewhere between {one} and {other}" for one, other in sorted(nearest) if other != one + 1]
    return _and_more(found, len(swept.edges))


def _notes(swept: Swept) -> Iterator[str]:
    """What the lists do not say by themselves."""
    told = [obstacle for obstacle in swept.obstacles if obstacle.told]
    if told and swept.host_answers:
        yield _no_way(told)
    if not swept.answered and (told or Observed.SILENT in swept.states):
        yield NO_WAY if told else NOBODY
    if swept.alternations >= MANY:
        yield LIMITED
    if swept.stopped:
        yield STOPPED[swept.stopped]
    if swept.forgotten:
        yield f"Not counted: {_ports(swept.forgotten)} asked after the last sign of life."


def _no_way(told: Sequence[Obstacle]) -> str:
    ports = PortSet(tuple(interval for obstacle in told for interval in obstacle.ports.intervals))
    whats = _shown([plain(obstacle.what, 200) for obstacle in told])
    return (
        f'For {_longest(ports)} somebody answers with a code that means "no way there" ({whats}), though the host'
        " answers on other ports: a device may refuse with it."
    )


def _count(ports: PortSet) -> str:
    return _ports(len(ports))


def _ports(count: int) -> str:
    return "1 port" if count == 1 else f"{count:,} ports"


def _reason(swept: Swept, seen: Observed) -> str:
    """Who refuses, in which words; why a port is not known though it was asked."""
    if seen is Observed.REFUSED:
        return "; " + _shown([plain(words(icmp)) for icmp in sorted(swept.refusals, key=str)])
    if seen is Observed.UNTESTED and swept.obstacles:
        return "; " + _shown([f"{_times(each.ports)}: {plain(each.what, 200)}" for each in swept.obstacles])
    return ""


def _times(ports: PortSet) -> str:
    return "once" if len(ports) == 1 else f"{len(ports):,} times"
