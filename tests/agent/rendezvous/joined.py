"""Both halves joined in memory, and a way between them on which anything can happen to a datagram."""

import heapq
from collections.abc import Callable, Iterable, Sequence
from itertools import count

from agent.rendezvous.orders import Place, Send
from agent.rendezvous.question import Done
from agent.rendezvous.seeker import Seeker
from probes.wire.rendezvous.frame import VERSION, Drop, Kind
from probes.wire.rendezvous.keys import Ring
from probes.wire.rendezvous.messages import Held, Hold, Holding, Reported
from tests.agent.rendezvous.played import AT, BEGIN, MSS, NOON, Far, asking, counted, lease, ring

Fate = Callable[[bytes], Sequence[float]]  # after how many seconds it arrives, one for each copy; none: it is lost


def arrives(data: bytes) -> Sequence[float]:
    del data
    return (0.01,)


def lost(data: bytes) -> Sequence[float]:
    del data
    return ()


def loses(*numbers: int) -> Fate:
    """These, counted from 0."""
    counter = count()
    return lambda data: lost(data) if next(counter) in numbers else arrives(data)


class Joined:
    """One seeker and one far agent. Time passes in `run` only; `late`: seconds that the host takes for an order."""

    def __init__(
        self, keys: Ring | None = None, their_keys: Ring | None = None, *, newest: int = VERSION, theirs: int = VERSION
    ) -> None:
        self.now = BEGIN
        self.far = Far(their_keys or keys, newest=theirs)
        self.random = counted()
        self.start(keys or ring(), newest)
        self.there: Fate = arrives
        self.back: Fate = arrives
        self.late = 0.0
        self.said: list[bytes] = []
        self.answered: list[Send] = []
        self.drops: list[Drop] = []
        self._under_way: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()

    def start(self, keys: Ring, newest: int = VERSION) -> None:
        """The half that asks, anew."""
        self.seeker = Seeker("BTS01", "MSS", keys, self.random, newest=newest)
        self.done: dict[int, Done] = {}

    def restart_far(self, keys: Ring | None = None, newest: int = VERSION) -> None:
        self.far.start(keys or self.far.ring, boot=self.random(32), newest=newest)

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        self._step()
        while (at := self._next_at()) <= end:
            self.now = max(self.now, at)
            self._step()
        self.now = end

    def answer(self, ticket: int, most: float = 30.0) -> Done:
        """However long it takes."""
        end = self.now + most
        self._step()
        while ticket not in self.done and self._next_at() <= end:
            self.now = max(self.now, self._next_at())
            self._step()
        return self.done[ticket]

    def ask(self, kind: Kind, body: bytes) -> Done:
        return self.answer(self.seeker.ask(kind, body, self.now))

    def greet(self) -> Done:
        return self.answer(self.seeker.greet(self.now))

    def hold(self, number: int, ports: Iterable[int]) -> dict[int, Holding] | None:
        """None: no answer."""
        answer = self.ask(Kind.HOLD, Hold(lease(number), tuple(ports)).encode()).answer
        return {each.port: each.holding for each in Held.decode(answer.body).grants} if answer else None

    def report(self, number: int, sources: dict[int, int]) -> Reported | None:
        answer = self.ask(Kind.REPORT, asking(number, sources).encode()).answer
        return Reported.decode(answer.body) if answer else None

    def connect(self, port: int, source: int, address: str = AT.address) -> bytes | None:
        """What the listener says. None: there is none."""
        if (MSS, port) not in self.far.host.open:
            return None
        self.far.holder.accepted(MSS, port, Place(address, source), self.now)
        return self.far.holder.proofs(MSS, port, Place(address, source))

    def to_far(self, data: bytes, source: Place = AT) -> None:
        """At once, from wherever."""
        self._answer(self.far.hear(data, source, self.now))

    def _step(self) -> None:
        while self._under_way and self._under_way[0][0] <= self.now:
            heapq.heappop(self._under_way)[2]()
        at = self.far.holder.next_at()
        if at is not None and at <= self.now:
            self.far.tick(self.now)
        for data in self.seeker.tick(self.now):
            self.said.append(data)
            self._send(self.there(data), self._to_far(data))
        self.done |= {done.ticket: done for done in self.seeker.done()}

    def _next_at(self) -> float:
        moments = (self.seeker.next_at(), self.far.holder.next_at(), self._under_way[0][0] if self._under_way else None)
        return min((at for at in moments if at is not None), default=float("inf"))

    def _to_far(self, data: bytes) -> Callable[[], None]:
        def arrive() -> None:
            self.to_far(data)
            if self.far.todo:
                self._send((self.late,), lambda: self._answer(self.far.work(self.now)))

        return arrive

    def _answer(self, sends: Iterable[Send]) -> None:
        for send in sends:
            self.answered.append(send)
            if send.to == AT:
                self._send(self.back(send.data), self._to_seeker(send.data))

    def _to_seeker(self, data: bytes) -> Callable[[], None]:
        def arrive() -> None:
            drop = self.seeker.receive(data, self.now, NOON + self.now - BEGIN)
            self.drops += [drop] if drop else []

        return arrive

    def _send(self, fate: Sequence[float], arrive: Callable[[], None]) -> None:
        for later in fate:
            heapq.heappush(self._under_way, (self.now + later, next(self._numbers), arrive))
