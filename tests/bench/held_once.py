"""In a namespace: `probe once` as a process of its own, whose attempts are counted. Prints a line of JSON.

A deadline is a time in which silent ports were waited for: silences that began together are one.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

from agent.cli.ring import ring
from agent.config.load import load
from agent.ground.path import Check
from agent.once import Wanted, run_once
from agent.site.setup import set_up
from agent.site.topology import site_of
from agent.site.whoami import Machine, whoami
from probes.state import State

TOGETHER = 1.0  # seconds; a deadline is longer


def deadlines(began: list[float]) -> int:
    count, last = 0, 0.0
    for moment in sorted(began):
        if moment - last > TOGETHER:
            count, last = count + 1, moment
    return count


def main(file: str, host: str, samples: str) -> None:
    config = load(Path(file))
    setup = set_up(config, whoami(site_of(config), Machine((), ()), host)).only(
        lambda path: path.check is Check.RPC_RANGE
    )
    began = time.perf_counter()
    run = asyncio.run(run_once(setup, Wanted(int(samples), ring=ring(config))))
    seconds = time.perf_counter() - began
    (result,) = run.results
    outcomes = [outcome for address in result.addresses for outcome in address.outcomes]
    silent = [outcome.started for outcome in outcomes if outcome.state is State.FILTERED]
    told = {
        "seconds": seconds,
        "attempts": len(outcomes),
        "deadlines": deadlines(silent),
        "verdict": result.verdict,
        "evidence": result.judgement.evidence,
        "blocked": result.judgement.blocked.texts(),
        "confirmed": result.judgement.confirmed,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
