"""One round of the dynamic range of one address, from this end alone: a sample, whose its RSTs are, and a search."""

import asyncio
from collections.abc import Sequence

from agent.dynamic.observed import Observed
from agent.dynamic.search import Search
from agent.ground.ports import PortSet
from agent.judge.reach import Reach
from agent.judge.refusal import kept_back
from agent.judge.silence import Control
from agent.survey.manners import ANCHOR, MOST_ONCE
from agent.survey.range.anchor import look_for_anchor
from agent.survey.range.asker import Asker, Knock, Pace
from agent.survey.range.counted import coverage, exempt_from
from agent.survey.range.edges import Edges
from agent.survey.range.known import RangeMemory
from agent.survey.range.shunned import Shunned
from agent.survey.view import View
from probes.outcome import Outcome, Target
from probes.state import Phase, State

ANCHORED = 55.0  # seconds that it stands whose the RSTs are: it is asked once a minute, or each longer round
STALE = 180.0  # and no longer than this, where a round has no room to ask


class RangeRound:
    """The round of `known`, all that is remembered of this range. What it comes to is `reach`."""

    def __init__(
        self,
        view: View,
        within: PortSet,
        known: RangeMemory,
        knock: Knock,
        shunned: Shunned,
        pace: Pace,
        due: Sequence[tuple[float, int]],
        *,
        idle: bool,
    ) -> None:
        """`due`: the sample; which port how many seconds after the round began. `idle`: it is not its turn.

        `within`: the whole range, where only a part of it is asked.
        """
        self.view = view
        self._within = within
        self._known = known
        self._pace = pace
        self._asker = Asker(view, known.search, knock, pace.clock)
        self._shunned = shunned
        self._edges = Edges(self._asker, shunned, known, pace)
        self._unheard: list[Outcome] = []  # of the sample, until it is known how to take them
        self._due = due
        self._idle = idle
        self._prepared = False
        self._paused = known.is_paused(pace.clock.time())  # also if it ends in the middle of the round
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
        outcome = await self._asker.ask(port)
        self.view.sampled.add(port)
        self._unheard.append(outcome)
        if self._prepared:
            self._take_sample(None)

    async def explore(self, registered: frozenset[int], named: frozenset[int]) -> None:
        """Find out whose the RSTs are, and search.

        `registered`: where services of this address are; `named`: where its mapper said so in this round.
        """
        if await self._shunned.since_search():
            self._pause()
        if self._paused or self._idle:
            return
        self._search.exempt = exempt_from(registered, self._search.map.ports)
        await self._look_for_anchor(registered, named)
        self._prepared = True
        self._take_others()
        self._take_sample(Control.ANSWERED if self._accepts_meanwhile() else None)
        beside = len(self.view.ranged - {port for _, port in self._due})
        if await self._edges.find(beside, self._is_sampling) or await self._edges.shunned_by_sample():
            self._pause()

    async def _look_for_anchor(self, registered: frozenset[int], named: frozenset[int]) -> None:
        """Where somebody resets, or a person asks about a part; elsewhere nobody's answers depend on it."""
        resets = any(outcome.state is State.CLOSED for outcome in self._unheard) or bool(self._within)
        if not resets and (Observed.CLOSED not in self._search.map.states or self._known.silent_rounds):
            self._search.trust(False)
        elif self._now - self._known.anchored_at >= ANCHORED and await self._is_there_room(ANCHOR):
            self._known.anchored_at = self._now
            around = self._search.map.ports | self._within
            found = await look_for_anchor(around, registered, named, self._asker.ask, self.view.opened)
            self._search.trust(found)
        elif self._now - self._known.anchored_at >= STALE:
            self._search.trust(False)

    async def _is_there_room(self, attempts: int) -> bool:
        """Wait until so many may leave at once, so that nothing else has to; but not for most of the round."""
        until = self._pace.began + self._pace.effort.seconds / 2
        while self._pace.room() < attempts:
            if self._now >= until or not self._pace.effort.between:
                return False
            await self._pace.clock.sleep(1.0)
        return True

    def _take_others(self) -> None:
        """What other checks, and the look for whose RSTs they are, saw of ports of the range."""
        if not self._asker.hears():
            return
        ports = self._search.map.ports
        others = [got[-1] for port, got in self.view.asks.items() if port in ports and port not in self.view.sampled]
        self._asker.take(others, None)

    def _take_sample(self, control: Control | None) -> None:
        """A host that answers nowhere shows nothing of its ports: then its silence is not taken down."""
        if self._asker.hears():
            heard, self._unheard = self._unheard, []
            self._asker.take(heard, control)

    def _accepts_meanwhile(self) -> bool:
        """Whether a port accepted at the same time as the sample was asked: then it was asked all at once."""
        others = self.view.asks.keys() - self.view.sampled
        return self._pace.complete_in is None and any(map(self.view.opened, others))

    def _is_sampling(self) -> bool:
        """Whether ports of the sample are still to be asked."""
        return len(self.view.sampled) < len(self._due)

    def _pause(self) -> None:
        self._paused = True
        self._known.pause(self._pace.clock.time())

    def end(self) -> Reach:
        """What it came to. Nothing is asked any more."""
        is_nothing_asked = self._idle or not (self._due or self.view.ranged)
        if is_nothing_asked and not self._paused and isinstance(self._known.reach, Reach):
            return self._known.reach
        self._remember()
        self._known.reach = reach = self._reach()
        self._known.settled = self._paused or not (self._is_sampling() or self._search.wave(MOST_ONCE, MOST_ONCE))
        return reach

    def _reach(self) -> Reach:
        search, ports = self._search, self._search.map.ports
        asked = sorted(port for port in self.view.ranged if port in ports and port in self.view.asks)
        seen = [self.view.asks[port][-1] for port in asked]
        return Reach(
            ports,
            seen or [self._not_asked(self._pace.clock.time())],
            coverage(self._known.chart, self._pace.complete_in),
            refused=search.refused,
            passes=search.passes_without(outcome.target.port for outcome in seen if kept_back(outcome)),
            suspect=search.suspect,
            confirmed=search.confirmed,
            credible=search.credible,
            unexplained=search.unexplained or any(outcome.state is State.FILTERED for outcome in seen),
            lossy=search.loss.needed is None,
            own_probing=self._paused,
            exempt=search.exempt,
            again=sum(map(_is_answered_again, (self.view.asks[port] for port in asked))),
        )

    def _remember(self) -> None:
        sampled = [self.view.asks[port][-1] for port in self.view.sampled]
        self._known.count_round(sampled, self._pace.clock.time())
        others = (port for port in self.view.asks if port not in self.view.ranged)
        self._known.answered = frozenset(port for port in others if self.view.opened(port))

    def _not_asked(self, now: float) -> Outcome:
        target = Target(self.view.address or self.view.name, self._search.map.ports[0])
        return Outcome(target, State.LOCAL_FAULT, Phase.CONNECT, now, 0.0, detail="not asked in this round")


def _is_answered_again(outcomes: Sequence[Outcome]) -> bool:
    """Silent at first, and not when asked again."""
    return outcomes[-1].state is not State.FILTERED and any(each.state is State.FILTERED for each in outcomes)
