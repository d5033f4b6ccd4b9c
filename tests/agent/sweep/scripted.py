"""An engine that answers from a script, on a held clock."""

import asyncio
import contextlib
import socket
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from agent.ground.ports import PortSet
from agent.report.swept import Swept
from agent.sweep.order import Order
from agent.sweep.sweep import sweep
from probes.engine.engine import Done, Engine
from probes.icmp import words
from probes.outcome import Outcome, Target
from probes.state import Phase, State
from probes.wire.icmp import Icmp
from tests.held import HeldClock

ADDRESS = "192.0.2.1"
RTT = 0.01  # seconds
PROHIBITED = Icmp(4, 3, 13, "198.51.100.1")

HOST_UNREACHABLE = Icmp(4, 3, 1, "198.51.100.1")

# What a port shows when it is asked for the n-th time (from 0), so many seconds after the beginning.
Script = Callable[[int, int, float], State | Icmp]


class Asked(NamedTuple):
    """An attempt; `at` in seconds since the beginning."""

    at: float
    port: int


class Scripted(Engine):
    """Silence takes the whole deadline, everything else RTT."""

    def __init__(self, clock: HeldClock, script: Script) -> None:
        super().__init__(utc=clock.time)
        self.asked: list[Asked] = []
        self.most = 0
        self._counts: Counter[int] = Counter()
        self._clock, self._script, self._began = clock, script, clock.monotonic()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def in_flight(self) -> int:
        return len(self._tasks)

    def submit(self, target: Target, done: Done) -> None:
        task = asyncio.create_task(self._answer(target, done))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self.most = max(self.most, len(self._tasks))

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()

    def times(self, port: int) -> list[float]:
        return [asked.at for asked in self.asked if asked.port == port]

    async def _answer(self, target: Target, done: Done) -> None:
        at, started = self._clock.monotonic() - self._began, self._clock.time()
        shown = self._script(target.port, self._counts[target.port], at)
        self._counts[target.port] += 1
        state = State.REJECTED if isinstance(shown, Icmp) else shown
        self.asked.append(Asked(at, target.port))
        seconds = target.timeout if state is State.FILTERED else RTT
        await self._clock.sleep(seconds)
        icmp = PROHIBITED if shown is State.REJECTED else shown if isinstance(shown, Icmp) else None
        detail = f"as scripted: {state}" if icmp is None else words(icmp)
        done(Outcome(target, state, Phase.CONNECT, started, seconds, icmp=icmp, detail=detail), _no_socket())


def _no_socket() -> socket.socket | None:
    return None


def order(ports: str, pace: int | None = 100, deadline: float = 1.2, address: str = ADDRESS) -> Order:
    return Order(address, PortSet.parse(ports), pace, deadline)


class Swept1(NamedTuple):
    """What was found at the one address, and how it was asked."""

    found: Swept
    engine: Scripted


async def swept(script: Script, ports: str, pace: int | None = 100) -> Swept1:
    clock = HeldClock()
    engine = Scripted(clock, script)
    with contextlib.closing(engine):
        found = await clock.run(sweep(engine, [order(ports, pace)], clock))
    return Swept1(found[0], engine)


def upper_half(port: int, _: int, __: float) -> State:
    """Below 50032 everything refuses, above that everything is silent."""
    return State.CLOSED if port < 50032 else State.FILTERED
