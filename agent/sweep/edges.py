"""The edges of what is silent or refused asked again, until each was seen often enough.

A silent port takes a deadline to be silent once more, and may be asked again a second after it was asked. So the next
wave is named, a second after the last, by what will be known if those that have not answered yet stay silent; what they
showed is told to the search in the order of asking, once it is known.

Where there are more edges than may be asked again, nothing is presumed: to copy them all in each turn would keep the
loop from hearing answers in time. There each wave is awaited before the next is named.
"""

import asyncio
from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from agent.dynamic.observed import ANSWERS, Observed, observed
from agent.dynamic.runs import Landscape
from agent.dynamic.search import AGAIN_AT_ONCE, Search
from agent.ground.clock import Clock
from agent.judge.silence import Control, Loss
from agent.survey.manners import AGAIN_ONCE
from agent.sweep.order import Asker, Order
from agent.sweep.volley import Volley
from agent.sweep.watch import Watch
from probes.outcome import Outcome

SOON = 0.05  # seconds: something may have been heard of the sweep's last ports
MOST_AGAIN = 512  # attempts for all edges of an address: a range that is full of holes must not take all day
ANSWERING = (Control.ANSWERED, Control.LATE)


def search_of(volley: Volley, watch: Watch, order: Order, now: float, *, presumed: bool = False) -> Search:
    """What the sweep showed. An RST is taken for a pass here: states are drawn, and nobody is accused.

    All that answered was asked, too: one packet that was lost among so many does not make a path lossy.
    """
    loss = Loss()
    search = Search(volley.map(presumed=presumed), loss)
    states = search.map.states
    search.credible = Observed.CLOSED in states
    edges = search.landscape.edges()
    counted_below = sum(states[index] in ANSWERS for index in edges)
    loss.count(asked=sum(map(states.count, ANSWERS)) - counted_below)
    beside: dict[Control | None, dict[int, Observed]] = {}
    for port in (search.map.ports[index] for index in edges):
        control = watch.beside(volley.began[port], order.deadline)
        beside.setdefault(control, {})[port] = search.map[port]
    for control, seen in beside.items():
        search.saw(seen, control, now)
    return search


def too_many(landscape: Landscape) -> bool:
    """Whether it has more edges than may be asked again."""
    return len(landscape.edges()) > MOST_AGAIN


class Wave:
    """Ports asked at the same time, beside a control."""

    def __init__(self, ports: Iterable[int], asker: Asker, watch: Watch) -> None:
        self._attempts = {port: asyncio.create_task(asker.ask(port)) for port in ports}
        self._control = asyncio.create_task(watch.look())
        self.ended = asyncio.ensure_future(asyncio.gather(*self._attempts.values(), self._control))

    @property
    def flying(self) -> int:
        return sum(not attempt.done() for attempt in self._attempts.values())

    @property
    def control_answers(self) -> bool:
        return self._control.done() and self._control.result() in ANSWERING

    def tell(self, search: Search, now: float) -> None:
        """As far as it has ended; for the rest, that it stays silent, and that the control answers."""
        control = self._control.result() if self._control.done() else Control.ANSWERED
        search.saw({port: _seen(attempt) for port, attempt in self._attempts.items()}, control, now)


def _seen(attempt: asyncio.Task[Outcome]) -> Observed | None:
    return observed(attempt.result()) if attempt.done() else Observed.SILENT


class Edges:
    """`search` is None until every port has been asked and has answered, or its deadline has passed."""

    def __init__(
        self, volley: Volley, sweeping: asyncio.Task[None], watch: Watch, order: Order, asker: Asker, clock: Clock
    ) -> None:
        self.search: Search | None = None
        self._one_by_one = False  # the waves: none is named before the last has ended
        self._volley, self._sweeping, self._watch = volley, sweeping, watch
        self._order, self._asker, self._clock = order, asker, clock
        self._waves: list[Wave] = []  # that are not told yet
        self._asked: dict[int, float] = {}  # when last, in the clock's time
        self._left = MOST_AGAIN
        self._next = 0.0

    async def confirm(self) -> None:
        """Begins while the last ports of the sweep may still be in flight."""
        try:
            while not self._watch.shunned and await self._step():
                pass
        finally:
            for wave in self._waves:
                wave.ended.cancel()

    async def _step(self) -> bool:
        self._tell()
        likely = self._likely()
        room = AGAIN_AT_ONCE - sum(wave.flying for wave in self._waves)
        ports = likely.wave(self._left, room, controlled=self._watch.can_look) if likely is not None else ()
        wait = self._due(ports) - self._clock.monotonic()
        if ports and wait <= 0 and all(wave.control_answers for wave in self._waves):
            self._begin(ports)
        elif ports or self._waves or self.search is None:
            soon = SOON if self.search is None and not self._one_by_one else None
            await self._until_something_ends(wait if ports and wait > 0 else soon)
        else:
            return False
        return True

    def _tell(self) -> None:
        """What has ended, in the order of asking."""
        now = self._clock.time()
        if self.search is None and self._sweeping.done():
            self._sweeping.result()
            self.search = search_of(self._volley, self._watch, self._order, now)
            self._one_by_one = too_many(self.search.landscape)
        while self.search is not None and self._waves and self._waves[0].ended.done():
            self._waves.pop(0).tell(self.search, now)

    def _likely(self) -> Search | None:
        """None: only what is in flight will tell."""
        now = self._clock.time()
        if self.search is None and not self._one_by_one:
            self._one_by_one = too_many(self._presumed())
        if self._one_by_one and (self.search is None or self._waves):
            return None
        if self.search is None:
            likely = search_of(self._volley, self._watch, self._order, now, presumed=True)
        else:
            likely = deepcopy(self.search) if self._waves else self.search
        for wave in self._waves:
            wave.tell(likely, now)
        return likely

    def _presumed(self) -> Landscape:
        seen = self._volley.seen(presumed=True)
        return Landscape(self._order.ports, seen, credible=Observed.CLOSED in seen)

    def _due(self, ports: Iterable[int]) -> float:
        return max([self._next, *(self._asked.get(port, self._volley.began[port]) + AGAIN_ONCE for port in ports)])

    def _begin(self, ports: tuple[int, ...]) -> None:
        now = self._clock.monotonic()
        self._next = now + AGAIN_ONCE
        self._left -= len(ports)
        self._asked.update(dict.fromkeys(ports, now))
        self._waves.append(Wave(ports, self._asker, self._watch))

    async def _until_something_ends(self, most: float | None) -> None:
        """Or `most` seconds have passed."""
        waiting: list[asyncio.Future[Any]] = [self._sweeping, *(wave.ended for wave in self._waves)]
        waiting = [each for each in waiting if not each.done()]
        nap = [asyncio.ensure_future(self._clock.sleep(most))] if most is not None else []
        try:
            await asyncio.wait([*waiting, *nap], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in nap:
                each.cancel()
