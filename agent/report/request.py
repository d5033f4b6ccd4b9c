"""What to ask a firewall team for, of one path: which rule, and whose firewall it is by what was seen."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from agent.ground.path import Check
from agent.ground.ports import NO_PORTS, Interval, PortSet
from agent.judge.result import AddressResult, FarEnd, Result
from agent.judge.verdict import Cause, Judgement, Verdict
from agent.report.ways import is_inbound
from probes.state import State

# Shown to be shut: ask for it. Not shown what shuts it: have somebody look.
SHUT = frozenset({Verdict.BLOCKED, Verdict.PARTLY_BLOCKED})
UNCLEAR = frozenset({Verdict.UNREACHABLE})

ARRIVED = frozenset({FarEnd.HALF_OPEN, FarEnd.ACCEPTED})

# By the cause of most of it; the sentence under the path names the rest, and what else would look the same.
WHOSE = {
    Cause.SILENT_DROP: "one on the way that drops; that of {source} or {peer} is not ruled out",
    Cause.ICMP_REJECT: "{sender}, which says so itself",
    Cause.INJECTED_RESET: "a device that resets in the place of {peer}",
    Cause.RETURN_PATH: "one on the way back from {peer}; that of {source} is not ruled out",
    Cause.MIDDLEBOX: "a device that answers in the place of {peer}",
    Cause.HOST_FIREWALL: "that of {peer}",
    Cause.RPC_AWARE_FIREWALL: "one that understands RPC",
    Cause.NO_ANSWER: "not shown: a firewall, a dead host and a hung service look alike",
    Cause.REFUSED: "not shown: nobody listens, or a device resets",
    Cause.CUT_OFF: "not shown: the service itself, or a device that looks inside",
    Cause.HOST_DOWN: "none shown: {sender} says that there is no way there",
}


class Request(NamedTuple):
    """Pass TCP `ports` from `sources` to `destination`; `answers`: those are dropped. `certain`: it is shown.

    Both ends are addresses where they are known, otherwise names of hosts. `ports` are intervals as text, or what a
    path without a number has: `dynamic`, or the name of a SQL Server instance.
    """

    sources: tuple[str, ...]
    destination: str
    ports: tuple[str, ...]
    answers: bool
    certain: bool

    def __str__(self) -> str:
        """For example `192.0.2.11 → 192.0.2.21, TCP 135`."""
        door, sources = f"{self.destination}, TCP {', '.join(self.ports)}", ", ".join(self.sources)
        way = f"answers {door} → {sources}" if self.answers else f"{sources} → {door}"
        return way if self.certain else f"to be looked at: {way}"


def requests(result: Result, host: str) -> list[Request]:
    """None where no firewall is in question. `host`: this machine, to which inbound paths lead."""
    if is_inbound(result):
        return [*_of((result.path.source,), host, result.judgement, result, None)]
    return [
        each
        for address in result.addresses
        for each in _of(_sources(address, result), address.address or address.name, address.judgement, result, address)
    ]


def whose(result: Result) -> str:
    """Whose firewall it is, as far as the cause tells."""
    judgement = result.judgement
    if not (_is_shut(judgement) or _is_unclear(judgement)) or judgement.cause is None:
        return ""
    words = WHOSE.get(judgement.cause, "")
    if judgement.verdict is Verdict.INCONCLUSIVE and words:
        words = f"not shown; perhaps {words}"
    sender = judgement.rejected_by or "an unknown sender"
    return words.format(source=result.path.source, peer=result.path.peer, sender=sender)


def _of(
    sources: tuple[str, ...], destination: str, judgement: Judgement, result: Result, address: AddressResult | None
) -> Iterator[Request]:
    certain, back = _is_shut(judgement), judgement.cause is Cause.RETURN_PATH
    if not certain and not _is_unclear(judgement):
        return
    if not (judgement.blocked or judgement.suspect):
        failed = PortSet.of(_failed(address)) if address and result.path.check is not Check.RPC_RANGE else NO_PORTS
        yield Request(sources, destination, failed.texts() or (result.path.port,), back, certain)
    for ports, is_sure in ((judgement.blocked, True), (judgement.suspect, False)):
        returns = [each for each in ports.intervals if _is_return_path(address, each, back)]
        sends = [each for each in ports.intervals if each not in returns]
        for intervals, answers in ((sends, False), (returns, True)):
            if intervals:
                yield Request(sources, destination, PortSet(tuple(intervals)).texts(), answers, is_sure)


def seen_in(address: AddressResult, interval: Interval) -> Counter[tuple[State, FarEnd | None]]:
    """What the attempts at the ports of an interval came to, at either end."""
    told = (
        (outcome.state, address.far_end(outcome))
        for outcome in address.outcomes
        if interval[0] <= outcome.target.port <= interval[1]
    )
    return Counter((state, seen.far if seen else None) for state, seen in told)


def _is_return_path(address: AddressResult | None, interval: Interval, otherwise: bool) -> bool:
    """Whether what was sent arrived there, by most of the attempts; `otherwise`: if there were none."""
    seen = seen_in(address, interval) if address else Counter()
    arrived = sum(count for (state, far), count in seen.items() if state is State.FILTERED and far in ARRIVED)
    told = sum(count for (state, far), count in seen.items() if state is not State.OPEN and far is not None)
    return 2 * arrived > told if told else otherwise


def _is_shut(judgement: Judgement) -> bool:
    return judgement.verdict in SHUT


def _is_unclear(judgement: Judgement) -> bool:
    return judgement.verdict in UNCLEAR or bool(judgement.suspect)


def _sources(address: AddressResult, result: Result) -> tuple[str, ...]:
    """The addresses that were spoken from, as the system told; otherwise the name of this host."""
    told = dict.fromkeys(outcome.source.address for outcome in address.outcomes if outcome.source)
    return tuple(told) or (result.path.source_address or result.path.source,)


def _failed(address: AddressResult) -> Iterable[int]:
    """Ports whose newest attempt did not end well."""
    newest = {outcome.target.port: outcome.state for outcome in address.outcomes}
    return (port for port, state in newest.items() if state is not State.OPEN and port)
