"""Every address of a peer, one after the other."""

import asyncio
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from agent.dynamic.observed import Observed
from agent.dynamic.runs import SHUT
from agent.dynamic.search import Search
from agent.ground.clock import Clock
from agent.report.swept import Stopped, Swept
from agent.sweep.edges import Edges, search_of
from agent.sweep.order import Asker, Order, Tally
from agent.sweep.volley import Volley
from agent.sweep.watch import Watch
from probes.engine.engine import Engine

REFRESH = 0.1  # seconds between two tellings of how far it is


class Status(NamedTuple):
    """How far the sweep of an address is. `counts`: ports by what was seen."""

    address: str
    asked: int
    ports: int
    counts: dict[Observed, int]
    at_edges: bool


class AddressSweep:
    """One address, from the first port to the confirmed edges; what is known by then can be had at any time."""

    def __init__(self, engine: Engine, order: Order, clock: Clock) -> None:
        self._order, self._clock = order, clock
        self._tally = Tally()
        self._asker = Asker(engine, order, self._tally)
        self._watch = Watch(self._asker.check, clock)
        self._volley = Volley(engine, order, self._watch, self._tally, clock)
        self._edges: Edges | None = None

    async def run(self) -> None:
        sweeping = asyncio.create_task(self._volley.run())
        try:
            await self._volley.all_asked.wait()
            if not self._watch.shunned:
                self._edges = Edges(self._volley, sweeping, self._watch, self._order, self._asker, self._clock)
                await self._edges.confirm()
            await sweeping
        finally:
            sweeping.cancel()
            await asyncio.gather(sweeping, return_exceptions=True)

    @property
    def status(self) -> Status:
        states = self._volley.states
        counts = {seen: states.count(seen) for seen in Observed if seen}
        asked, at_edges = self._volley.asked, self._edges is not None
        return Status(self._order.address, asked, len(self._order.ports), counts, at_edges)

    def swept(self, stopped: Stopped | None = None) -> Swept:
        """What is known now. A port that the search had reason to forget is told as the sweep saw it."""
        forgotten = 0
        if self._watch.shunned:
            stopped = stopped or Stopped.OWN_PROBING
            forgotten = self._volley.forget_since(self._watch.last_good)
        found = self._edges.search if self._edges and not forgotten else None
        search = found or search_of(self._volley, self._watch, self._order, self._clock.time())
        states = bytes(newest or seen for newest, seen in zip(search.map.states, self._volley.seen(), strict=True))
        tally = self._tally
        return Swept(
            self._order.address,
            self._order.ports,
            states,
            self._volley.asked,
            tally.states,
            tally.refusals,
            tally.reasons.obstacles(self._order.ports, states),
            _edges(search),
            search.confirmed and stopped is None,
            stopped,
            forgotten,
        )


def _edges(search: Search) -> tuple[tuple[int, int], ...]:
    """Of what is silent or refused: the nearest known ports on both sides, next to one another or not."""
    ports = search.map.ports
    return tuple(
        (ports[one.last], ports[other.first])
        for one, other in pairwise(search.landscape.runs)
        if one.kind in SHUT or other.kind in SHUT
    )


async def sweep(
    engine: Engine, orders: Sequence[Order], clock: Clock, tell: Callable[[Status], None] | None = None
) -> list[Swept]:
    """To the end, until Ctrl-C (the task is cancelled), or until something shuns us: then nobody else is asked either.

    `tell` hears how far it is, ten times a second.
    """
    sweeps = [AddressSweep(engine, order, clock) for order in orders]
    stopped = None
    swept = []
    for each in sweeps:
        if stopped is None:
            stopped = await _run(each, clock, tell)
        swept.append(each.swept(stopped))
        stopped = swept[-1].stopped
    return swept


async def _run(sweep: AddressSweep, clock: Clock, tell: Callable[[Status], None] | None) -> Stopped | None:
    telling = asyncio.create_task(_tell(sweep, clock, tell)) if tell else None
    try:
        await sweep.run()
    except asyncio.CancelledError:
        return Stopped.INTERRUPTED
    finally:
        if telling is not None and tell is not None:
            telling.cancel()
            tell(sweep.status)
    return None


async def _tell(sweep: AddressSweep, clock: Clock, tell: Callable[[Status], None]) -> None:
    while True:
        tell(sweep.status)
        await clock.sleep(REFRESH)
