"""The dynamic range of a peer: who of its addresses is asked which ports in a round, and when."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from agent.clock import Clock
from agent.path import Path
from agent.sampling import round_at, rounds_left, sample, single
from agent.survey.budget import Budget
from agent.survey.manners import MOST_ONCE, Manners
from agent.survey.memory import Memory
from agent.survey.range.asker import Knock, Pace
from agent.survey.range.known import RangeMemory, window_for
from agent.survey.range.round import RangeRound
from agent.survey.view import View

MOST_ADDRESSES = 64  # of a file


class Turn(NamedTuple):
    """Where a round has no room for all addresses they take turns, `of` so many, and a turn counts as their round.

    `asked`: whose turn it is; `number`: which round of theirs.
    """

    asked: frozenset[str]
    number: int
    of: int
    samples: int


class Ranging:
    """`path`: the range's. `budget` is the peer's."""

    def __init__(self, path: Path, manners: Manners, memory: Memory, budget: Budget, clock: Clock) -> None:
        self._path = path
        self._manners = manners
        self._memory = memory
        self._budget = budget
        self._clock = clock
        self._window = window_for(len(path.ports), manners.samples, manners.interval, manners.window)

    def begin(self, views: Iterable[View], knock: Callable[[View], Knock]) -> list[RangeRound]:
        """A round at every address, with what it is to ask at which time."""
        reached = [view for view in views if view.address is not None]
        turn = self._turn(reached)
        asked = {str(view.address): self._ports(str(view.address), turn) for view in reached}
        due = self._due(reached, asked)
        effort = self._manners.effort(sum(map(len, due.values())), sum(map(bool, asked.values())), len(reached))
        pace = Pace(self._clock, effort, self._clock.monotonic(), self._room, None)
        return [self._round(view, knock(view), pace, due[str(view.address)], turn) for view in reached]

    def _due(self, reached: Sequence[View], asked: Mapping[str, Sequence[int]]) -> dict[str, list[tuple[float, int]]]:
        """When each address is asked which port: the ends of the range first, as edges hang on them."""
        ends = self._path.ports[0], self._path.ports[len(self._path.ports) - 1]
        ports = sorted(set().union(*asked.values()), key=lambda port: (port not in ends, port))
        doors = [(str(view.address), port) for port in ports for view in reached if port in asked[str(view.address)]]
        due: dict[str, list[tuple[float, int]]] = {address: [] for address in asked}
        for delay, (address, port) in zip(self._manners.delays(len(doors)), doors, strict=True):
            due[address].append((delay, port))
        return due

    def _round(self, view: View, knock: Knock, pace: Pace, due: Sequence[tuple[float, int]], turn: Turn) -> RangeRound:
        known = self._known(str(view.address))
        if not self._manners.at_once:
            samples = 1 if known.is_thin else turn.samples
            pace = replace(pace, complete_in=lambda states: self._seconds_left(states, samples, turn))
        return RangeRound(view, self._path.within, self._memory, known, knock, pace, due)

    def _seconds_left(self, states: bytes, samples: int, turn: Turn) -> float:
        """Until every port of an address was asked."""
        return rounds_left(states, samples, self._path.peer, turn.number) * turn.of * self._manners.interval

    def _room(self) -> int:
        return MOST_ONCE - self._budget.spent if self._manners.at_once else self._budget.room

    def _turn(self, reached: Sequence[View]) -> Turn:
        most = len(reached) if self._manners.at_once else self._manners.addresses(len(reached))
        of = max(1, -(-len(reached) // max(1, most)))
        number, turn = divmod(round_at(self._clock.time(), self._manners.interval), of)
        asked = frozenset(str(view.address) for view in reached[turn * most : (turn + 1) * most])
        return Turn(asked, number, of, self._manners.samples_for(len(asked), len(reached)))

    def _ports(self, address: str, turn: Turn) -> tuple[int, ...]:
        """Those of this round. All sources come to the same ones."""
        known = self._known(address)
        if address not in turn.asked or known.is_paused(self._clock.time()):
            return ()
        if known.is_thin and not self._manners.at_once:
            return (single(self._path.ports, self._path.peer, turn.number),)
        return sample(self._path.ports, turn.samples, self._path.peer, turn.number)

    def _known(self, address: str) -> RangeMemory:
        ranges = self._memory.ranges
        if address not in ranges:
            loss, now = self._memory.loss(address), self._clock.time()
            ranges[address] = RangeMemory.new(self._path.ports, loss, self._window, now)
        return ranges[address]

    def state(self) -> dict[str, object]:
        """For a file: what is known of each address."""
        return {address: known.state() for address, known in self._memory.ranges.items()}

    def restore(self, state: Mapping[str, object]) -> None:
        """From a file. Raises ValueError when it is not understood; what was understood before stays."""
        now = self._clock.time()
        for address, known in [*state.items()][:MOST_ADDRESSES]:
            if not isinstance(known, dict):
                raise ValueError("not what is known of a range")
            self._known(address).restore(known, now)
