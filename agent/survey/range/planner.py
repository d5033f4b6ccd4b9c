"""What a held round asks next: a sample that keeps its times as far as a few ports at once allow, and a search."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import inf

from agent.dynamic.search import Search
from agent.judge.held import Shows
from agent.survey.budget import SLACK
from agent.survey.manners import MOST_ONCE, Effort
from agent.survey.range.asker import Pace
from agent.survey.range.lease import Leased
from agent.survey.range.sighted import Sighted
from probes.wire.rendezvous.messages import MOST_PORTS

EXCHANGES = 4.0  # seconds that a hold and a report may take, when they have to be repeated
GROUP = 10.0  # seconds by which ports of a sample come early, to go along with others
WINDOW = 20.0 + SLACK  # seconds for which room is kept for the sample
BREATH = 2.0  # seconds from wave to wave
PATIENCE = 0.9  # seconds that a sample waits for a search that comes along
TRIES = 2  # asks of a port of the sample that showed nothing


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask now; or `at` what time (monotonic) to look again, never if that is infinite."""

    sample: tuple[int, ...] = ()
    search: tuple[int, ...] = ()
    at: float = inf


class Planner:
    """Of one address. `due`: the sample; which port how many seconds after the round began."""

    def __init__(self, search: Search, sighted: Sighted, pace: Pace, due: Sequence[tuple[float, int]]) -> None:
        self._search = search
        self._sighted = sighted
        self._pace = pace
        self._due = {port: pace.began + delay for delay, port in due}
        self._asked_at: dict[int, float] = {}  # monotonic
        self._tries = Counter[int]()
        self._spent = 0  # of the effort
        self._earliest = -inf  # when the next wave may leave; monotonic

    @property
    def _now(self) -> float:
        return self._pace.clock.monotonic()

    @property
    def _effort(self) -> Effort:
        return self._pace.hurried() or self._pace.effort

    @property
    def _left(self) -> int:
        """Attempts beside the sample, and beside a control that goes along with them."""
        hurried = self._pace.hurried()
        return (hurried.left if hurried else self._pace.effort.left - self._spent) - 1

    @property
    def _ends(self) -> float:
        """When the search does (monotonic), so that no round lasts into the next."""
        effort = self._effort
        return self._pace.began + max(effort.seconds / 2, effort.seconds - EXCHANGES)

    def plan(self) -> Plan:
        """The sample in groups, none of it late; the search whenever there is room that the sample will not need."""
        if self._now < self._earliest:
            return Plan(at=self._earliest if self._goes_on() else inf)
        room = self._pace.room()
        if room <= 0:
            return Plan(at=self._now + self._pace.wait() if self._goes_on() else inf)
        search = self._wanted(room - len(self._due_within(WINDOW)) - 1)
        again = max((self._asked_at.get(port, -inf) for port in search), default=-inf) + self._effort.spacing
        if search and self._now < again <= self._now + PATIENCE:
            return Plan(at=again)
        asked = search if again <= self._now else []
        sample = self._due_within(GROUP)[:room] if asked or self._due_within(0.0) else []
        if sample or asked:
            return Plan(tuple(sample), tuple(port for port in asked if port not in sample))
        later = again if search else self._now + BREATH if self._goes_on() else inf
        return Plan(at=min([later, *self._due.values()]))

    def _goes_on(self) -> bool:
        return bool(self._due or self._wanted(1))

    def _due_within(self, seconds: float) -> list[int]:
        """The first ones first; all of it in a hurry."""
        until = inf if self._pace.hurried() else self._now + seconds
        return sorted((port for port, at in self._due.items() if at <= until), key=self._due.__getitem__)

    def _wanted(self, room: int) -> list[int]:
        """What one more ask will make sure, what the search wants, or else what was not seen in this round.

        What is not sure, or was not seen so in this round, accuses nobody.
        """
        most = min(self._left, room)
        if most <= 0 or self._now >= self._ends:
            return []
        unsure = self._worth_it(self._sighted.unsure())
        wanted = unsure or self._search.wave(self._left, most, exact=self._effort.exact)
        return list(wanted or self._worth_it(self._sighted.unseen()))[:most]

    def _worth_it(self, ports: Iterable[int]) -> list[int]:
        return [port for port in ports if self._tries[port] < TRIES]

    def asks(self) -> None:
        """A wave leaves."""
        self._earliest = self._now + (BREATH if self._effort.between else 0.0)

    def asked(self, plan: Plan, leased: Iterable[Leased]) -> None:
        """What came of it. What of the sample showed nothing is asked once more."""
        for each in leased:
            self._spent += len(each.shows.keys() - set(plan.sample))
            for port in each.grants:
                self._asked_at[port] = each.began
                self._tries[port] += 1
        for port in plan.sample:
            shows = self._sighted.shows.get(port, Shows.NOTHING)
            del self._due[port]
            if shows is Shows.NOTHING and port not in self._sighted.not_held and self._tries[port] < TRIES:
                self.ask_again(port)

    def ask_again(self, port: int) -> None:
        """When it may be."""
        self._due[port] = self._now + self._effort.spacing

    def searched(self, ports: Collection[int]) -> bool:
        """Whether any of these was asked for something new."""
        return not set(ports) <= self._search.rechecked

    @property
    def is_done(self) -> bool:
        """Whether there is nothing more to ask, however much were left to spend."""
        return not self._due and not self._search.wave(MOST_ONCE, MOST_PORTS, exact=self._effort.exact)
