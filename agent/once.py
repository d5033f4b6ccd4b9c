"""`probe once`: every path once."""

from agent.asking import asking, findings, naming, surveys
from agent.clock import SystemClock
from agent.ledger import Ledger
from agent.log import log
from agent.report.document import Run
from agent.schedule import once
from agent.setup import Setup
from agent.survey.manners import Manners


async def run_once(setup: Setup, samples: int) -> Run:
    """Ask every path of the plan at the same time, and wait for all verdicts."""
    clock = SystemClock()
    schedule = setup.config.schedule
    manners = Manners.once(schedule.timeout, schedule.interval, samples)
    started, began = clock.time(), clock.monotonic()
    ledger = Ledger(setup.paths, clock)
    names = naming(setup, clock)
    async with asking(clock) as (_, ask), names.meanwhile(_broken):
        surveyed = surveys(setup.paths, manners, ask, clock, ledger.record)
        await once(surveyed)
    results, seconds = ledger.results(), clock.monotonic() - began
    return Run(
        setup.config.site, setup.source.name, started, seconds, results, [*findings(surveyed, results), *names.findings]
    )


def _broken(error: Exception) -> None:
    """Names are findings only: a fault of ours in them must not cost the verdicts."""
    log.error("the look at names broke", exc_info=error)
