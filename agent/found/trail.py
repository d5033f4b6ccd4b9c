"""What is remembered of a path beside its newest result, for people: attempts, failures, changes, and how quick it was.

Failures are kept for longer than successes: the one of last night is what somebody looks for in the morning.
"""

from array import array
from collections import deque
from dataclasses import dataclass, field
from math import inf, isinf
from typing import NamedTuple

from agent.ground.path import Check
from agent.judge.result import Result, Seen
from agent.judge.verdict import Cause, Verdict
from probes.outcome import Outcome
from probes.state import State

ATTEMPTS, FAILURES, CHANGES = 16, 32, 16  # the newest of each
MINUTES = 60  # of which it is known how quick a path was
ANSWERS = {Check.RPC_RANGE: frozenset({State.OPEN, State.CLOSED})}  # in a range nobody need listen
OPEN = frozenset({State.OPEN})


class Attempt(NamedTuple):
    """`outcome` without what the peer said; `resolve_seconds`: what the name took before.

    `far`: what the agent at the far end saw of it; None: nobody was asked to listen for it.
    """

    outcome: Outcome
    resolve_seconds: float = 0.0
    far: Seen | None = None


class Change(NamedTuple):
    """A verdict or a cause that differs from the one before; `at`: UTC."""

    at: float
    verdict: Verdict
    cause: Cause | None


class Latency:
    """The slowest connection of each of the last 60 minutes, in seconds."""

    def __init__(self) -> None:
        self._slowest = array("f", [-inf]) * MINUTES
        self._newest = 0  # minute, UTC

    def note(self, at: float, seconds: float) -> None:
        """`at`: UTC."""
        minute = int(at // 60)
        self._roll(minute)
        place = minute % MINUTES
        self._slowest[place] = max(self._slowest[place], seconds)

    def copy(self) -> "Latency":
        """That nobody writes to any more."""
        made = Latency()
        made._slowest, made._newest = self._slowest[:], self._newest
        return made

    def read(self, now: float) -> tuple[float | None, ...]:
        """One for each minute, the newest last; None: nothing was connected in it. `now`: UTC."""
        last = int(now // 60)
        return tuple(self._at(minute) for minute in range(last - MINUTES + 1, last + 1))

    def _at(self, minute: int) -> float | None:
        if not self._newest - MINUTES < minute <= self._newest:
            return None
        found = self._slowest[minute % MINUTES]
        return None if isinf(found) else found

    def _roll(self, minute: int) -> None:
        """Make room. A clock that was set back by more than an hour begins anew."""
        if minute <= self._newest - MINUTES or minute >= self._newest + MINUTES:
            self._slowest = array("f", [-inf]) * MINUTES
            self._newest = minute
        for each in range(self._newest + 1, minute + 1):
            self._slowest[each % MINUTES] = -inf
        self._newest = max(self._newest, minute)


@dataclass(slots=True)
class Trail:
    """Of one path."""

    attempts: deque[Attempt] = field(default_factory=lambda: deque(maxlen=ATTEMPTS))
    failures: deque[Attempt] = field(default_factory=lambda: deque(maxlen=FAILURES))
    changes: deque[Change] = field(default_factory=lambda: deque(maxlen=CHANGES))
    latency: Latency = field(default_factory=Latency)

    def note(self, result: Result, at: float) -> None:
        """A result that was found at a time, UTC."""
        judgement = result.judgement
        if not self.changes or self.changes[-1][1:] != (judgement.verdict, judgement.cause):
            self.changes.append(Change(at, judgement.verdict, judgement.cause))
        good = ANSWERS.get(result.path.check, OPEN)
        attempts = [
            Attempt(outcome._replace(answer=None), address.resolve_seconds, address.far_end(outcome))
            for address in result.addresses
            for outcome in address.outcomes
        ]
        attempts.sort(key=lambda attempt: attempt.outcome.started)
        self.attempts.extend(attempts)
        self.failures.extend(attempt for attempt in attempts if attempt.outcome.state not in good)
        for attempt in attempts:
            if attempt.outcome.state is State.OPEN:
                self.latency.note(attempt.outcome.started, attempt.outcome.connect_seconds)
