"""`probe once`: every path once."""

from agent.asking import asking, findings, surveys
from agent.clock import SystemClock
from agent.report.document import Run
from agent.result import Result
from agent.schedule import once
from agent.setup import Setup
from agent.survey.manners import Manners


async def run_once(setup: Setup, samples: int) -> Run:
    """Ask every path of the plan at the same time, and wait for all verdicts."""
    clock = SystemClock()
    schedule = setup.config.schedule
    manners = Manners.once(schedule.timeout, schedule.interval, samples)
    started, began = clock.time(), clock.monotonic()
    results: dict[int, Result] = {}
    places = {id(path): place for place, path in enumerate(setup.paths)}

    def publish(result: Result) -> None:
        results[places[id(result.path)]] = result

    async with asking(clock) as (_, ask):
        surveyed = surveys(setup.paths, manners, ask, clock, publish)
        await once(surveyed)
    ordered = [results[place] for place in sorted(results)]
    seconds = clock.monotonic() - began
    return Run(setup.config.site, setup.source.name, started, seconds, ordered, findings(surveyed, ordered))
