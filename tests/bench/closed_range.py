"""The engine on the yardstick's work: every port of a range once, each with a whole Outcome kept at the end.

python -m tests.bench.closed_range ADDRESS FIRST LAST WINDOW      prints: seconds open refused other
"""

import asyncio
import gc
import socket
import sys
import time
from collections import Counter

from probes.engine.choice import create
from probes.engine.engine import Engine
from probes.outcome import Outcome, Target
from probes.state import State


async def sweep(engine: Engine, targets: list[Target], window: int) -> list[Outcome]:
    """`window` at a time; the next one begins when one ends."""
    outcomes: list[Outcome] = []
    waiting = iter(targets)
    ended = asyncio.get_running_loop().create_future()

    def begin() -> None:
        target = next(waiting, None)
        if target is not None:
            engine.submit(target, done)

    def done(outcome: Outcome, sock: socket.socket | None) -> None:
        outcomes.append(outcome)
        if sock is not None:
            sock.close()
        begin()
        if len(outcomes) == len(targets):
            ended.set_result(None)

    for _ in range(window):
        begin()
    await ended
    return outcomes


async def main(address: str, first: int, last: int, window: int) -> None:
    targets = [Target(address, port) for port in range(first, last + 1)]
    engine = create(time.time)
    began = time.perf_counter()
    outcomes = await sweep(engine, targets, window)
    seconds = time.perf_counter() - began
    engine.close()
    states = Counter(outcome.state for outcome in outcomes)
    other = len(outcomes) - states[State.OPEN] - states[State.CLOSED]
    print(f"{seconds:.6f} {states[State.OPEN]} {states[State.CLOSED]} {other}")


if __name__ == "__main__":
    gc.freeze()
    asyncio.run(main(sys.argv[1], *map(int, sys.argv[2:5])))
