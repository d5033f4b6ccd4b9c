"""`probe once`: every path once."""

import asyncio
from collections.abc import Callable

from agent.asking import asking, findings, naming, surveys
from agent.clock import SystemClock
from agent.ledger import Ledger
from agent.log import log
from agent.report.document import Run
from agent.schedule import once
from agent.setup import Setup
from agent.survey.manners import Manners
from agent.survey.survey import Survey

EVERY_ONE = 200  # ports of a range that are all asked when a person named them


def samples_of(setup: Setup) -> int:
    """As configured; but a short part of a range that a person asked for is asked whole."""
    parts = {len(path.ports) for path in setup.paths if path.within}
    return max((size for size in parts if size <= EVERY_ONE), default=setup.config.rpc.samples)


async def run_once(
    setup: Setup, samples: int, *, exact: bool = True, interrupted: Callable[[Run], None] | None = None
) -> Run:
    """Ask every path of the plan at the same time, and wait for all verdicts.

    `exact`: search for the edges of ranges. `interrupted` is given what is known when this is cancelled.
    """
    clock = SystemClock()
    schedule = setup.config.schedule
    manners = Manners.once(schedule.timeout, schedule.interval, samples, exact=exact)
    started, began = clock.time(), clock.monotonic()
    ledger = Ledger(setup.paths, clock)
    names = naming(setup, clock)
    surveyed: list[Survey] = []

    def so_far() -> Run:
        results, seconds = ledger.results(), clock.monotonic() - began
        told = [*findings(surveyed, results), *names.findings]
        return Run(setup.config.site, setup.source.name, started, seconds, results, told)

    try:
        async with asking(clock) as (_, ask), names.meanwhile(_broken):
            surveyed += surveys(setup.paths, manners, ask, clock, ledger.record)
            await once(surveyed)
    except asyncio.CancelledError:
        if interrupted is not None:
            interrupted(so_far())
        raise
    return so_far()


def _broken(error: Exception) -> None:
    """Names are findings only: a fault of ours in them must not cost the verdicts."""
    log.error("the look at names broke", exc_info=error)
