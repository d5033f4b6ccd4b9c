"""The half that holds: what is asked of it, and what is done about that. It has no clock, no socket and no chance."""

from collections import Counter
from collections.abc import Collection, Mapping
from itertools import count
from typing import assert_never

from agent.rendezvous.bodies import Answered, Requested
from agent.rendezvous.holder.book import Book
from agent.rendezvous.holder.cookies import Cookies
from agent.rendezvous.holder.desk import Desk, not_planned
from agent.rendezvous.holder.gate import Request, admit, body_of
from agent.rendezvous.holder.leases import LASTING, Lease
from agent.rendezvous.holder.rates import Rates
from agent.rendezvous.holder.reached import Reached
from agent.rendezvous.holder.reports import Findings, HalfOpen, Reports
from agent.rendezvous.holder.rules import Rules
from agent.rendezvous.holder.seen import Seen
from agent.rendezvous.orders import UNSEEN, Look, Order, Place, Send
from agent.rendezvous.roster import Roster
from probes.wire.rendezvous.frame import VERSION, Drop, DropError, Kind
from probes.wire.rendezvous.greeting import Hello, OtherVersion, Welcome
from probes.wire.rendezvous.keys import KeyUsed, Ring
from probes.wire.rendezvous.messages import Admission, Found, Grant, Held, Hold, Report, Reported
from probes.wire.rendezvous.proof import proof
from probes.wire.rendezvous.states import PathState, ProbeBack, States, Told


class Holder:
    """`name`: of this machine; `boot`: random bytes, new for every Holder. `now` is monotonic, `utc` in seconds.

    Every Open and Look has its answer brought back, also after `close`: what was opened meanwhile is then closed.
    `roster`, `admission` and `own_addresses` (of this host) are set from outside, as they change.
    """

    def __init__(
        self, name: str, ring: Ring, roster: Roster, rules: Rules, desk: Desk, boot: bytes, *, newest: int = VERSION
    ) -> None:
        self.roster = roster
        self.admission = Admission.UNKNOWN
        self.own_addresses: Collection[str] = frozenset()
        self.dropped: Counter[Drop] = Counter()
        self.key_used: Counter[KeyUsed] = Counter()
        self._name = name
        self._ring = ring
        self._desk = desk
        self._newest = newest
        self._cookies = Cookies(ring[0].cookies, boot)
        self._seen = Seen()
        self._rates = Rates()
        self._reached = Reached()
        tickets = count(1)
        self._book = Book(rules, tickets)
        self._reports = Reports(self._book, tickets)

    @property
    def listeners(self) -> int:
        """Ports that are held right now."""
        return self._book.held.open

    def go_on_from(self, before: "Holder") -> None:
        """In place of it, which is closed: what was counted, and how this host was reached."""
        self.dropped.update(before.dropped)
        self.key_used.update(before.key_used)
        self.admission = before.admission
        self._reached.go_on_from(before._reached)

    def receive(self, data: bytes, source: Place, local: str, now: float, utc: float) -> list[Order]:
        """A datagram from `source` to our address `local`."""
        orders: list[Order] = []
        try:
            request = admit(data, source, local, self._ring, self.roster, self._newest)
            orders += self._book.expire(now)
            orders += self._serve(request, now, utc)
        except DropError as drop:
            self.dropped[drop.reason] += 1
        return orders

    def opened(self, ticket: int, grants: Mapping[int, Grant], now: float) -> list[Order]:
        """The answer to an Open. A port that it leaves out has failed."""
        orders: list[Order] = [*self._book.expire(now)]
        vain, granted = self._book.opened(ticket, grants)
        orders += vain
        for lease in granted:
            orders += self._grant(lease, now)
        return orders

    def looked(self, ticket: int, half_open: HalfOpen | None, now: float) -> list[Order]:
        """The answer to a Look: ports of ours, and whose SYN is half-way in there. None: it could not be seen."""
        orders: list[Order] = [*self._book.expire(now)]
        looked = self._reports.looked(ticket, half_open)
        if looked is not None:
            orders += self._report(*looked, now)
        return orders

    def accepted(self, local: str, port: int, remote: Place, now: float) -> None:
        """A held listener took a connection; UNSEEN: or could not, or sent it away."""
        if self._book.held.accepted(local, port, remote) and remote != UNSEEN:
            self._note_reached(local, remote.address, now)

    def proofs(self, local: str, port: int, remote: Place) -> bytes:
        """What a held listener says to whoever connects: first what he himself waits for, if a lease is his."""
        leases = sorted(self._book.held.leases(local, port), key=lambda lease: lease.asker != remote.address)
        return b"".join(proof(self._ring[lease.key].proofs, lease.id, port) for lease in leases)

    def tick(self, now: float) -> list[Order]:
        """What is over is closed."""
        self._seen.forget(now)
        return [*self._book.expire(now)]

    def next_at(self) -> float | None:
        """When `tick` may have something to do."""
        return self._book.next_at()

    def close(self) -> list[Order]:
        """Nothing is held any more. Requests that were made before stay known."""
        self._reports.forget()
        return [*self._book.close()]

    def _serve(self, request: Request, now: float, utc: float) -> list[Order]:
        body = body_of(request)
        if request.needs_cookie and not self._has_cookie(request, now):
            raise DropError(Drop.COOKIE)
        said = self._seen.again(request, now)
        if said is not None:
            return [Send(said, request.source, request.local)] if said else []
        if not self._rates.take(request.who, now):
            raise DropError(Drop.RATE)
        self._seen.remember(request, now)
        self.key_used[KeyUsed.PREVIOUS if request.key else KeyUsed.CURRENT] += 1
        return self._refuse_version(request) if body is None else self._carry_out(request, body, now, utc)

    def _refuse_version(self, request: Request) -> list[Order]:
        """Said, so that it can be shown there what is the matter."""
        self.dropped[Drop.VERSION] += 1
        return self._answer(request, Kind.OTHER_VERSION, OtherVersion(self._newest, self._newest - 1))

    def _has_cookie(self, request: Request, now: float) -> bool:
        return self._cookies.is_good(request.frame.cookie, now, request.source.address, request.sender)

    def _carry_out(self, request: Request, body: Requested, now: float, utc: float) -> list[Order]:
        sender = request.frame.sender
        match body:
            case Hello():
                return self._answer(request, Kind.WELCOME, self._welcome(request, now, utc))
            case Hold():
                return self._hold(request, body, now)
            case Report():
                findings = self._reports.ask(request, body, now)
                return [findings] if isinstance(findings, Look) else self._report(request, findings, now)
            case PathState():
                self._desk.tell(sender, request.frame.receiver, body)
                return self._answer(request, Kind.TOLD, Told())
            case ProbeBack():
                at = Place(request.source.address, body.port)
                return self._answer(request, Kind.ACCEPTED, self._desk.probe_back(sender, at))
            case States():
                state = self._desk.state(sender, body.check) or not_planned(body.check)
                return self._answer(request, Kind.STATE, state)
            case _:
                assert_never(body)

    def _welcome(self, request: Request, now: float, utc: float) -> Welcome:
        cookie = self._cookies.make(now, request.source.address, request.sender)
        return Welcome(self._newest, max(0, round(utc * 1000)), cookie, self._name)

    def _hold(self, request: Request, hold: Hold, now: float) -> list[Order]:
        lease, order = self._book.hold(request, hold, now)
        if lease.is_granted:
            return self._grant(lease, now)
        return [order] if order else []

    def _grant(self, lease: Lease, now: float) -> list[Order]:
        held = Held(round(LASTING * 1000), tuple(lease.grants[port] for port in lease.ports))
        waiting = self._book.grant(lease, now)
        return [order for request in waiting for order in self._answer(request, Kind.HELD, held)]

    def _report(self, request: Request, findings: Findings, now: float) -> list[Order]:
        if Found.HALF_OPEN in findings.found.values():
            self._note_reached(findings.bound, request.source.address, now)
        ago = self._reached.ago(findings.bound, now)
        reported = Reported(findings.unbroken, findings.bound, self.admission, ago, findings.found)
        return self._answer(request, Kind.REPORTED, reported)

    def _note_reached(self, local: str, remote: str, now: float) -> None:
        if remote != local and remote not in self.own_addresses:
            self._reached.note(local, now)

    def _answer(self, request: Request, kind: Kind, body: Answered) -> list[Order]:
        """With the key that the request was sealed with. Never with more bytes than that had."""
        data = request.frame.answer(kind, body.encode()).seal(self._ring[request.key].answers)
        if len(data) > request.size:
            self.dropped[Drop.MALFORMED] += 1
            return []
        self._seen.answered(request, data)
        return [Send(data, request.source, request.local)]
