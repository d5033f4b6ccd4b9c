"""Haste: somebody waits for what a survey finds out, and it asks as fast as the peer can bear."""

import asyncio
from math import inf

from agent.ground.clock import Clock, sleep_or
from agent.survey.budget import Budget
from agent.survey.manners import MOST_ONCE


class Hurry:
    """Of one peer."""

    def __init__(self, clock: Clock, budget: Budget) -> None:
        self._clock = clock
        self._budget = budget
        self._until = -inf  # monotonic
        self._spent_before = 0  # range attempts
        self._news = asyncio.Event()

    def begin(self, until: float) -> None:
        """Or go on, until then (monotonic). Whoever sleeps here wakes."""
        if not self.is_on:
            self._spent_before = self._budget.spent
        self._until = max(self._until, until)
        self._news.set()
        self._news = asyncio.Event()

    @property
    def is_on(self) -> bool:
        return self._clock.monotonic() < self._until

    @property
    def left(self) -> int:
        """How many more range attempts there may be for its sake."""
        return max(0, MOST_ONCE - (self._budget.spent - self._spent_before))

    async def sleep(self, seconds: float) -> None:
        """Or until somebody is in a hurry."""
        if seconds > 0:
            await sleep_or(self._news, seconds, self._clock)
