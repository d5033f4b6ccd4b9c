"""What is said of the ports of a lease: who came, and who was on the way."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from agent.rendezvous.holder.book import Book
from agent.rendezvous.holder.gate import Request
from agent.rendezvous.holder.leases import EXPLAINED, Lease
from agent.rendezvous.holder.seen import FRESH
from agent.rendezvous.orders import Look, Place
from probes.wire.rendezvous.messages import Asked, Found, Report

HalfOpen = Collection[tuple[int, Place]]  # ports of ours, and whose SYN is half-way in there


@dataclass(frozen=True, slots=True)
class Findings:
    """See `Reported`."""

    unbroken: bool
    bound: str
    found: dict[int, Found]


@dataclass(frozen=True, slots=True)
class _Looking:
    request: Request
    asked: tuple[Asked, ...]
    lease: Lease
    since: float


class Reports:
    """Of the leases in `book`. `tickets`: numbers for orders that are answered."""

    def __init__(self, book: Book, tickets: Iterator[int]) -> None:
        self._book = book
        self._tickets = tickets
        self._looking: dict[int, _Looking] = {}

    def ask(self, request: Request, report: Report, now: float) -> Findings | Look:
        """Where a connection is missing, it takes a look at who is half-way in."""
        self._forget(now)
        lease = self._book.find(request, report.lease)
        if lease is None:
            return self._without_listeners(request, report)
        unsure = _unsure(lease, report.asked)
        if not unsure:
            return self._findings(lease, report.asked, ())
        ticket = next(self._tickets)
        self._looking[ticket] = _Looking(request, report.asked, lease, now)
        return Look(ticket, lease.local, unsure)

    def looked(self, ticket: int, half_open: HalfOpen | None) -> tuple[Request, Findings] | None:
        """`half_open`: None, if that could not be seen. The answer is None if nobody waits for it."""
        looking = self._looking.pop(ticket, None)
        if looking is None:
            return None
        if half_open is None or not self._book.lasts(looking.lease):
            return looking.request, _accepted_only(looking.lease, looking.asked)
        return looking.request, self._findings(looking.lease, looking.asked, half_open)

    def forget(self) -> None:
        self._looking.clear()

    def _without_listeners(self, request: Request, report: Report) -> Findings:
        lease = self._book.find_ended(request, report.lease)
        if lease is not None:
            return _accepted_only(lease, report.asked)
        return Findings(False, request.local, _nothing_known(report.asked))

    def _findings(self, lease: Lease, asked: Collection[Asked], half_open: HalfOpen) -> Findings:
        found = {each.port: self._found(lease, each, half_open) for each in asked}
        return Findings(lease.unbroken, lease.local, found)

    def _found(self, lease: Lease, asked: Asked, half_open: HalfOpen) -> Found:
        """Half-way in may also be our own asker, its port translated: whoever cannot be explained is somebody."""
        found = lease.found(asked)
        if found in (Found.MINE, Found.NOTHING_KNOWN):
            return found
        remotes = {remote for port, remote in half_open if port == asked.port}
        if (lease.asker, asked.source) in remotes:
            return Found.HALF_OPEN
        others = {each.asker for each in self._book.held.leases(lease.local, asked.port)} - {lease.asker}
        came = Counter(remote.address for remote in remotes)
        explained = all(address in others and count <= EXPLAINED for address, count in came.items())
        return found if explained else Found.OTHER

    def _forget(self, now: float) -> None:
        """Those whose answer did not come while anybody waits for ours."""
        while self._looking and next(iter(self._looking.values())).since + FRESH <= now:
            del self._looking[next(iter(self._looking))]


def _unsure(lease: Lease, asked: Iterable[Asked]) -> tuple[int, ...]:
    """Held ports of which it is not enough to know who was accepted."""
    return tuple(each.port for each in asked if each.port in lease.came and not lease.is_mine(each))


def _accepted_only(lease: Lease, asked: Iterable[Asked]) -> Findings:
    """Who is half-way in, or was, is not known: only a connection that came means something."""
    found = {each.port: Found.MINE if lease.is_mine(each) else Found.NOTHING_KNOWN for each in asked}
    return Findings(lease.unbroken, lease.local, found)


def _nothing_known(asked: Iterable[Asked]) -> dict[int, Found]:
    return {each.port: Found.NOTHING_KNOWN for each in asked}
