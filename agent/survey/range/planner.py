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
BREATH = 1.0  # seconds from wave to wave
PATIENCE = 0.9  # seconds that a sample waits for a search that comes along
LEAST = 3  # attempts beside the sample, of which one may be a control
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
        """Attempts beside the sample."""
        hurried = self._pace.hurried()
        return hurried.left if hurried else self._pace.effort.left - self._spent

    @property
    def _ends(self) -> float:
        """When the search does (monotonic), so that no round lasts into the next."""
        effort = self._effort
        return self._pace.began + max(effort.seconds / 2, effort.seconds - EXCHANGES)

    def plan(self) -> Plan:
        """The sample in groups, none of it late; the search whenever there is room that the sample will not need."""
        if self._now < self._earliest:
            return self._later(self._earliest, self._earliest)
        room = self._pace.room()
        if room <= 0:
            soonest = self._now + self._pace.wait(1)
            return self._later(soonest, soonest)
        search = self._wanted(room - len(self._due_within(WINDOW)) - 1)  # a control may go along
        again = max((self._asked_at.get(port, -inf) for port in search), default=-inf) + self._effort.spacing
        if search and self._now < again <= min(self._now + PATIENCE, self._ends):
            return Plan(at=again)
        asked = search if again <= self._now else []
        sample = self._due_within(GROUP)[:room] if asked or self._due_within(0.0) else []
        if sample or asked:
            return Plan(tuple(sample), tuple(port for port in asked if port not in sample))
        room_at = self._now + max(BREATH, self._pace.wait(len(self._due_within(WINDOW)) + 2))
        return self._later(again if search else room_at, self._now)

    def _later(self, at: float, soonest: float) -> Plan:
        """At that time, if there is anything to search then; or when the next of the sample is due."""
        searches = at < self._ends and self._wanted(1)
        return Plan(at=max(soonest, min([at if searches else inf, *self._due.values()])))

    def _due_within(self, seconds: float) -> list[int]:
        """The first ones first; all of it in a hurry."""
        until = inf if self._pace.hurried() else self._now + seconds
        return sorted((port for port, at in self._due.items() if at <= until), key=self._due.__getitem__)

    def _wanted(self, room: int) -> list[int]:
        """By the search; or else ports of shut intervals that were not seen in this round, and so accuse nobody."""
        most = min(self._left, room)
        if most <= 0 or self._now >= self._ends:
            return []
        wanted = self._search.wave(self._left, most, exact=self._effort.exact)
        return list(wanted) or [port for port in self._sighted.unseen() if self._tries[port] < TRIES][:most]

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
        """When it may be, if that is in this round."""
        at = self._now + self._effort.spacing
        if at < self._ends:
            self._due[port] = at

    def searched(self, ports: Collection[int]) -> bool:
        """Whether any of these was asked for something new."""
        return not set(ports) <= self._search.rechecked

    def has_room_for(self, count: int) -> bool:
        """Whether so many attempts are left beside the sample; a very short round has none for a control."""
        return self._left >= max(count, LEAST)

    @property
    def is_done(self) -> bool:
        """Whether there is nothing more to ask, however much were left to spend."""
        return not self._due and not self._search.wave(MOST_ONCE, MOST_PORTS, exact=self._effort.exact)
