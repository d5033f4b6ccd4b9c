"""Every port of one address once, many at a time.

A sweep at full speed has some 30 µs for a port, system calls included. So there is no task for a port, and what the
engine's callback leaves is taken up in batches.
"""

import asyncio
import socket
from array import array
from collections.abc import Sequence

from agent.dynamic.observed import Observed
from agent.dynamic.portmap import LEAST_UNIT, PortMap
from agent.ground.clock import Clock
from agent.ground.ports import LAST_PORT
from agent.sweep.order import Order, Tally
from agent.sweep.watch import Watch
from probes.engine.engine import Engine
from probes.engine.pace import Pace
from probes.outcome import Outcome
from probes.sockets import close_politely
from probes.state import State

BATCH = 256  # ports begun in one turn of the loop, at full speed
UNHEARD = 2 * BATCH  # in flight; if there are more, nobody answers at once, and the next batch waits
# Seconds: 12,000 a second. Linux repeats unanswered SYNs in bursts, all of what began within 32 or 64 ms, and its own
# queues hold 1,000 packets: repetitions beyond are lost before they leave, which looks like a firewall of this host's.
BREATH = BATCH / 12_000
BURST = 0.05  # seconds' worth of a pace that may leave at once
NAP = 0.01  # seconds, between two looks at whether there is room
EVERY = 2.0  # seconds between two looks at whether the address still answers, at most
FLYING = 255  # of a port's byte, while it is asked


class Volley:
    """`states` and `began` are by port: a byte of `Observed` or FLYING, and when it was asked, in the clock's time."""

    def __init__(self, engine: Engine, order: Order, watch: Watch, tally: Tally, clock: Clock) -> None:
        self._engine, self._order, self._watch, self._tally, self._clock = engine, order, watch, tally, clock
        self.states = watch.states
        self.began = array("d", bytes(8 * (LAST_PORT + 1)))
        self.asked = 0
        self.all_asked = asyncio.Event()
        self._flying = 0
        self._ended: list[Outcome] = []
        self._faults: list[int] = []
        self._looking: asyncio.Task[object] | None = None
        self._look_at = 0.0
        self._breath = 0.0
        self._window = engine.capacity  # the few that are asked beside have room in the engine's reserve
        self._batch = 1 if order.pace else min(BATCH, self._window)
        self._bucket = _bucket(order.pace, clock) if order.pace else None

    async def run(self) -> None:
        """To the end, or until the watch says that something shuns us. What we failed to ask is asked once more."""
        try:
            await self._ask(self._order.sample())
            await self._clock.sleep(0)
            self._take_up()
            await self._ask(self._order.rest(self.states))
            self.all_asked.set()
            await self._land()
            faults, self._faults = self._faults, []
            if len(faults) <= len(self._order.ports) // 2 and not self._watch.shunned:
                await self._ask(faults)
                await self._land()
        finally:
            self._stop()

    def seen(self, *, presumed: bool = False) -> bytes:
        """One byte of `Observed` a port, in the order of the range. `presumed`: what is in flight stays silent."""
        flying = bytes([Observed.SILENT if presumed else Observed.UNTESTED])
        parts = (self.states[first : last + 1] for first, last in self._order.ports.intervals)
        return b"".join(parts).replace(bytes([FLYING]), flying)

    def map(self, *, presumed: bool = False) -> PortMap:
        """As it would be had all been seen now: a sweep does not ask how old something is."""
        states = self.seen(presumed=presumed)
        stamps = array("H", [1 if state else 0 for state in states])
        return PortMap.of(self._order.ports, LEAST_UNIT, (self._clock.time(), states, stamps))

    def forget_since(self, moment: float) -> int:
        """What did not answer when asked since then (the clock's time) shows nothing. How many ports that were."""
        mute = (Observed.SILENT, Observed.REFUSED, FLYING)
        forgotten = [port for port in self._order.ports if self.began[port] >= moment and self.states[port] in mute]
        for port in forgotten:
            self.states[port] = Observed.UNTESTED
        return len(forgotten)

    async def _ask(self, ports: Sequence[int]) -> None:
        for first in range(0, len(ports), self._batch):
            await (self._bucket.take() if self._bucket else self._breathe())
            await self._room()
            if self._watch.shunned:
                break
            self._begin(ports[first : first + self._batch])

    async def _breathe(self) -> None:
        """At full speed: let the loop turn, and longer where what was asked has not been answered by then."""
        await self._clock.sleep(0)
        if self._flying > UNHEARD:
            await self._clock.sleep(max(0.0, self._breath - self._clock.monotonic()))
        self._breath = self._clock.monotonic() + BREATH

    async def _room(self) -> None:
        """Wait until there is room for more in flight, and it is clear that the address still answers."""
        self._take_up()
        self._look()
        while self._flying + self._batch > self._window or self._watch.in_doubt:
            await self._clock.sleep(NAP)
            self._take_up()

    def _begin(self, ports: Sequence[int]) -> None:
        """The moment noted is when the last of them has left: none was asked later."""
        self._flying += len(ports)
        self.asked += 0 if self.all_asked.is_set() else len(ports)
        submit, target, done = self._engine.submit, self._order.target, self._done
        for port in ports:
            self.states[port] = FLYING
            submit(target(port), done)
        now = self._clock.monotonic()
        for port in ports:
            self.began[port] = now

    def _done(self, outcome: Outcome, sock: socket.socket | None) -> None:
        if sock is not None:
            close_politely(sock)
        self._ended.append(outcome)
        self._flying -= 1

    def _take_up(self) -> None:
        ended, self._ended = self._ended, []
        for outcome in ended:
            port, state = outcome.target.port, outcome.state
            self.states[port] = self._tally.add(outcome) or Observed.UNTESTED
            if state is State.LOCAL_FAULT:
                self._faults.append(port)

    def _look(self) -> None:
        """Begin to look whether the address still answers, if it is time and something has answered at all."""
        now = self._clock.monotonic()
        busy = self._watch.shunned or not (self._looking is None or self._looking.done())
        if now >= self._look_at and self._watch.can_look and not busy:
            self._look_at = now + min(EVERY, self._order.deadline)
            self._looking = asyncio.create_task(self._watch.look())

    async def _land(self) -> None:
        """Until nothing is in flight; with one more look at least, beside what was asked last."""
        self._look_at = 0.0
        await self._clock.sleep(0)
        self._take_up()
        self._look()
        while self._flying and not self._watch.shunned:
            await self._clock.sleep(NAP)
            self._take_up()
            self._look()
        if self._looking is not None:
            await self._looking

    def _stop(self) -> None:
        self.all_asked.set()
        self._take_up()
        if self._looking is not None:
            self._looking.cancel()


def _bucket(pace: int, clock: Clock) -> Pace:
    return Pace(pace, max(1, int(pace * BURST)), clock.monotonic, clock.sleep)
