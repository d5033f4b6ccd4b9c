"""When: once, or round after round for ever. Both make the same round."""

import asyncio
from collections.abc import Callable, Sequence

from agent.clock import Clock
from agent.survey.survey import Survey

JITTER = 0.05  # of the interval, each way: agents that started together drift apart


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
) -> None:
    """Rounds of every peer, `interval` seconds apart, the first ones staggered over a tenth of it. `random`: 0 to 1."""
    async with asyncio.TaskGroup() as group:
        for number, survey in enumerate(surveys):
            stagger = 0.1 * interval * number / len(surveys)
            group.create_task(_rounds(survey, stagger, interval, clock, random, skipped))


async def _rounds(
    survey: Survey,
    stagger: float,
    interval: float,
    clock: Clock,
    random: Callable[[], float],
    skipped: Callable[[str], None],
) -> None:
    due = clock.monotonic() + stagger
    while True:
        await clock.sleep(due - clock.monotonic() + random() * JITTER * interval)
        await survey.round()
        due += interval
        while due < clock.monotonic():
            skipped("overrun")
            due += interval
