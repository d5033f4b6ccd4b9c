"""The dynamic range of a peer: who of its addresses is asked which ports in a round, and when."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from math import inf
from typing import NamedTuple

from agent.dynamic.chart import Chart
from agent.ground.clock import Clock
from agent.ground.path import Path
from agent.survey.budget import Budget
from agent.survey.manners import MOST_ONCE, Effort, Manners
from agent.survey.memory import Memory
from agent.survey.range.address import AddressRound
from agent.survey.range.asker import Knock, Pace
from agent.survey.range.far import Far, Greet
from agent.survey.range.held import HeldRound
from agent.survey.range.hurry import Hurry
from agent.survey.range.known import RangeMemory, window_for
from agent.survey.range.lease import Means
from agent.survey.range.round import RangeRound
from agent.survey.range.shunned import Shunned
from agent.survey.sampling import round_at, rounds_left, sample, single
from agent.survey.view import View
from probes.outcome import Outcome

MOST_ADDRESSES = 64  # of a file


class Turn(NamedTuple):
    """Where a round has no room for all addresses they take turns, `of` so many, and a turn counts as their round.

    `asked`: whose turn it is; `number`: which round of theirs.
    """

    asked: frozenset[str]
    number: int
    of: int
    samples: int


class Knocks(NamedTuple):
    """How ports of one address are asked: one that nobody holds, paid for by itself; and as `Means` has it."""

    knock: Knock
    prove: Callable[[int, bytes], Awaitable[Outcome]]
    connect: Knock


class Ranging:
    """`path`: the range's. `budget` is the peer's. `greet` None: there is no key, and no agent is asked."""

    def __init__(
        self,
        path: Path,
        manners: Manners,
        memory: Memory,
        budget: Budget,
        clock: Clock,
        greet: Greet | None = None,
    ) -> None:
        self._path = path
        self._manners = manners
        self._memory = memory
        self._budget = budget
        self._clock = clock
        self._greet = greet
        self.hurry = Hurry(clock, budget)
        self._addresses: tuple[str, ...] | None = None  # those of the newest round
        self._window = window_for(len(path.ports), manners.samples, manners.interval, manners.window)

    def begin(self, views: Iterable[View], knocks: Callable[[View], Knocks]) -> list[AddressRound]:
        """A round at every address, with what it is to ask at which time."""
        reached = [view for view in views if view.address is not None]
        self._addresses = tuple(str(view.address) for view in reached)
        turn = self._turn(reached)
        asked = {str(view.address): self._ports(str(view.address), turn) for view in reached}
        due = self._due(reached, asked)
        effort = self._manners.effort(sum(map(len, due.values())), sum(map(bool, asked.values())), len(reached))
        pace = self._pace(effort)
        return [self._round(view, knocks(view), pace, due[str(view.address)], turn) for view in reached]

    def _pace(self, effort: Effort) -> Pace:
        in_hurry = self._manners.in_hurry()
        pace = Pace(
            self._clock, effort, self._clock.monotonic(), self._room, self._wait, self.hurry, in_hurry, complete_in=None
        )
        return replace(pace, effort=pace.hurried() or effort)

    def _due(self, reached: Sequence[View], asked: Mapping[str, Sequence[int]]) -> dict[str, list[tuple[float, int]]]:
        """When each address is asked which port: the ends of the range first, as edges hang on them."""
        ends = self._path.ports[0], self._path.ports[len(self._path.ports) - 1]
        ports = sorted(set().union(*asked.values()), key=lambda port: (port not in ends, port))
        doors = [(str(view.address), port) for port in ports for view in reached if port in asked[str(view.address)]]
        due: dict[str, list[tuple[float, int]]] = {address: [] for address in asked}
        delays = self._manners.delays(len(doors), in_hurry=self.hurry.is_on)
        for delay, (address, port) in zip(delays, doors, strict=True):
            due[address].append((delay, port))
        return due

    def _round(
        self, view: View, knocks: Knocks, pace: Pace, due: Sequence[tuple[float, int]], turn: Turn
    ) -> AddressRound:
        address = str(view.address)
        known = self._known(address)
        if not self._manners.at_once:
            samples = 1 if known.is_thin else turn.samples
            pace = replace(pace, complete_in=lambda states: self._seconds_left(states, samples, turn))
        patient, paused = not self._manners.at_once, known.is_paused(self._clock.time())
        means = Means(knocks.prove, knocks.connect, self._budget, self._clock, patient)
        shunned = Shunned(view, self._memory, known, knocks.knock, pace)
        idle = address not in turn.asked or paused

        def alone() -> RangeRound:
            return RangeRound(view, self._path.within, known, knocks.knock, shunned, pace, due, idle=idle)

        def held(far: Far | None) -> HeldRound:
            return HeldRound(view, known, far, means, knocks.knock, shunned, pace, due)

        waits = self._manners.at_once or self.hurry.is_on  # somebody does, and may be met elsewhere than usual
        made = AddressRound(view, known, alone, held, self._greet, patient=not waits)
        made.begin(idle=idle)
        return made

    def _seconds_left(self, states: bytes, samples: int, turn: Turn) -> float:
        """Until every port of an address was asked."""
        return rounds_left(states, samples, self._path.peer, turn.number) * turn.of * self._manners.interval

    def _room(self) -> int:
        return MOST_ONCE - self._budget.spent if self._manners.at_once else self._budget.room

    def _wait(self, count: int) -> float:
        return inf if self._manners.at_once else self._budget.wait(count)

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
        if known.is_thin and not (self._manners.at_once or self.hurry.is_on):
            return (single(self._path.ports, self._path.peer, turn.number),)
        ports = sample(self._path.ports, turn.samples, self._path.peer, turn.number)
        number, before = known.sampled
        known.sampled = turn.number, frozenset(ports)
        again = self.hurry.is_on and number == turn.number  # two rounds by the same clock, in haste
        return tuple(port for port in ports if not (again and port in before and known.is_known_to_both(port)))

    def _known(self, address: str) -> RangeMemory:
        ranges = self._memory.ranges
        if address not in ranges:
            loss, now = self._memory.loss(address), self._clock.time()
            ranges[address] = RangeMemory.new(self._path.ports, loss, self._window, now)
        return ranges[address]

    @property
    def settled(self) -> bool:
        """Whether nothing more is to be learned of any address now."""
        return self._addresses is not None and all(self._known(address).settled for address in self._addresses)

    def hurry_up(self, until: float) -> None:
        """Until then (monotonic). Who is in a hurry already only goes on: what is settled meanwhile stays so."""
        if not self.hurry.is_on:
            for known in self._memory.ranges.values():
                known.settled = False
        self.hurry.begin(until)

    def go_on_from(self, before: "Ranging") -> None:
        """What was known of the same ports, which another window may end; else only that the peer is left in peace."""
        is_same = _way(before._path) == _way(self._path)
        for address, known in before._memory.ranges.items():
            if is_same:
                known.last_for(self._window)
                self._memory.ranges[address] = known
            elif known.is_paused(self._clock.time()):
                self._known(address).paused_until = known.paused_until
            if (before._greet is None) is not (self._greet is None):
                known.met = None

    def charts(self) -> list[Chart]:
        """One for each address, of the way in which it was judged last."""
        return [known.shown(address) for address, known in self._memory.ranges.items()]

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


def _way(path: Path) -> tuple[object, ...]:
    """Which ports, and from which address of ours: firewalls tell those apart."""
    return path.ports, path.within, path.source_address
