"""The token bucket on a held clock."""

import asyncio
import contextlib

from hypothesis import given
from hypothesis import strategies as st

from probes.engine.pace import Pace
from tests.held import HeldClock


class Takers:
    """Tasks that take a token each, and when they got it."""

    def __init__(self, rate: float, burst: int) -> None:
        self.clock = HeldClock()
        self._began = self.clock.monotonic()
        self._pace = Pace(rate, burst, self.clock.monotonic, self.clock.sleep)
        self.served: list[tuple[int, float]] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def ask(self, count: int) -> None:
        first = len(self.tasks)
        self.tasks += [asyncio.create_task(self._take(number)) for number in range(first, first + count)]
        await self.clock.advance(0)

    async def _take(self, number: int) -> None:
        await self._pace.take()
        self.served.append((number, self.clock.monotonic() - self._began))

    @property
    def times(self) -> list[float]:
        return [time for _, time in self.served]

    async def end(self) -> None:
        for task in self.tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


# Rates are powers of two here, so that the sums are exact.
async def test_a_burst_goes_at_once_and_the_rest_at_the_rate() -> None:
    takers = Takers(rate=8, burst=5)
    await takers.ask(8)
    assert takers.times == [0] * 5
    await takers.clock.advance(1)
    assert takers.times == [0] * 5 + [1 / 8, 2 / 8, 3 / 8]


async def test_served_in_the_order_of_asking() -> None:
    takers = Takers(rate=64, burst=1)
    await takers.ask(20)
    await takers.clock.advance(0.1)
    await takers.ask(20)
    await takers.clock.advance(10)
    assert [number for number, _ in takers.served] == list(range(40))
    assert takers.times == sorted(takers.times)


async def test_an_idle_bucket_fills_to_its_burst_and_no_further() -> None:
    takers = Takers(rate=8, burst=3)
    await takers.ask(3)
    await takers.clock.advance(3600)
    await takers.ask(5)
    await takers.clock.advance(1 / 8)
    assert takers.times == [0] * 3 + [3600] * 3 + [3600 + 1 / 8]
    await takers.end()


async def test_it_fills_little_by_little() -> None:
    takers = Takers(rate=8, burst=5)
    await takers.ask(5)
    await takers.clock.advance(2 / 8)
    await takers.ask(3)
    assert takers.times == [0] * 5 + [2 / 8] * 2
    await takers.clock.advance(1)
    assert takers.times[-1] == 3 / 8


async def test_a_waiter_that_gives_up_does_not_let_the_others_go_early() -> None:
    takers = Takers(rate=8, burst=1)
    await takers.ask(4)
    takers.tasks[2].cancel()
    await takers.clock.advance(1)
    assert takers.served == [(0, 0), (1, 1 / 8), (3, 3 / 8)]
    await takers.end()


@given(
    rate=st.integers(1, 500),
    burst=st.integers(1, 20),
    asks=st.lists(st.tuples(st.integers(1, 8), st.floats(0, 2)), max_size=8),
)
async def test_never_more_than_the_burst_and_the_rate(rate: int, burst: int, asks: list[tuple[int, float]]) -> None:
    takers = Takers(rate, burst)
    for count, pause in asks:
        await takers.ask(count)
        await takers.clock.advance(pause)
    await takers.clock.advance(sum(count for count, _ in asks) / rate + 1)
    times = takers.times
    assert len(times) == sum(count for count, _ in asks)
    for first, began in enumerate(times):
        for count, ended in enumerate(times[first:], 1):
            assert count <= burst + (ended - began) * rate + 1e-6
