"""`probe`, with a thread beside it that writes what the process has: `python -m tests.scale.observed FILE run ...`.

A line of JSON every few seconds, so that what no metric says can be watched over time, too: tasks, and memory as
Python's own allocator counts it. Nothing of the agent is changed.
"""

import asyncio
import gc
import json
import sys
import threading
import time
from itertools import count
from pathlib import Path

import psutil

from agent.cli import main
from tests.scale.listeners import descriptors, held

EVERY = 2.0  # seconds
COLLECTED = 5  # looks from one search for cycles to the next; what waits for one would hide what stays
FIRST, LAST = 20_000, 20_007  # as `tests.lab.scraped` has the range

_loops: list[asyncio.AbstractEventLoop] = []


def observe(file: Path) -> None:
    """From now on, until the process ends."""
    run_forever = asyncio.BaseEventLoop.run_forever

    def noted(loop: asyncio.BaseEventLoop) -> None:
        _loops.append(loop)
        run_forever(loop)

    asyncio.BaseEventLoop.run_forever = noted  # type: ignore[method-assign, assignment]
    threading.Thread(target=_write, args=(file,), daemon=True).start()


def _write(file: Path) -> None:
    process, began, blocks = psutil.Process(), time.monotonic(), 0
    with file.open("w", encoding="ascii", buffering=1) as lines:
        for look in count():
            time.sleep(EVERY)
            if look % COLLECTED == 0:
                gc.collect()
                blocks = sys.getallocatedblocks()
            counted = {"seconds": time.monotonic() - began, "blocks of memory": blocks, **_counted(process)}
            lines.write(json.dumps(counted) + "\n")


def _counted(process: psutil.Process) -> dict[str, float]:
    return {
        "resident memory": process.memory_info().rss,
        "descriptors": descriptors(),
        "tasks": sum(len(asyncio.all_tasks(loop)) for loop in _loops),
        "threads": process.num_threads(),
        "listeners": held("self", FIRST, LAST),
    }


if __name__ == "__main__":
    observe(Path(sys.argv.pop(1)))
    main()
