"""What is to be asked of one address, how fast, and the way to ask one of its ports."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from agent.ports import PortSet
from agent.survey.manners import SHORTEST
from probes.engine.engine import Engine
from probes.icmp import Meaning, meaning
from probes.outcome import Outcome, Target
from probes.state import State
from probes.wire.icmp import Icmp

SAMPLE = 256


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


@dataclass(slots=True)
class Tally:
    """What all attempts at one address came to, and in whose words."""

    states: Counter[State] = field(default_factory=Counter)
    refusals: Counter[Icmp] = field(default_factory=Counter)
    obstacles: Counter[str] = field(default_factory=Counter)  # details: faults of our own, or no way there

    def add(self, outcome: Outcome) -> None:
        self.states[outcome.state] += 1
        if outcome.state is State.REJECTED and outcome.icmp is not None and meaning(outcome.icmp) is Meaning.REFUSAL:
            self.refusals[outcome.icmp] += 1
        elif outcome.state in (State.REJECTED, State.LOCAL_FAULT):
            self.obstacles[outcome.detail] += 1


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
