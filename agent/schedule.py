"""When: once, or round after round for ever. Both make the same round."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from math import inf

from agent.ground.clock import Clock
from agent.survey.manners import FLOOR
from agent.survey.survey import Survey

STAGGER = 0.1  # of the interval: the first rounds are spread over this
STARTS = 30.0  # rounds a second that begin, at most, as long as they fit: each begins with some five attempts at once
JITTER = 0.05  # of the interval, at most, once for each peer: agents that started together do not ask together
STANDSTILL = 1800.0  # seconds without a round that begins or ends; the longest search takes a fifth of that


async def once(surveys: Sequence[Survey]) -> None:
    """One round of every peer, all at the same time."""
    async with asyncio.TaskGroup() as group:
        for survey in surveys:
            group.create_task(survey.round())


class Rounds:
    """Rounds of every peer, in tasks of `group`, the first ones staggered. `random`: 0 to 1.

    A round that breaks is told to `broken`, and the next one comes: one peer must not cost us all the others.
    """

    def __init__(
        self,
        group: asyncio.TaskGroup,
        clock: Clock,
        random: Callable[[], float],
        skipped: Callable[[str], None],
        broken: Callable[[Survey, Exception], None],
    ) -> None:
        self._group = group
        self._clock = clock
        self._random = random
        self._skipped = skipped
        self._broken = broken
        self._tasks: dict[Survey, asyncio.Task[None]] = {}
        self._began: dict[str, float] = {}  # by peer, the newest round; monotonic
        self._due: dict[str, float] = {}  # and the next one
        self._moved = clock.monotonic()  # when a round last began or ended
        self._patience = STANDSTILL

    def follow(self, surveys: Sequence[Survey], interval: float) -> None:
        """These from now on, `interval` seconds apart. Those that are under way go on undisturbed, all others end.

        A peer that has a new survey is asked when it would have been, or an interval after its last round, if that is
        sooner: however often somebody changes something, its turn comes. Nobody is asked twice within `FLOOR` seconds.
        """
        for survey in [survey for survey in self._tasks if survey not in surveys]:
            self._tasks.pop(survey).cancel()
        self._moved, self._patience = self._clock.monotonic(), max(STANDSTILL, 10 * interval)
        now, new = self._clock.monotonic(), [survey for survey in surveys if survey not in self._tasks]
        self._forget({survey.peer for survey in surveys}, now)
        spread = min(interval, max(STAGGER * interval, len(new) / STARTS))
        for number, survey in enumerate(new):
            first = now + spread * number / len(new) + interval * JITTER * self._random()
            due = self._due[survey.peer] = self._next(survey.peer, first, interval)
            self._tasks[survey] = self._group.create_task(self._rounds(survey, due, interval))

    @property
    def go_on(self) -> bool:
        """Every peer has somebody who asks it, and not all of them wait for something that does not come.

        A task that was cancelled by mistake ends without a word, also to its group.
        """
        if any(task.done() for task in self._tasks.values()):
            return False
        return not self._tasks or self._clock.monotonic() - self._moved < self._patience

    def _next(self, peer: str, first: float, interval: float) -> float:
        """`first`: when a peer is asked that is quite new."""
        due, began = self._due.get(peer, inf), self._began.get(peer)
        if began is None:
            return min(due, first)
        return max(began + FLOOR, min(due, max(first, began + interval)) if peer in self._due else first)

    def _forget(self, but: Collection[str], now: float) -> None:
        """Whoever comes back soon was asked all the same."""
        for peer in self._due.keys() - but:
            del self._due[peer]
        for peer in [peer for peer, began in self._began.items() if peer not in but and now >= began + FLOOR]:
            del self._began[peer]

    async def _rounds(self, survey: Survey, due: float, interval: float) -> None:
        """Exactly so far apart: a round too early or too late repeats the sample of another, and leaves out its own."""
        clock, soonest, early = self._clock, self._began.get(survey.peer, -inf) + FLOOR, False
        while True:
            await _until_due(survey, max(due, soonest) if early else due, soonest, clock)
            early, soonest = clock.monotonic() < due, clock.monotonic() + FLOOR
            self._began[survey.peer], self._due[survey.peer] = clock.monotonic(), due if early else due + interval
            self._moved = clock.monotonic()
            try:
                await survey.round()
            except Exception as error:
                self._broken(survey, error)
            self._moved = clock.monotonic()
            if not early:
                due += interval
            while due + interval * early < clock.monotonic():  # one that came early has not taken its place
                self._skipped("overrun")
                due += interval
            self._due[survey.peer] = due


async def _until_due(survey: Survey, due: float, soonest: float, clock: Clock) -> None:
    """Until its round is due, or, when somebody waits for it, as soon as its peer can bear another one."""
    while True:
        at = soonest if survey.is_hurried else due
        if clock.monotonic() >= at:
            return
        await survey.sleep(at - clock.monotonic())
