"""What the ledger holds of one path: `Entry`, which it writes to; and `Known`, of which people are told."""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from math import inf

from agent.found.trail import Attempt, Change, Latency, Trail
from agent.ground.path import Path
from agent.inbound.silence import silent
from agent.judge.fold import BAD
from agent.judge.result import Result
from agent.judge.verdict import PENDING, Judgement, Verdict
from probes.outcome import Outcome
from probes.state import State

# Seconds. Edges lie around the SYN retransmissions of 1 s and 3 s: a success behind one of them lost a SYN.
BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.95, 1.5, 2.9, 5.0, 10.0)


@dataclass(slots=True)
class Entry:
    """One path. Times are UTC; None: not yet. `since`: when the verdict became what it is.

    `unreachable_seconds` was counted up to `counted_until` (monotonic).

    `found`: when what the result says was found out, `asked`: when its round began, and `stands`: for how many seconds
    it counts (monotonic).
    """

    path: Path
    result: Result | None = None
    last_run: float | None = None
    last_reachable: float | None = None
    since: float | None = None
    unreachable_seconds: float = 0.0
    counted_until: float = 0.0
    found: float = 0.0
    asked: float = 0.0
    stands: float = inf
    attempts: Counter[State] = field(default_factory=Counter)
    durations: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    duration_sum: float = 0.0
    trail: Trail = field(default_factory=Trail)

    @property
    def judgement(self) -> Judgement:
        return self.result.judgement if self.result else PENDING

    @property
    def verdict(self) -> Verdict:
        return self.judgement.verdict

    def count_time(self, now: float) -> None:
        """Charge the time since the last count to the verdict that held meanwhile, as long as it stood."""
        if self.verdict in BAD:
            self.unreachable_seconds += max(0.0, min(now, self.found + self.stands) - self.counted_until)
        self.counted_until = now

    def at(self, now: float) -> Result | None:
        """The newest result, if it still stands; otherwise that its peer has fallen silent."""
        if self.result is None or now - self.found < self.stands:
            return self.result
        return silent(self.result, now - self.found)

    def count_attempt(self, outcome: Outcome) -> None:
        self.attempts[outcome.state] += 1
        if outcome.state is State.OPEN:
            self.durations[bisect_left(BUCKETS, outcome.connect_seconds)] += 1
            self.duration_sum += outcome.connect_seconds


@dataclass(frozen=True, slots=True)
class Known:
    """One path for people, as it is known now; nobody writes to it any more. Times are UTC; None: never yet."""

    result: Result
    since: float | None
    last_run: float | None
    last_reachable: float | None
    latency: Latency
    attempts: tuple[Attempt, ...] = ()
    failures: tuple[Attempt, ...] = ()
    changes: tuple[Change, ...] = ()

    @property
    def path(self) -> Path:
        return self.result.path
