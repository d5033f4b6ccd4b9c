"""Whether what a round asks of one address has made a device shun us: see `agent.survey.shun` for the rule."""

import asyncio
from collections.abc import Sequence
from math import ceil

from agent.survey.memory import Memory
from agent.survey.range.asker import Knock, Pace
from agent.survey.range.known import RangeMemory
from agent.survey.shun import SOON, TIMES, TOGETHER, heard
from agent.survey.view import View
from probes.state import State


class Shunned:
    """`knock`: at a port of the address, whose answer is one of this round as any other."""

    def __init__(self, view: View, memory: Memory, known: RangeMemory, knock: Knock, pace: Pace) -> None:
        self._view = view
        self._memory = memory
        self._known = known
        self._knock = knock
        self._pace = pace

    def controls(self) -> list[int]:
        """Ports that answered last; first those that still do, and are not in the range, which bears only so much."""
        answering = self._memory.answering(self._view.address or "")
        return sorted(answering, key=lambda port: (self._view.is_silent(port), port in self._known.ports))

    async def by_now(self, controls: Sequence[int] | None = None) -> bool:
        """Whether two ports that answered before are both silent, also when asked again and again.

        As often, together, as a silence takes to be no mere loss.
        """
        asked, needed = (self.controls() if controls is None else controls)[:TOGETHER], self._known.loss.needed
        if len(asked) < TOGETHER or needed is None:
            return False
        return not await heard(asked, self._are_silent, self._wait, max(TIMES, ceil(needed / TOGETHER)))

    async def since_search(self) -> bool:
        """Whether ports of other checks that answered in the last round are silent, soon after a search."""
        if not self.may_be(self._pace.began):
            return False
        answered = sorted(self._known.answered)
        answered.sort(key=self._view.is_silent, reverse=True)
        return any(map(self._view.is_silent, answered)) and await self.by_now(answered)

    def may_be(self, now: float) -> bool:
        """Whether there was a search so short a time ago (monotonic) that silence may come from it."""
        searched = self._known.searched_at
        return searched is not None and now - searched <= SOON

    async def _are_silent(self, ports: Sequence[int]) -> list[bool]:
        outcomes = await asyncio.gather(*map(self._knock, ports))
        return [outcome.state is State.FILTERED for outcome in outcomes]

    async def _wait(self) -> None:
        await self._pace.clock.sleep(self._pace.effort.spacing)
