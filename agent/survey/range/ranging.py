"""The dynamic range of a peer: who of its addresses is asked which ports in a round, and when."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from agent.clock import Clock
from agent.path import Path
from agent.sampling import round_at, sample, single
from agent.survey.budget import Budget
from agent.survey.manners import MOST_ONCE, Manners
from agent.survey.memory import Memory
from agent.survey.range.known import RangeMemory, window_for
from agent.survey.range.round import Knock, Pace, RangeRound
from agent.survey.view import View

MOST_ADDRESSES = 64  # of a file


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
        asked = self._sample(reached)
        ends = self._path.ports[0], self._path.ports[len(self._path.ports) - 1]
        ports = sorted(set().union(*asked.values()), key=lambda port: (port not in ends, port))  # edges hang on them
        doors = [(view, port) for port in ports for view in reached if port in asked[str(view.address)]]
        due: dict[str, list[tuple[float, int]]] = {address: [] for address in asked}
        for delay, (view, port) in zip(self._manners.delays(len(doors)), doors, strict=True):
            due[str(view.address)].append((delay, port))
        effort = self._manners.effort(len(doors), sum(map(bool, asked.values())), len(reached))
        began, interval = self._clock.monotonic(), None if self._manners.at_once else self._manners.interval
        pace = Pace(self._clock, effort, began, self._room, interval)
        return [self._round(view, knock(view), pace, due[str(view.address)]) for view in reached]

    def _round(self, view: View, knock: Knock, pace: Pace, due: Sequence[tuple[float, int]]) -> RangeRound:
        return RangeRound(view, self._path.within, self._memory, self._known(str(view.address)), knock, pace, due)

    def _room(self) -> int:
        return MOST_ONCE - self._budget.spent if self._manners.at_once else self._budget.room

    def _sample(self, reached: Sequence[View]) -> dict[str, tuple[int, ...]]:
        """For each address its ports of this round. All sources come to the same ones.

        Where a round has no room for all addresses they take turns, and a turn counts as their round.
        """
        most = len(reached) if self._manners.at_once else self._manners.addresses(len(reached))
        turns = max(1, -(-len(reached) // max(1, most)))
        number, turn = divmod(round_at(self._clock.time(), self._manners.interval), turns)
        asked = {str(view.address) for view in reached[turn * most : (turn + 1) * most]}
        full = sample(self._path.ports, self._manners.samples_for(len(asked), len(reached)), self._path.peer, number)
        thin = (single(self._path.ports, self._path.peer, number),)
        addresses = [str(view.address) for view in reached]
        return {address: self._ports(address, full, thin) if address in asked else () for address in addresses}

    def _ports(self, address: str, full: tuple[int, ...], thin: tuple[int, ...]) -> tuple[int, ...]:
        known = self._known(address)
        if known.is_paused(self._clock.time()):
            return ()
        return thin if known.is_thin and not self._manners.at_once else full

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
