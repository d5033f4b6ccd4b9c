"""What one round came to for one path: the judgement, and the evidence under it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from agent.ground.path import Path
from agent.judge.verdict import Judgement, Verdict
from probes.outcome import Outcome


class FarEnd(StrEnum):
    """What the agent at the far end says of one attempt, after it."""

    NOTHING = "nothing"  # it listened, and nothing arrived
    HALF_OPEN = "half-open"  # the SYN arrived, and nothing after the answer to it
    ACCEPTED = "accepted"  # a connection from the attempt's source port
    OTHER = "other"  # somebody came, and nobody knows who
    LISTENING = "listening"  # another program listens there, so the agent did not
    UNKNOWN = "unknown"  # it cannot say
    NO_REPORT = "no-report"  # it listened, and no report of it came
    BROKEN = "broken"  # it did not listen all the time, so that it cannot know


class Seen(NamedTuple):
    """What the far end saw of one attempt. `bound`: the address at which it listened; None: it has not told."""

    far: FarEnd
    bound: str | None = None


Which = tuple[int, int, float]  # one attempt of an address: port, source port (0: not known), and when it began


def which(outcome: Outcome) -> Which:
    """The attempt that an outcome is of."""
    return outcome.target.port, outcome.source.port if outcome.source else 0, outcome.started


@dataclass(frozen=True, slots=True)
class AddressResult:
    """One address of a path; `name` as configured, `address` None when the name gave none.

    `resolve_seconds`: what the name took; 0 for an address. `seen`: by the far end, of attempts among `outcomes`.
    """

    name: str
    address: str | None
    judgement: Judgement
    outcomes: tuple[Outcome, ...]
    resolve_seconds: float = 0.0
    seen: Mapping[Which, Seen] = field(default_factory=dict)

    def far_end(self, outcome: Outcome) -> Seen | None:
        """What the far end saw of that attempt; None: no agent was asked to listen for it."""
        return self.seen.get(which(outcome))


@dataclass(frozen=True, slots=True)
class Result:
    """One path. `started` is UTC; `seconds` from the first attempt to the verdict."""

    path: Path
    judgement: Judgement
    addresses: tuple[AddressResult, ...]
    started: float
    seconds: float

    @property
    def verdict(self) -> Verdict:
        return self.judgement.verdict

    @property
    def attempts(self) -> Counter[str]:
        """How many attempts saw what."""
        return Counter(str(outcome.state) for address in self.addresses for outcome in address.outcomes)
