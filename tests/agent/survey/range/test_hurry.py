"""Somebody waits: for how long, for how many attempts, and whom it wakes."""

import asyncio

from agent.survey.budget import Budget
from agent.survey.range.hurry import Hurry
from tests.held import HeldClock


def hurry() -> tuple[Hurry, Budget, HeldClock]:
    clock = HeldClock()
    budget = Budget(clock)
    return Hurry(clock, budget), budget, clock


async def test_it_lasts_until_it_is_over() -> None:
    made, _, clock = hurry()
    assert not made.is_on
    made.begin(clock.monotonic() + 10.0)
    await clock.advance(9.0)
    assert made.is_on
    made.begin(clock.monotonic() + 0.5)  # the first one waits for longer
    await clock.advance(0.9)
    assert made.is_on
    await clock.advance(0.2)
    assert not made.is_on


async def test_what_it_may_spend_is_counted_from_its_beginning() -> None:
    made, budget, clock = hurry()
    budget.note()
    made.begin(clock.monotonic() + 10.0)
    assert made.left == 246
    budget.note()
    made.begin(clock.monotonic() + 20.0)
    assert made.left == 245
    for _ in range(300):
        budget.note()
    assert made.left == 0
    await clock.advance(30.0)
    made.begin(clock.monotonic() + 10.0)
    assert made.left == 246


async def test_whoever_sleeps_wakes_when_it_begins_or_when_he_wanted_to() -> None:
    made, _, clock = hurry()
    woken: list[float] = []

    async def sleep(seconds: float) -> None:
        await made.sleep(seconds)
        woken.append(clock.monotonic() - 1000.0)

    tasks = [asyncio.create_task(sleep(seconds)) for seconds in (5.0, 60.0, 0.0, -1.0)]
    await clock.advance(20.0)
    assert woken == [0.0, 0.0, 5.0]
    made.begin(clock.monotonic() + 1.0)
    await clock.advance(0.0)
    assert woken == [0.0, 0.0, 5.0, 20.0]
    again = asyncio.create_task(sleep(7.0))  # one that began before wakes nobody who sleeps now
    await clock.advance(7.0)
    assert woken[-1] == 27.0
    await asyncio.gather(*tasks, again)
