"""The agent's rounds in a process of their own, as many as asked for, as fast as they go, and their ledger.

python -m tests.bench.rounds PEERS PORT      prints for each line that it is given: CPU seconds, and ports seen open

All that a round does is done: names, the knock, the judgement, the trail and the counters that metrics are made of.
Only the pace, which would have it wait, is another one.
"""

import asyncio
import gc
import sys
from time import process_time

from agent import asking as pacing
from agent.asking import asking, surveys
from agent.config.load import parse
from agent.found.ledger import Ledger
from agent.ground.clock import SystemClock
from agent.schedule import once
from agent.site.setup import Setup, set_up
from agent.site.topology import site_of
from agent.site.whoami import Machine, whoami
from agent.survey.manners import Manners
from agent.survey.survey import Survey
from agent.term.term import paths_of
from probes.state import State
from tests.bench.databases import HOST, site

WINDOW = 50  # peers whose rounds are made at the same time
UNPACED = 1_000_000  # attempts a second


def setup_of(peers: int, port: int) -> Setup:
    config = parse(site(peers, port), "bench")
    return set_up(config, whoami(site_of(config), Machine((), ()), HOST))


async def everyone_once(all_of_them: list[Survey]) -> None:
    for first in range(0, len(all_of_them), WINDOW):
        await once(all_of_them[first : first + WINDOW])


def open_attempts(ledger: Ledger) -> int:
    return sum(entry.attempts[State.OPEN] for entry in ledger.snapshot())


async def main(peers: int, port: int) -> None:
    setup, clock = setup_of(peers, port), SystemClock()
    ledger = Ledger(paths_of(setup, None), clock)
    schedule = setup.config.schedule
    manners = Manners.agent(schedule.timeout, schedule.interval, setup.config.rpc.samples)
    async with asking(clock) as (_, ask):
        all_of_them = surveys(setup.paths, manners, ask, clock, ledger.record)
        gc.freeze()  # as the agent does when it has started
        while await asyncio.to_thread(sys.stdin.readline):
            before, began = open_attempts(ledger), process_time()
            await everyone_once(all_of_them)
            seconds = process_time() - began
            print(seconds, open_attempts(ledger) - before, flush=True)


if __name__ == "__main__":
    pacing.RATE, pacing.BURST = UNPACED, UNPACED
    asyncio.run(main(*map(int, sys.argv[1:])))
