"""One round of the dynamic range of one address: a sample, whose its RSTs are, and the search for edges."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from agent.clock import Clock
from agent.dynamic.observed import Observed, observed
from agent.dynamic.search import Search
from agent.judge.range import Reach
from agent.judge.silence import Control
from agent.ports import PortSet
from agent.survey.manners import SHORTEST, Effort
from agent.survey.memory import Memory
from agent.survey.range.anchor import look_for_anchor
from agent.survey.range.known import RangeMemory, coverage
from agent.survey.silence import control_of
from agent.survey.view import View
from probes.outcome import Outcome, Target
from probes.state import Phase, State

Knock = Callable[[int], Awaitable[Outcome]]  # at a port of the address in question

SHUNNED = 2  # ports that answered before and are silent at the same time, as often in a row
SOON = 60.0  # seconds after a search in which silence may come from it


@dataclass(slots=True)
class Pace:
    """What a round has to go by. `room`: how many attempts may leave right now; `began`: monotonic."""

    clock: Clock
    effort: Effort
    began: float
    room: Callable[[], int]
    interval: float | None  # seconds between rounds; None: there is but one


class RangeRound:
    """The round of `known`, all that is remembered of this range. What it comes to is `reach`."""

    def __init__(
        self,
        view: View,
        within: PortSet,
        memory: Memory,
        known: RangeMemory,
        knock: Knock,
        pace: Pace,
        due: Sequence[tuple[float, int]],
    ) -> None:
        """`due`: the sample; which port how many seconds after the round began.

        `within`: the whole range, where only a part of it is asked.
        """
        self.view = view
        self._within = within
        self._memory = memory
        self._known = known
        self._knock = knock
        self._pace = pace
        self._unheard: list[Outcome] = []  # of the sample, until it is known how to take them
        self._due = due
        self._prepared = False
        self._paused = known.is_paused(self._now)  # also if it ends in the middle of the round
        self._asked_at: dict[int, float] = {}  # port → monotonic
        self._search.begin(pace.effort.recheck)

    @property
    def _search(self) -> Search:
        return self._known.search

    @property
    def _now(self) -> float:
        return self._pace.clock.monotonic()

    async def early(self) -> None:
        """Ask what is due at once."""
        await asyncio.gather(*(self._sample(port) for delay, port in self._due if not delay))

    async def late(self) -> None:
        """Ask the rest, each at its time."""
        async with asyncio.TaskGroup() as group:
            for delay, port in self._due:
                if delay:
                    group.create_task(self._sample_later(delay, port))

    async def _sample_later(self, delay: float, port: int) -> None:
        await self._pace.clock.sleep(self._pace.began + delay - self._now)
        await self._sample(port)

    async def _sample(self, port: int) -> None:
        outcome = await self._ask(port)
        self.view.sampled.add(port)
        self._unheard.append(outcome)
        if self._prepared:
            self._take_sample(None)

    async def explore(self, registered: frozenset[int]) -> None:
        """Find out whose the RSTs are, and search. `registered`: where services of this address are."""
        if await self._is_shunned_since_search():
            self._pause()
        if self._paused:
            return
        self._search.exempt = registered
        await self._look_for_anchor(registered)
        self._prepared = True
        self._take_others()
        self._take_sample(Control.ANSWERED if self._hears() else None)
        await self._find_edges()

    async def _look_for_anchor(self, registered: frozenset[int]) -> None:
        """Only where somebody resets: nobody else's answers depend on it."""
        resets = any(outcome.state is State.CLOSED for outcome in self._unheard)
        if resets or (Observed.CLOSED in self._search.map.states and not self._known.silent_rounds):
            around = self._search.map.ports | self._within
            self._search.credible = await look_for_anchor(around, registered, self._ask, self.view.opened)
        else:
            self._search.credible = False

    def _take_others(self) -> None:
        """What other checks, and the look for whose RSTs they are, saw of ports of the range."""
        ports = self._search.map.ports
        others = [got[-1] for port, got in self.view.asks.items() if port in ports and port not in self.view.sampled]
        self._digest(others, None)

    def _take_sample(self, control: Control | None) -> None:
        """A host that answers nowhere shows nothing of its ports: then its silence is not taken down."""
        if self._hears():
            heard, self._unheard = self._unheard, []
            self._digest(heard, control)

    def _hears(self) -> bool:
        return any(observed(got[-1]) not in (None, Observed.SILENT) for got in self.view.asks.values())

    def _digest(self, outcomes: Sequence[Outcome], control: Control | None) -> None:
        wave = {outcome.target.port: observed(outcome) for outcome in outcomes}
        counts = all(outcome.target.timeout >= SHORTEST for outcome in outcomes)
        self._search.saw(wave, control, self._pace.clock.time(), counts=counts)

    async def _find_edges(self) -> None:
        left = self._pace.effort.left - len(self.view.ranged - {port for _, port in self._due})
        until = self._pace.began + self._pace.effort.seconds
        while left > 0 and self._now < until:
            began, controls = self._now, self._controls()
            room = min(left, self._pace.effort.at_once, self._pace.room())
            ports = self._search.wave(left, max(1, room), controlled=bool(controls))
            if not ports and not self._is_sampling():
                return
            if ports and room > 0:
                left -= len(ports)
                await self._until(max(self._asked_at.get(port, 0.0) for port in ports) + self._pace.effort.spacing)
                if not await self._wave(ports, controls):
                    self._pause()
                    return
            await self._until(min(until, began + self._pace.effort.between))

    def _is_sampling(self) -> bool:
        """Whether ports of the sample are still to be asked, and may give something to search for."""
        return len(self.view.sampled) < len(self._due)

    async def _wave(self, ports: Sequence[int], controls: Sequence[int]) -> bool:
        """Ask them, and a control beside them. False: our asking seems to have made a device shun us."""
        beside = [port for port in controls if port not in ports][:SHUNNED]
        outcomes, control = await asyncio.gather(
            asyncio.gather(*map(self._ask, ports)), asyncio.gather(*map(self._knock, beside[:1]))
        )
        self._known.searched_at = self._now
        found = control_of(control[0]) if control else None
        self._digest(outcomes, found)
        return found is not Control.SILENT or not await self._is_shunned(beside)

    async def _is_shunned(self, controls: Sequence[int]) -> bool:
        """Whether two ports that answered before are both silent, also when asked once more."""
        for _ in range(SHUNNED):
            outcomes = await asyncio.gather(*map(self._knock, controls))
            if len(outcomes) < SHUNNED or any(outcome.state is not State.FILTERED for outcome in outcomes):
                return False
            await self._pace.clock.sleep(self._pace.effort.spacing)
        return True

    async def _is_shunned_since_search(self) -> bool:
        """Whether ports of other checks that answered in the last round are silent, soon after a search."""
        searched, answered = self._known.searched_at, sorted(self._known.answered)
        if searched is None or self._pace.began - searched > SOON:
            return False
        answered.sort(key=self.view.is_silent, reverse=True)
        return any(map(self.view.is_silent, answered)) and await self._is_shunned(answered[:SHUNNED])

    def _pause(self) -> None:
        self._paused = True
        self._known.pause(self._now)

    def _controls(self) -> list[int]:
        """Ports that answered last, those outside of the range first: they cost nothing of what it may be asked."""
        ports = self._search.map.ports
        return sorted(self._memory.answering(self.view.address or ""), key=lambda port: port in ports)

    async def _until(self, moment: float) -> None:
        if moment > self._now:
            await self._pace.clock.sleep(moment - self._now)

    async def _ask(self, port: int) -> Outcome:
        self.view.ranged.add(port)
        self._asked_at[port] = self._now
        return await self._knock(port)

    def end(self) -> Reach:
        """What it came to. Nothing is asked any more."""
        self._remember()
        search, now = self._search, self._pace.clock.time()
        seen = [self.view.asks[port][-1] for port in sorted(self.view.ranged) if port in self.view.asks]
        return Reach(
            search.map.ports,
            seen or [self._not_asked(now)],
            coverage(self._known, len(self._due), self._pace.interval),
            search.refused,
            search.passes,
            search.suspect,
            search.confirmed,
            search.credible,
            search.unexplained or any(outcome.state is State.FILTERED for outcome in seen),
            search.loss.needed is None,
            self._paused,
        )

    def _remember(self) -> None:
        sampled = [self.view.asks[port][-1] for port in self.view.sampled]
        self._known.count_round(sampled, self._pace.clock.time())
        others = (port for port in self.view.asks if port not in self.view.ranged)
        self._known.answered = frozenset(port for port in others if self.view.opened(port))

    def _not_asked(self, now: float) -> Outcome:
        target = Target(self.view.address or self.view.name, self._search.map.ports[0])
        return Outcome(target, State.LOCAL_FAULT, Phase.CONNECT, now, 0.0, detail="not asked in this round")
