"""An hour's worth of rounds of two agents in a minute: scrapes, reloads and restarts of services, and what it leaves.

async with asyncio.timeout(...):
    series = await hour(tmp_path, rounds=60)
"""

import asyncio
import gc
import sys
import threading
from pathlib import Path

import psutil
import pytest

from tests.scale.fast import FastClock
from tests.scale.flat import Bound
from tests.scale.listeners import descriptors
from tests.scale.village import Resident, village

ROUND = 60.0  # seconds
SCRAPES = 3  # of each page, a round
EXTRA = range(40, 60)  # numbers of peers that come and go

# Over half an hour, in which each agent is loaded anew 15 times: what one round or one reload leaves is seen.
BOUNDS = {
    "descriptors": Bound(2),
    "tasks": Bound(3),
    "threads": Bound(1),
    "listeners": Bound(2),
    "blocks of memory": Bound(share=0.01),
}

Counts = dict[str, list[float]]


async def hour(folder: Path, rounds: int) -> tuple[Counts, list[Resident]]:
    """The counts after each round, and both agents as they were at the end. They have ended when this returns."""
    counts: Counts = {name: [] for name in BOUNDS}
    with pytest.MonkeyPatch.context() as patch:
        # An hour's connections would stand in the table at once, and reading it walks through every process.
        patch.setattr(psutil, "net_connections", lambda kind: [])
        clock = FastClock()
        async with village(folder, clock) as residents:
            for number in range(rounds):
                await _round(clock, residents, number)
                for name, value in _counted(residents).items():
                    counts[name].append(value)
    return counts, residents


async def _round(clock: FastClock, residents: list[Resident], number: int) -> None:
    for _ in range(SCRAPES):
        await clock.advance(ROUND / (SCRAPES + 1))
        for each in residents:
            await each.scrape()
    if number % 2:
        extra = EXTRA[number % len(EXTRA)] if number % 4 == 1 else None
        for each in residents:
            assert await each.reload(extra) == []
    if number % 7 == 3:
        for each in residents:
            each.restart_service()
    await clock.advance(ROUND / (SCRAPES + 1))


def _counted(residents: list[Resident]) -> dict[str, float]:
    gc.collect()
    return {
        "descriptors": descriptors(),
        "tasks": len(asyncio.all_tasks()),
        "threads": threading.active_count(),
        "listeners": sum(each.listeners for each in residents),
        "blocks of memory": sys.getallocatedblocks(),
    }
