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
from agent.survey.manners import ANCHOR, SHORTEST, Effort
from agent.survey.memory import Memory
from agent.survey.range.anchor import look_for_anchor
from agent.survey.range.known import CompleteIn, RangeMemory, coverage, exempt_from
from agent.survey.silence import LATE
from agent.survey.view import View
from probes.outcome import Outcome, Target
from probes.state import Phase, State

Knock = Callable[[int], Awaitable[Outcome]]  # at a port of the address in question

KINDS = {True: Observed.CLOSED, False: Observed.REFUSED}  # what answers alike, by whether an RST is the host's own
SHUNNED, TIMES = 2, 3  # ports that answered before and are silent at the same time, so often in a row
ANCHORED = 55.0  # seconds that it stands whose the RSTs are: it is asked once a minute, or each longer round
STALE = 180.0  # and no longer than this, where a round has no room to ask
SOON = 60.0  # seconds after a search in which silence may come from it


@dataclass(slots=True)
class Pace:
    """What a round has to go by. `room`: how many attempts may leave right now; `began`: monotonic."""

    clock: Clock
    effort: Effort
    began: float
    room: Callable[[], int]
    complete_in: CompleteIn | None  # None: there is but one round


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
        self._paused = known.is_paused(pace.clock.time())  # also if it ends in the middle of the round
        self._asked_at: dict[int, float] = {}  # port → monotonic
        self._witnesses: dict[int, Observed] = {}  # ports that reset or refused last, the newest one last
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

    async def explore(self, registered: frozenset[int], named: frozenset[int]) -> None:
        """Find out whose the RSTs are, and search.

        `registered`: where services of this address are; `named`: where its mapper said so in this round.
        """
        if await self._is_shunned_since_search():
            self._pause()
        if self._paused or not self._due:
            return
        self._search.exempt = exempt_from(registered, self._search.map.ports)
        await self._look_for_anchor(registered, named)
        self._prepared = True
        self._take_others()
        self._take_sample(Control.ANSWERED if self._accepts_meanwhile() else None)
        if await self._find_edges() or await self._is_shunned_by_sample():
            self._pause()

    async def _look_for_anchor(self, registered: frozenset[int], named: frozenset[int]) -> None:
        """Where somebody resets, or a person asks about a part; elsewhere nobody's answers depend on it."""
        resets = any(outcome.state is State.CLOSED for outcome in self._unheard) or bool(self._within)
        if not resets and (Observed.CLOSED not in self._search.map.states or self._known.silent_rounds):
            self._search.trust(False)
        elif self._now - self._known.anchored_at >= ANCHORED and await self._is_there_room(ANCHOR):
            self._known.anchored_at = self._now
            around = self._search.map.ports | self._within
            found = await look_for_anchor(around, registered, named, self._ask, self.view.opened)
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
        if not self._hears():
            return
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

    def _accepts_meanwhile(self) -> bool:
        """Whether a port accepted at the same time as the sample was asked: then it was asked all at once."""
        accepted = (
            got[-1].state is State.OPEN for port, got in self.view.asks.items() if port not in self.view.sampled
        )
        return self._pace.complete_in is None and any(accepted)

    def _digest(self, outcomes: Sequence[Outcome], control: Control | None) -> None:
        wave = {outcome.target.port: observed(outcome) for outcome in outcomes}
        counts = all(outcome.target.timeout >= SHORTEST for outcome in outcomes)
        self._search.saw(wave, control, self._pace.clock.time(), counts=counts)
        for port, seen in wave.items():
            self._witnesses.pop(port, None)
            if seen is Observed.CLOSED or seen is Observed.REFUSED:
                self._witnesses[port] = seen

    async def _find_edges(self) -> bool:
        """Whether our asking seems to have made a device shun us."""
        effort = self._pace.effort
        if not self._hears():  # nor will it be heard when asked again
            return False
        anchor = len(self.view.ranged - {port for _, port in self._due})
        left = effort.left - max(anchor, effort.anchor)
        until = self._pace.began + effort.seconds
        while left > 0 and self._now < until:
            began, controls = self._now, self._controls()
            room = min(left, effort.at_once, self._pace.room() - 1)  # a control goes with them
            ports = self._search.wave(left, max(1, room), controlled=bool(controls), exact=effort.exact)
            again = max((self._asked_at.get(port, 0.0) for port in ports), default=0.0) + effort.spacing
            if (not ports and not self._is_sampling()) or (room <= 0 and not effort.between):
                return False
            if ports and room > 0 and again < until:
                left -= len(ports) + 1
                await self._until(again)
                if await self._wave(ports, controls):
                    return True
            await self._until(min(until, began + effort.between))
        return False

    def _is_sampling(self) -> bool:
        """Whether ports of the sample are still to be asked, and may give something to search for."""
        return len(self.view.sampled) < len(self._due)

    async def _wave(self, ports: Sequence[int], controls: Sequence[int]) -> bool:
        """Ask them, and a control behind them. Whether our asking seems to have made a device shun us."""
        beside = self._alike(ports) or [port for port in controls if port not in ports][:1]
        outcomes, control = await asyncio.gather(
            asyncio.gather(*map(self._ask, ports)), asyncio.gather(*map(self._ask_control, beside))
        )
        if not set(ports) <= self._search.rechecked:
            self._known.searched_at = self._now
        found = self._control(control[0]) if control else None
        self._digest(outcomes, found)
        return found is Control.SILENT and await self._is_shunned(controls[:SHUNNED])

    def _alike(self, ports: Sequence[int]) -> list[int]:
        """A port that would answer as those do whose silence is in question: a host or a device may limit its answers.

        It resets where RSTs are the host's own, and is refused elsewhere.
        """
        wanted = KINDS[self._search.credible]
        return [port for port, seen in reversed(self._witnesses.items()) if seen is wanted and port not in ports][:1]

    async def _ask_control(self, port: int) -> Outcome:
        """Of the range only if nothing else is known to answer alike."""
        return await (self._ask(port) if port in self._search.map.ports else self._knock(port))

    def _control(self, outcome: Outcome) -> Control | None:
        """None: it says nothing of loss."""
        seen = observed(outcome)
        if seen is Observed.SILENT:
            return Control.SILENT
        if seen is None or (seen is not Observed.OPEN and outcome.target.port not in self._witnesses):
            return None
        return Control.LATE if outcome.connect_seconds >= LATE else Control.ANSWERED

    async def _is_shunned_by_sample(self) -> bool:
        """A whole sample at once may be too much for a device already."""
        at_once = self._pace.complete_in is None and any(map(self.view.is_silent, self.view.ranged))
        return at_once and await self._is_shunned(self._controls()[:SHUNNED])

    async def _is_shunned(self, controls: Sequence[int]) -> bool:
        """Whether two ports that answered before are both silent, also when asked again and again; not by mere loss."""
        if len(controls) < SHUNNED or self._search.loss.needed is None:
            return False
        for _ in range(TIMES):
            outcomes = await asyncio.gather(*map(self._knock, controls))
            if any(outcome.state is not State.FILTERED for outcome in outcomes):
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
        self._known.pause(self._pace.clock.time())

    def _controls(self) -> list[int]:
        """Ports that answered last; first those that still do, and are not in the range, which bears only so much."""
        ports = self._search.map.ports
        answering = self._memory.answering(self.view.address or "")
        return sorted(answering, key=lambda port: (self.view.is_silent(port), port in ports))

    async def _until(self, moment: float) -> None:
        if moment > self._now:
            await self._pace.clock.sleep(moment - self._now)

    async def _ask(self, port: int) -> Outcome:
        self.view.ranged.add(port)
        self._asked_at[port] = self._now
        return await self._knock(port)

    def end(self) -> Reach:
        """What it came to. Nothing is asked any more."""
        if not self._due and not self._paused and self._known.reach is not None:
            return self._known.reach  # it was not its turn
        self._remember()
        self._known.reach = self._reach()
        return self._known.reach

    def _reach(self) -> Reach:
        search, ports = self._search, self._search.map.ports
        asked = sorted(port for port in self.view.ranged if port in ports and port in self.view.asks)
        seen = [self.view.asks[port][-1] for port in asked]
        return Reach(
            ports,
            seen or [self._not_asked(self._pace.clock.time())],
            coverage(self._known, self._pace.complete_in),
            refused=search.refused,
            passes=search.passes,
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
