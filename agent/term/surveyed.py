"""The rounds of all peers, as one configuration follows another: who stays as he is does not notice."""

import asyncio
from collections.abc import Callable, Sequence

from agent.asking import RATE
from agent.ground.clock import Clock
from agent.ground.path import Check
from agent.log.log import log
from agent.site.setup import Setup
from agent.store.kept import Kept, RangesOf
from agent.survey.manners import Manners, samples_of_each
from agent.survey.survey import Survey
from probes.aside import aside

LONGEST = 30.0  # seconds that the disk may take
REMEMBERED = 60.0  # seconds for which it counts what somebody had to bear who is not asked any more

New = Callable[[Setup, Manners, bool], list[Survey]]


class Surveyed:
    """`new` makes the surveys of a configuration, one for each peer; the last argument is whether there is a key."""

    def __init__(self, new: New, kept: Kept, clock: Clock) -> None:
        self.now: list[Survey] = []
        self._new = new
        self._kept = kept
        self._clock = clock
        self._left: dict[str, tuple[Survey, float]] = {}  # by peer: who was taken out lately, and when (monotonic)

    def of(self, setup: Setup, *, meets_agents: bool) -> list[Survey]:
        """Of which nothing is known yet."""
        config = setup.config
        window, schedule = config.rpc.coverage_window, config.schedule
        manners = Manners.agent(schedule.timeout, schedule.interval, _samples(setup), window=window)
        return self._new(setup, manners, meets_agents)

    async def coming(self, setup: Setup, *, meets_agents: bool) -> list[Survey]:
        """With what was kept of peers that are new. TimeoutError when the disk does not answer."""
        made, known = self.of(setup, meets_agents=meets_agents), self._known()
        unknown = [RangesOf(survey) for survey in made if survey.peer not in known]
        async with asyncio.timeout(LONGEST):
            await aside(lambda: self._kept.restore(unknown), "restore")
        return made

    def follow(self, coming: Sequence[Survey]) -> None:
        """They come into force. Whoever has the same survey as before keeps it; a new one goes on from what it was.

        So does one of a peer that was taken out a short time ago: a mistake, and undone.
        """
        known, peers = self._known(), {survey.peer for survey in coming}
        self.now = [_succeeding(known[each.peer][0] if each.peer in known else None, each) for each in coming]
        self._left = {peer: gone for peer, gone in known.items() if peer not in peers}

    def _known(self) -> dict[str, tuple[Survey, float]]:
        """By peer, and since when they are not asked any more, at the earliest."""
        now = self._clock.monotonic()
        lately = {peer: gone for peer, gone in self._left.items() if now - gone[1] < REMEMBERED}
        return lately | {survey.peer: (survey, now) for survey in self.now}


def _samples(setup: Setup) -> int:
    """As many as are configured, unless so many peers are more than this process may ask in a round."""
    wanted, interval = setup.config.rpc.samples, setup.config.schedule.interval
    ranges = sum(path.check is Check.RPC_RANGE for path in setup.paths)
    samples = samples_of_each(wanted, ranges, interval, RATE)
    if samples < wanted:
        fields = {"samples": samples, "configured": wanted, "peers": ranges}
        log.warning("so many peers that fewer ports of each are sampled in a round", extra={"fields": fields})
    return samples


def _succeeding(before: Survey | None, survey: Survey) -> Survey:
    if before is None:
        return survey
    if before.is_like(survey):
        return before
    survey.go_on_from(before)
    return survey
