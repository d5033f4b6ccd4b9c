"""One round of the dynamic range of one address, whose agent listens for us: a sample and a search, wave by wave.

In each wave the far end holds the ports that are asked, and reports what it saw.
"""

import asyncio
from collections.abc import Sequence
from math import inf

from agent.dynamic.observed import Observed
from agent.dynamic.search import Search
from agent.judge.held import Shows
from agent.judge.held_reach import HeldReach
from agent.judge.result import which
from agent.judge.silence import Control
from agent.survey.range.asker import Knock, Pace
from agent.survey.range.controls import Controls, worse
from agent.survey.range.counted import exempt_from
from agent.survey.range.far import Far, Silent
from agent.survey.range.known import RangeMemory
from agent.survey.range.lease import Leased, Means, ask_in_lease
from agent.survey.range.planner import Plan, Planner
from agent.survey.range.shunned import Shunned
from agent.survey.range.sighted import OBSERVED, Sighted
from agent.survey.view import View
from probes.outcome import Outcome
from probes.wire.rendezvous.messages import MOST_PORTS

UNHEARD = 2  # waves in a row without an answer: the far end has fallen silent


class HeldRound:
    """The round of `known`. What it comes to is `end`. `knock`: at a port that nobody holds, paid for by itself."""

    def __init__(
        self,
        view: View,
        known: RangeMemory,
        far: Far | None,
        means: Means,
        knock: Knock,
        shunned: Shunned,
        pace: Pace,
        due: Sequence[tuple[float, int]],
    ) -> None:
        """`far` None: nothing is asked. `due`: the sample; which port how many seconds after the round began."""
        self.view = view
        self._known = known
        self._far = far
        self._means = means
        self._shunned = shunned
        self._pace = pace
        self._sighted = Sighted(known)
        self._planner = Planner(self._search, self._sighted, pace, due)
        self._controls = Controls(self._search, self._sighted, self._planner, shunned, knock)
        self._unheard = 0
        self._registered: frozenset[int] = frozenset()
        self._paused = known.is_paused(pace.clock.time())
        self._search.begin(pace.effort.recheck)

    @property
    def _search(self) -> Search:
        return self._known.chart_of_both.search

    @property
    def _fell_silent(self) -> bool:
        return self._unheard >= UNHEARD

    async def run(self) -> None:
        """Until there is nothing more to ask in this round."""
        while self._far is not None and not self._paused and not self._fell_silent:
            plan = self._planner.plan()
            if plan.sample or plan.search:
                await self._wave(self._far, plan)
            elif plan.at < inf:
                await self._pace.sleep(plan.at - self._pace.clock.monotonic())
            else:
                return

    async def explore(self, registered: frozenset[int]) -> None:
        """What is known beside the range by now: where services of this address are, and whether somebody shuns us."""
        self._registered = exempt_from(registered, self._known.ports)
        if await self._shunned.since_search():
            self._pause()

    async def _wave(self, far: Far, plan: Plan) -> None:
        held, beside = self._controls.of(plan)
        ports = [*dict.fromkeys(port for port in (*plan.search, *plan.sample) if port not in held), *held]
        parts = [ports[at : at + MOST_PORTS] for at in range(0, len(ports), MOST_PORTS)]
        self._planner.asks()
        left = asyncio.Event()
        leased, beside_them = await asyncio.gather(self._ask(far, parts, left), self._controls.ask(beside, left))
        self._note(plan, [each for each in leased if each is not None])
        control = self._controls.how(held, beside_them)
        for each, part in zip(leased, parts, strict=True):
            if each is not None:
                self._tell(each, part, held, control)
        if not self._heard(leased) or control is Control.SILENT:
            await self._doubt()

    async def _ask(self, far: Far, parts: Sequence[Sequence[int]], left: asyncio.Event) -> list[Leased | None]:
        try:
            return await asyncio.gather(*(ask_in_lease(far, part, self._means, left.set) for part in parts))
        finally:
            left.set()

    def _note(self, plan: Plan, leased: Sequence[Leased]) -> None:
        for each in leased:
            self._sighted.take(each, self._pace.clock.time())
            for port, shows in each.shows.items():
                self._show(port, each.outcomes[port], shows)
                self.view.seen[which(each.outcomes[port])] = each.seen[port]
        self._planner.asked(plan, leased)
        if leased and self._planner.searched(plan.search):
            self._known.searched_at = self._pace.clock.monotonic()

    def _show(self, port: int, outcome: Outcome, shows: Shows) -> None:
        if self._sighted.is_held(port):
            self.view.held.setdefault(port, []).append(outcome)
        else:
            self.view.ranged.add(port)
        self.view.strangers.discard(port)
        if shows is Shows.STRANGER:
            self.view.strangers.add(port)

    def _tell(self, leased: Leased, ports: Sequence[int], held: Sequence[int], control: Control | None) -> None:
        """Tell the search; and what got lost, as far as it came through in the end."""
        self._search.exempt = self._registered | self._sighted.not_to_be_held()
        shows = {port: leased.shows.get(port, Shows.NOTHING) for port in ports}
        wave = {port: OBSERVED[each] for port, each in shows.items() if port not in held or each is Shows.PASSES}
        if self._sighted.strangers_accept:  # then an accepted connection alone shows nothing
            wave = {port: seen if self._sighted.is_held(port) else None for port, seen in wave.items()}
        if control is Control.SILENT:  # whoever limits connections may refuse those beyond
            wave = {port: None if seen is Observed.REFUSED else seen for port, seen in wave.items()}
        elif control is not None:
            self._sighted.vouched |= {port for port, seen in wave.items() if seen is Observed.REFUSED}
        both, measures = worse(leased.control, control), control is not None
        self._search.saw(wave, both, self._pace.clock.time(), measures=measures)
        for late in leased.delays():
            self._search.loss.time(late=late)
        if leased.control is not None:
            self._known.alone = None  # what one end saw is not needed any more

    def _heard(self, leased: Sequence[Leased | None]) -> bool:
        """Whether the far end answered."""
        heard = any(each is not None and (each.told is not None or not each.held) for each in leased)
        self._unheard = 0 if heard else self._unheard + 1
        return heard

    async def _doubt(self) -> None:
        """Something that answered does not any more. Is it our asking?"""
        is_once = self._pace.complete_in is None
        if (is_once or self._shunned.may_be(self._pace.clock.monotonic())) and await self._shunned.by_now():
            self._pause()

    def _pause(self) -> None:
        self._paused = True
        self._known.pause(self._pace.clock.time())

    def end(self) -> HeldReach:
        """What it came to. Nothing is asked any more."""
        idle = not (self._sighted.asked or self._paused or self._fell_silent)
        if idle and isinstance(self._known.reach, HeldReach):
            return self._known.reach
        self._remember()
        self._known.reach = reach = self._sighted.reach(
            self.view.address or self.view.name,
            self._pace.clock.time(),
            self._pace.complete_in,
            self._registered,
            own_probing=self._paused,
            fell_silent=self._fell_silent,
            opened_by_mapper=bool(self.view.opened_by_mapper),
        )
        return reach

    def _remember(self) -> None:
        known, now = self._known, self._pace.clock.time()
        if self._fell_silent:
            known.met = Silent.NO_ANSWER
        others = (port for port in self.view.asks if port not in self.view.ranged)
        known.answered = frozenset(port for port in others if self.view.opened(port))
        known.chart_of_both.count_round(now, self._registered | known.never_held.keys())
        ended = self._paused or self._fell_silent or known.loss.hopeless
        known.settled = ended or self._planner.is_done
