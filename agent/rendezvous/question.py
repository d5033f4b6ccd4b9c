"""One request that is under way: when it is said, said again, doubted and given up; and what became of it."""

from bisect import bisect_right
from dataclasses import dataclass

from probes.wire.rendezvous.frame import Frame, Kind

SAID_AT = (0.0, 0.25, 0.6, 1.1, 1.8, 2.6)  # seconds after it was said first
GIVEN_UP_AT = 3.5
DOUBTED_AFTER = 3  # times in vain: the agent there may have started anew, and then our cookie is void
MOST_SEALINGS = 2


@dataclass(slots=True, eq=False)
class Sealing:
    """A datagram, the same each time. `made`: when it is due first; `said`: when it was said first.

    `times`: how often it should have been said till now.
    """

    data: bytes
    version: int
    cookie: bytes
    made: float
    said: float | None = None
    times: int = 0

    @property
    def since(self) -> float:
        """When it was said first, if it was."""
        return self.made if self.said is None else self.said

    def next_at(self) -> float:
        """When to say it, or to give it up."""
        if self.said is None:
            return self.made
        return self.said + (SAID_AT[self.times] if self.times < len(SAID_AT) else GIVEN_UP_AT)

    def is_given_up(self, now: float) -> bool:
        return self.said is not None and now >= self.said + GIVEN_UP_AT

    def say(self, now: float) -> bytes:
        """Whoever is late says it once, not as often as it was due."""
        if self.said is None:
            self.said = now
        self.times = max(self.times + 1, bisect_right(SAID_AT, now - self.said))
        return self.data


@dataclass(slots=True, eq=False)
class Question:
    """`ticket`: None, if nobody waits for it; `sealing`: the newest of `sealed`, None while it waits for a cookie."""

    ticket: int | None
    kind: Kind
    body: bytes
    sealing: Sealing | None = None
    sealed: int = 0
    sends: int = 0

    @property
    def next_at(self) -> float | None:
        return self.sealing.next_at() if self.sealing else None

    def is_due(self, now: float) -> bool:
        return self.sealing is not None and now >= self.sealing.next_at()

    def is_given_up(self, now: float) -> bool:
        return self.sealing is not None and self.sealing.is_given_up(now)

    @property
    def is_doubted(self) -> bool:
        """It was said several times in vain. A greeting carries no cookie that could be void."""
        return self.kind is not Kind.HELLO and self.sealing is not None and self.sealing.times >= DOUBTED_AFTER

    @property
    def may_be_sealed(self) -> bool:
        return self.sealed < MOST_SEALINGS

    def seal(self, sealing: Sealing) -> None:
        self.sealing = sealing
        self.sealed += 1

    def say(self, now: float) -> bytes | None:
        """The datagram, if it is due."""
        if self.sealing is None or not self.is_due(now):
            return None
        self.sends += 1
        return self.sealing.say(now)


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a request. `answer`: None, if there was none; it has a body that can be read.

    `sends`: how often it was said; `sent`: when that was said first which was answered (monotonic).
    """

    ticket: int
    answer: Frame | None
    sends: int
    sent: float | None

    @property
    def repeated(self) -> bool:
        """It, or its answer, got lost, or was slow."""
        return self.sends > 1
