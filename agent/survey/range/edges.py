"""The search of a round for the edges of what is shut, and whether our asking made a device shun us."""

import asyncio
from collections.abc import Callable, Sequence

from agent.judge.silence import Control
from agent.survey.range.asker import Asker, Pace
from agent.survey.range.known import RangeMemory
from agent.survey.range.shunned import Shunned


class Edges:
    """Of one address."""

    def __init__(self, asker: Asker, shunned: Shunned, known: RangeMemory, pace: Pace) -> None:
        self._asker = asker
        self._shunned = shunned
        self._known = known
        self._search = known.search
        self._pace = pace

    @property
    def _now(self) -> float:
        return self._pace.clock.monotonic()

    async def find(self, beside: int, is_sampling: Callable[[], bool]) -> bool:
        """Whether our asking seems to have made a device shun us.

        `beside`: attempts that the round spent beside its sample; `is_sampling`: ports of it are still to be asked, and
        may give something to search for.
        """
        effort = self._pace.effort
        left, until = effort.left - max(beside, effort.anchor), self._pace.began + effort.seconds
        if not self._asker.hears():  # nor will it be heard when asked again
            return False
        while left > 0 and self._now < until:
            began, controls = self._now, self._shunned.controls()
            room = min(left, effort.at_once, self._pace.room() - 1)  # a control goes with them
            ports = self._search.wave(left, max(1, room), controlled=bool(controls), exact=effort.exact)
            again = self._asker.asked_at(ports) + effort.spacing
            if (not ports and not is_sampling()) or (room <= 0 and not effort.between) or again >= until:
                return False
            if ports and room > 0:
                left -= len(ports) + 1
                await self._until(again)
                if await self._wave(ports, controls):
                    return True
            await self._until(min(until, began + effort.between))
        return False

    async def _wave(self, ports: Sequence[int], controls: Sequence[int]) -> bool:
        """Ask them, and a control behind them. Whether our asking seems to have made a device shun us."""
        asker = self._asker
        beside = asker.alike(ports) or [port for port in controls if port not in ports][:1]
        outcomes, control = await asyncio.gather(
            asyncio.gather(*map(asker.ask, ports)), asyncio.gather(*map(asker.ask_control, beside))
        )
        if not set(ports) <= self._search.rechecked:
            self._known.searched_at = self._now
        found = asker.control(control[0]) if control else None
        asker.take(outcomes, found)
        return found is Control.SILENT and await self._shunned.by_now(controls)

    async def shunned_by_sample(self) -> bool:
        """A whole sample at once may be too much for a device already."""
        at_once = self._pace.complete_in is None and any(map(self._asker.view.is_silent, self._asker.view.ranged))
        return at_once and await self._shunned.by_now()

    async def _until(self, moment: float) -> None:
        if moment > self._now:
            await self._pace.clock.sleep(moment - self._now)
