"""What a round has seen so far of one address of a peer."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.judge.held_reach import HeldReach
from agent.judge.reach import Reach
from agent.judge.registration import Registration
from agent.judge.result import Seen, Which
from agent.judge.sight import Sight
from agent.survey.memory import Memory
from probes.outcome import Outcome
from probes.state import State


@dataclass(slots=True)
class View:
    """`address` None: the name gave none, and `unresolved` says why; `unasked`: nobody could be asked for it."""

    source: str
    peer: str
    name: str
    address: str | None
    range_size: int = 0
    unresolved: str = ""
    resolve_seconds: float = 0.0
    unasked: bool = False
    asks: dict[int, list[Outcome]] = field(default_factory=dict)  # port → outcomes, newest last
    sampled: set[int] = field(default_factory=set)
    ranged: set[int] = field(default_factory=set)  # all ports that were asked for the range's sake
    held: dict[int, list[Outcome]] = field(default_factory=dict)  # ports that an agent held: no listeners of others'
    seen: dict[Which, Seen] = field(default_factory=dict)  # by the far end, of attempts for the range's sake
    strangers: set[int] = field(default_factory=set)  # those of them at which somebody else accepted
    reach: Reach | HeldReach | None = None  # what the range came to
    database_port: int | None = None
    database_is_strict: bool = False
    database_failed: Outcome | None = None  # what its last PRELOGIN came to, if nobody spoke SQL Server's protocol
    opened_by_mapper: frozenset[int] = frozenset()  # silent before the mapper was asked, open while it was
    registration: Registration | None = None
    paired: dict[int, int] = field(default_factory=dict)  # silent port → the control asked beside it

    def add(self, outcome: Outcome) -> None:
        self.asks.setdefault(outcome.target.port, []).append(outcome)

    def of_range(self) -> tuple[Outcome, ...]:
        """All that was asked for the range's sake."""
        ports = sorted(self.ranged | self.held.keys())
        asked = (
            (*(self.asks.get(port, ()) if port in self.ranged else ()), *self.held.get(port, ())) for port in ports
        )
        return tuple(outcome for outcomes in asked for outcome in outcomes)

    def newest(self, port: int) -> Outcome | None:
        outcomes = self.asks.get(port)
        return outcomes[-1] if outcomes else None

    def opened(self, port: int) -> bool | None:
        """Whether a port accepted; None: it was not asked in this round."""
        newest = self.newest(port)
        return None if newest is None else newest.state is State.OPEN

    def is_silent(self, port: int) -> bool:
        newest = self.newest(port)
        return newest is not None and newest.state is State.FILTERED

    def answering(self, *, but: int) -> int | None:
        """A port, other than `but`, that accepted in this round."""
        return next((port for port, got in self.asks.items() if port != but and got[-1].state is State.OPEN), None)

    def sight(self, memory: Memory) -> Sight:
        """For the judge. The last round's sample stands in for what this round has not asked yet."""
        address = self.address or self.name
        before: Mapping[int, Outcome] = memory.samples.get(address, {})
        known = memory.ranges.get(address)
        strangers, held = len(self.strangers), len(self.held)
        if known is not None and not self.held:
            strangers, held = known.strangers
        return Sight(
            source=self.source,
            peer=self.peer,
            name=self.name,
            address=address,
            outcomes={**before, **{port: outcomes[-1] for port, outcomes in self.asks.items()}},
            range_size=self.range_size,
            sampled=tuple(sorted(self.sampled | before.keys())),
            silences={port: silence for (where, port), silence in memory.silences.items() if where == address},
            controls=self.paired,
            registration=self.registration,
            held=held,
            strangers=strangers,
        )
