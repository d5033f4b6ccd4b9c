"""Requests that were made before: the same answer is given again, and nothing is carried out twice.

An id is remembered for as long as a cookie is good: what carries a cookie from before is refused for that.
"""

from collections import deque
from dataclasses import dataclass, field

from agent.rendezvous.holder.cookies import GOOD_FOR
from agent.rendezvous.holder.gate import Request, Who
from agent.rendezvous.orders import Place
from probes.wire.rendezvous.frame import Drop, DropError

TIMES = 3  # that a request is answered
FRESH = 10.0  # seconds in which it is; nobody waits longer for an answer
MOST = 2_000  # ids of a sender, some times what a host needs in ten minutes


@dataclass(slots=True)
class _Entry:
    source: Place
    seal: bytes
    at: float
    times: int = 0
    answer: bytes = b""

    def is_of(self, request: Request) -> bool:
        """From the same place and with the same content."""
        return (self.source, self.seal) == (request.source, request.seal)

    def say(self) -> bytes:
        self.times += bool(self.answer)
        return self.answer


@dataclass(slots=True)
class _Sender:
    """Oldest first."""

    entries: dict[bytes, _Entry] = field(default_factory=dict)
    answered: deque[_Entry] = field(default_factory=deque)

    def forget(self, now: float) -> None:
        while self.answered and self.answered[0].at + FRESH <= now:
            self.answered.popleft().answer = b""
        while self.entries and next(iter(self.entries.values())).at + GOOD_FOR <= now:
            del self.entries[next(iter(self.entries))]


class Seen:
    """By sender, so that one who asks much pushes out nobody else's."""

    def __init__(self) -> None:
        self._senders: dict[Who, _Sender] = {}

    def __len__(self) -> int:
        return sum(len(sender.entries) for sender in self._senders.values())

    def again(self, request: Request, now: float) -> bytes | None:
        """What to answer to a request that was made before; nothing while it is under way. None: it is new.

        Raises DropError when it was answered often enough, or long ago, or was somebody else's.
        """
        entry = self._of(request)
        if entry is None or now >= entry.at + GOOD_FOR:
            return None
        if not entry.is_of(request) or entry.times >= TIMES or now >= entry.at + FRESH:
            raise DropError(Drop.REPLAY)
        return entry.say()

    def remember(self, request: Request, now: float) -> None:
        """A new one. Raises DropError when its sender has made too many."""
        sender = self._senders.setdefault(request.who, _Sender())
        sender.forget(now)
        if len(sender.entries) >= MOST:
            raise DropError(Drop.RATE)
        sender.entries[request.frame.id] = _Entry(request.source, request.seal, now)

    def answered(self, request: Request, answer: bytes) -> None:
        """For the first time."""
        entry = self._of(request)
        if entry is not None and entry.is_of(request):
            entry.answer, entry.times = answer, 1
            self._senders[request.who].answered.append(entry)

    def forget(self, now: float) -> None:
        """What nobody may ask for again."""
        for who, sender in [*self._senders.items()]:
            sender.forget(now)
            if not sender.entries:
                del self._senders[who]

    def _of(self, request: Request) -> _Entry | None:
        sender = self._senders.get(request.who)
        return sender.entries.get(request.frame.id) if sender else None
