"""What was found at one address of a path, as Markdown: the intervals with their edges, who refuses, the attempts."""

from collections import Counter
from collections.abc import Iterator, Sequence

from agent.ground.path import Check
from agent.ground.ports import PortSet
from agent.ground.text import timestamp
from agent.judge.held import is_same
from agent.judge.result import AddressResult, FarEnd, Result, Seen
from agent.judge.verdict import Judgement
from agent.report.escape import markdown
from agent.report.grid import table
from agent.report.request import seen_in
from agent.report.telling import left_out, telling
from probes.icmp import words
from probes.outcome import Outcome

HEADINGS = ("Time (UTC)", "From", "To", "Protocol", "Seen here", "Far end saw", "Detail")
EDGES = ("TCP ports", "How many", "Found", "Port below", "Port above", "Attempts")
MOST_EDGES = 100  # rows

# Of the attempt in the same row. `-`: nobody was asked to listen for it.
FAR = {
    FarEnd.NOTHING: "nothing",
    FarEnd.HALF_OPEN: "half-open: the SYN, and nothing after its answer",
    FarEnd.ACCEPTED: "accepted: this connection, from this source port",
    FarEnd.OTHER: "a connection from another source port",
    FarEnd.LISTENING: "not watched: another program listens there",
    FarEnd.UNKNOWN: "cannot tell",
    FarEnd.NO_REPORT: "no report came",
    FarEnd.BROKEN: "cannot tell: it did not listen all the time",
}


def evidence(result: Result) -> Iterator[str]:
    """Lines, of all addresses of a path."""
    shown = telling(result)
    for address, outcomes in zip(result.addresses, shown, strict=True):
        yield ""
        where = address.address or "no address"
        yield f"### {markdown(where if where == address.name else f'{where} ({address.name})')}"
        if result.path.check is Check.RPC_RANGE:
            yield from _intervals(address, result.path.ports)
        yield from _refusals(address.outcomes)
        if outcomes:
            yield ""
            yield from table(HEADINGS, (_attempt(address, outcome) for outcome in outcomes))
    if more := left_out(result, shown):
        kinds = ", ".join(f"{count} {state}" for state, count in more.most_common())
        yield ""
        yield f"{more.total()} further attempts are left out here: {kinds}."


def _intervals(address: AddressResult, ports: PortSet) -> Iterator[str]:
    judgement = address.judgement
    shut = [(first, last, "blocked") for first, last in judgement.blocked.intervals]
    shut += [(first, last, "suspect") for first, last in judgement.suspect.intervals]
    if not shut:
        return
    rows = [
        (
            _span(first, last),
            f"{last - first + 1:,}",
            found,
            *_beside(judgement, ports, first, last),
            _tally(address, first, last),
        )
        for first, last, found in sorted(shut)
    ]
    yield ""
    yield from table(EDGES, rows[:MOST_EDGES])
    yield ""
    if len(rows) > MOST_EDGES:
        yield f"{len(rows) - MOST_EDGES} further intervals are left out here."
        yield ""
    edges = "Every edge was found, and asked again." if judgement.confirmed else "Not every edge is confirmed yet."
    untested = f"{judgement.tested:,} of {len(ports):,} ports were tested; the longest run of ports that were not: "
    yield f"{edges} {untested}{judgement.largest_untested:,}."


def _tally(address: AddressResult, first: int, last: int) -> str:
    """For example `38 filtered (far end: nothing)`."""
    seen = seen_in(address, (first, last)).most_common()
    return ", ".join(f"{count} {state}{f' (far end: {far})' if far else ''}" for (state, far), count in seen)


def _beside(judgement: Judgement, ports: PortSet, first: int, last: int) -> tuple[str, str]:
    below = max((to for _, to in judgement.passes.intervals if to < first), default=None)
    above = min((since for since, _ in judgement.passes.intervals if since > last), default=None)
    return _neighbour(judgement, ports, first - 1, below), _neighbour(judgement, ports, last + 1, above)


def _neighbour(judgement: Judgement, ports: PortSet, port: int, passes: int | None) -> str:
    """What is known of the port next to an interval; `passes`: the nearest one there that does."""
    if port == passes:
        return f"{port} passes"
    if port not in ports:
        return "end of the range"
    if port in judgement.blocked or port in judgement.suspect:
        return f"{port} is {'blocked' if port in judgement.blocked else 'suspect'}"
    return f"not found; {passes} passes" if passes else "not found"


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def _refusals(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Who refused with which ICMP error, and how often."""
    counts = Counter(outcome.icmp for outcome in outcomes if outcome.icmp is not None)
    for icmp, count in counts.most_common():
        yield ""
        yield markdown(f"{words(icmp)}: {count} of {len(outcomes)} attempts.")


def _attempt(address: AddressResult, outcome: Outcome) -> tuple[str, ...]:
    source = f"{outcome.source.address} port {outcome.source.port}" if outcome.source else "-"
    target = f"{outcome.target.address} port {outcome.target.port}"
    far = far_words(address.far_end(outcome), outcome.target.address)
    return timestamp(outcome.started), source, target, "TCP", str(outcome.state), far, outcome.detail


def far_words(seen: Seen | None, asked: str) -> str:
    """What the far end saw of an attempt at an address; `-` where nobody was asked to listen for it."""
    if seen is None:
        return "-"
    elsewhere = seen.bound is not None and not is_same(seen.bound, asked)
    return f"{FAR[seen.far]}{f', at its own address {seen.bound}' if elsewhere else ''}"
