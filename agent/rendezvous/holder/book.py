"""All leases: those that wait for a listener, those that last, and those that are over since a short time ago."""

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count

from agent.rendezvous.holder.gate import Request
from agent.rendezvous.holder.held import HeldPorts, Port, closes
from agent.rendezvous.holder.leases import LASTING, REMEMBERED, Lease
from agent.rendezvous.holder.rules import LOOKED_AT, Rules
from agent.rendezvous.orders import Close, Open
from probes.wire.rendezvous.frame import Drop, DropError
from probes.wire.rendezvous.messages import Grant, Hold, Holding, Reason

MOST_LEASES_OF_ONE = 16  # of one sender
MOST_PORTS_OF_ONE = 256  # of one sender, in all its leases
MOST_WAITING = 4  # requests for one lease that is being opened

Key = tuple[str, bytes]  # ids are a sender's own


class Book:
    """`tickets`: numbers for orders that are answered. Before anything is looked up, `expire` says what time it is."""

    def __init__(self, rules: Rules, tickets: Iterator[int]) -> None:
        self.held = HeldPorts()
        self._rules = rules
        self._tickets = tickets
        self._senders: dict[str, dict[bytes, Lease]] = {}
        self._ended: dict[Key, Lease] = {}  # in the order of their ends
        self._due: list[tuple[float, int, Lease]] = []  # a heap; a lease may have been renewed meanwhile
        self._numbers = count()
        self._opening: dict[int, tuple[Open, Lease]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._senders.values()))

    def find(self, request: Request, lease: bytes) -> Lease | None:
        """One that lasts."""
        found = self._senders.get(request.sender, {}).get(lease)
        return found if found and found.is_granted and found.is_asked_by(request) else None

    def find_ended(self, request: Request, lease: bytes) -> Lease | None:
        """One that is over since a short time ago."""
        found = self._ended.get((request.sender, lease))
        return found if found and found.is_asked_by(request) else None

    def lasts(self, lease: Lease) -> bool:
        return self._senders.get(lease.sender, {}).get(lease.id) is lease

    def hold(self, request: Request, hold: Hold, now: float) -> tuple[Lease, Open | None]:
        """A new lease, or the one that there is already, and what has to be done for it.

        Raises DropError when there is one of this id that is another.
        """
        lease = self._senders.get(request.sender, {}).get(hold.lease)
        if lease is None:
            return self._new(request, hold, now)
        if not lease.is_as_asked(request, hold):
            raise DropError(Drop.MALFORMED)
        if len(lease.waiting) >= MOST_WAITING:
            raise DropError(Drop.RATE)
        lease.waiting.append(request)
        return lease, None

    def grant(self, lease: Lease, now: float) -> list[Request]:
        """From now on. The requests that are to be answered."""
        lease.until = now + LASTING
        waiting, lease.waiting = lease.waiting, []
        return waiting

    def opened(self, ticket: int, grants: Mapping[int, Grant]) -> tuple[list[Close], list[Lease]]:
        """What was opened in vain, and the leases that can be granted now. An unknown ticket comes to nothing."""
        if ticket not in self._opening:
            return [], []
        order, asker = self._opening.pop(ticket)
        vain, concerned = [], {asker: None}  # in a certain order
        for port in order.hold:
            leases, in_vain = self.held.opened(order.local, _of(grants, port))
            concerned |= dict.fromkeys(leases)
            vain += [(order.local, port)] if in_vain else []
        for port in order.look:
            asker.settle(_looked(_of(grants, port), asker.looked_at[port]))
        return closes(vain), [lease for lease in concerned if lease.is_granted and lease.waiting]

    def expire(self, now: float) -> list[Close]:
        free: list[Port] = []
        while self._due and self._due[0][0] <= now:
            _, number, lease = heapq.heappop(self._due)
            if lease.until > now:
                heapq.heappush(self._due, (lease.until, number, lease))
            else:
                free += self._end(lease)
        while self._ended and next(iter(self._ended.values())).until + REMEMBERED <= now:
            del self._ended[next(iter(self._ended))]
        return closes(free)

    def next_at(self) -> float | None:
        """When a lease may be over. One that still waits then for its listeners never gets them."""
        return self._due[0][0] if self._due else None

    def close(self) -> list[Close]:
        """All leases end now. What is being opened right now is closed when it is."""
        free = [port for _, _, lease in self._due for port in self._end(lease)]
        self._due.clear()
        return closes(free)

    def _new(self, request: Request, hold: Hold, now: float) -> tuple[Lease, Open | None]:
        lease = Lease(
            hold.lease, request.sender, request.local, request.source.address, request.key, hold.ports, now + LASTING
        )
        lease.unbroken = (lease.sender, lease.id) not in self._ended
        lease.waiting.append(request)
        opening = [port for port in hold.ports if self._place(lease, port, now)]
        if len(self._senders.get(lease.sender, ())) < MOST_LEASES_OF_ONE:
            self._senders.setdefault(lease.sender, {})[lease.id] = lease
            heapq.heappush(self._due, (lease.until, next(self._numbers), lease))
        if not opening and not lease.looked_at:
            return lease, None
        order = Open(next(self._tickets), lease.local, tuple(opening), tuple(lease.looked_at))
        self._opening[order.ticket] = order, lease
        return lease, order

    def _place(self, lease: Lease, port: int, now: float) -> bool:
        """Whether it has to be opened."""
        reason = self._why_not(lease, port, now)
        if reason is Reason.NONE:
            return self.held.join(lease, port)
        if reason in LOOKED_AT:
            lease.missing.add(port)
            lease.looked_at[port] = reason
        else:
            lease.grants[port] = Grant(port, Holding.REFUSED, reason)
        return False

    def _why_not(self, lease: Lease, port: int, now: float) -> Reason:
        mine = self._senders.get(lease.sender, {}).values()
        reason = self._rules.why_not(port, now)
        if reason is not Reason.NONE and reason not in LOOKED_AT:
            return reason
        if len(mine) >= MOST_LEASES_OF_ONE:
            return Reason.FULL
        if reason in LOOKED_AT:
            return reason
        ports = len(lease.joined) + sum(len(each.joined) for each in mine)
        has_room = ports < MOST_PORTS_OF_ONE and self.held.has_room(lease.local, port)
        return Reason.NONE if has_room else Reason.FULL

    def _end(self, lease: Lease) -> list[Port]:
        of_sender = self._senders[lease.sender]
        del of_sender[lease.id]
        if not of_sender:
            del self._senders[lease.sender]
        lease.waiting.clear()
        if lease.is_granted:
            self._ended.pop((lease.sender, lease.id), None)
            self._ended[lease.sender, lease.id] = lease
        return self.held.leave(lease)


def _of(grants: Mapping[int, Grant], port: int) -> Grant:
    """What is not said has failed."""
    return replace(grants[port], port=port) if port in grants else Grant(port, Holding.FAILED)


def _looked(grant: Grant, reason: Reason) -> Grant:
    """Said with the reason why it is not held."""
    holding = Holding.FAILED if grant.holding is Holding.HELD else grant.holding
    return replace(grant, holding=holding, reason=reason)
