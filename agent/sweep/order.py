"""What is to be asked of one address, how fast, and the way to ask one of its ports."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from agent.dynamic.observed import Observed, observed
from agent.ground.ports import LAST_PORT, PortSet
from agent.report.swept import Obstacle
from agent.survey.manners import SHORTEST
from probes.engine.engine import Engine
from probes.outcome import Outcome, Target
from probes.state import Sent, State
from probes.wire.icmp import Icmp

SAMPLE = 256
MOST_REASONS = 255  # what fits into a byte; the last stands for all that do not


@dataclass(frozen=True, slots=True)
class Order:
    """`pace`: attempts a second; None: as fast as this host can. `deadline` of each attempt, in seconds."""

    address: str
    ports: PortSet
    pace: int | None
    deadline: float
    source: str | None = None

    def target(self, port: int) -> Target:
        return Target(self.address, port, self.deadline, self.source)

    def sample(self) -> list[int]:
        """What to ask first: the range's ends, which are edges, and in haste some between: edges show soon then."""
        ports, count = list(self.ports), 2 if self.pace else SAMPLE
        return list(dict.fromkeys(ports[number * (len(ports) - 1) // (count - 1)] for number in range(count)))

    def rest(self, states: Sequence[int]) -> list[int]:
        """What is between two of the sample that were seen unlike, then all else. `states` is by port."""
        ports, sample = list(self.ports), self.sample()
        index = {port: number for number, port in enumerate(ports)}
        unlike = [(index[one], index[other]) for one, other in pairwise(sample) if states[one] != states[other]]
        near = [port for one, other in unlike for port in ports[one + 1 : other]]
        done = {*sample, *near}
        return near + [port for port in ports if port not in done]


def deadline(pace: int | None, timeout: float) -> float:
    """Seconds: the configured `timeout`, or less in haste, and as long as a silence takes to count."""
    return SHORTEST if pace is None else max(timeout, SHORTEST)


class Reason(NamedTuple):
    """Why an attempt shows nothing of its port. `told`: somebody else said that there is no way there."""

    what: str
    told: bool


OTHER = Reason("other reasons", told=False)


class Reasons:
    """The newest reason of each port: a byte a port, and each reason once."""

    def __init__(self) -> None:
        self._reasons: dict[Reason, int] = {}  # numbered from 1
        self._of_port = bytearray(LAST_PORT + 1)

    def note(self, outcome: Outcome) -> None:
        told = outcome.state is State.REJECTED and outcome.sent is not Sent.HELD
        reason = Reason(outcome.detail, told)
        if reason not in self._reasons and len(self._reasons) >= MOST_REASONS - 1:
            reason = OTHER
        self._of_port[outcome.target.port] = self._reasons.setdefault(reason, len(self._reasons) + 1)

    def obstacles(self, ports: PortSet, states: bytes) -> tuple[Obstacle, ...]:
        """Of the ports that are not known in the end, the most frequent reason first."""
        found: defaultdict[int, list[int]] = defaultdict(list)
        for port, state in zip(ports, states, strict=True) if self._reasons else ():
            if state == Observed.UNTESTED and self._of_port[port]:
                found[self._of_port[port]].append(port)
        made = [
            Obstacle(*reason, PortSet.of(found[number])) for reason, number in self._reasons.items() if found[number]
        ]
        return tuple(sorted(made, key=lambda obstacle: -len(obstacle.ports)))


@dataclass(slots=True)
class Tally:
    """What all attempts at one address came to, and in whose words."""

    states: Counter[State] = field(default_factory=Counter)
    refusals: Counter[Icmp] = field(default_factory=Counter)
    reasons: Reasons = field(default_factory=Reasons)

    def add(self, outcome: Outcome) -> Observed | None:
        """What it shows of its port."""
        self.states[outcome.state] += 1
        seen = observed(outcome)
        if seen is None:
            self.reasons.note(outcome)
        elif seen is Observed.REFUSED and outcome.icmp is not None:
            self.refusals[outcome.icmp] += 1
        return seen


class Asker:
    """Single attempts at the ports of one address."""

    def __init__(self, engine: Engine, order: Order, tally: Tally) -> None:
        self._engine, self._order, self._tally = engine, order, tally

    async def ask(self, port: int) -> Outcome:
        outcome = await self._engine.knock(self._order.target(port))
        self._tally.add(outcome)
        return outcome

    async def check(self, port: int) -> Outcome:
        """The same, not waiting longer than a silence takes to count."""
        outcome = await self._engine.knock(self._order.target(port)._replace(timeout=SHORTEST))
        self._tally.add(outcome)
        return outcome
