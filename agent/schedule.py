"""When: once, or round after round for ever. Both make the same round."""

import asyncio
from collections.abc import Callable, Sequence
from math import inf

from agent.clock import Clock
from agent.survey.manners import FLOOR
from agent.survey.survey import Survey

STAGGER = 0.1  # of the interval: the first rounds are spread over this
JITTER = 0.05  # of the interval, at most, once for each peer: agents that started together do not ask together


async def once(surveys: Sequence[Survey]) -> None:
    """One round of every peer, all at the same time."""
    async with asyncio.TaskGroup() as group:
        for survey in surveys:
            group.create_task(survey.round())


async def forever(
    surveys: Sequence[Survey],
    interval: float,
    clock: Clock,
    random: Callable[[], float],
    skipped: Callable[[str], None],
    broken: Callable[[Survey, Exception], None],
) -> None:
    """Rounds of every peer, `interval` seconds apart, the first ones staggered. `random`: 0 to 1.

    Exactly so far apart: a round that comes early or late would repeat the sample of another one and leave out its own.
    A round that breaks is told to `broken`, and the next one comes: one peer must not cost us all the others.
    """
    async with asyncio.TaskGroup() as group:
        for number, survey in enumerate(surveys):
            wait = interval * (STAGGER * number / len(surveys) + JITTER * random())
            group.create_task(_rounds(survey, wait, interval, clock, skipped, broken))


async def _rounds(
    survey: Survey,
    wait: float,
    interval: float,
    clock: Clock,
    skipped: Callable[[str], None],
    broken: Callable[[Survey, Exception], None],
) -> None:
    due, soonest, early = clock.monotonic() + wait, -inf, False
    while True:
        await _until_due(survey, max(due, soonest) if early else due, soonest, clock)
        early, soonest = clock.monotonic() < due, clock.monotonic() + FLOOR
        try:
            await survey.round()
        except Exception as error:
            broken(survey, error)
        if not early:
            due += interval
        while due + interval * early < clock.monotonic():  # one that came early has not taken its place
            skipped("overrun")
            due += interval


async def _until_due(survey: Survey, due: float, soonest: float, clock: Clock) -> None:
    """Until its round is due, or, when somebody waits for it, as soon as its peer can bear another one."""
    while True:
        at = soonest if survey.is_hurried else due
        if clock.monotonic() >= at:
            return
        await survey.sleep(at - clock.monotonic())
