"""No peer gets more range attempts than it can bear, however many rounds, addresses and controls there are."""

import asyncio
import contextlib

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from agent.config.pace import samples_that_fit
from agent.ground.path import Check
from agent.ground.ports import PortSet
from agent.survey.budget import Budget
from agent.survey.manners import FLOOR, Manners
from probes.state import State
from tests.agent.seen import PEER, path
from tests.agent.survey.mapped import both
from tests.agent.survey.network import Mapper, Network, Site, agent, forever, most_in, once, unbroken
from tests.fakes.table import SSO, SSO_ANNOTATION, tcp
from tests.held import HeldClock

RANGE = PortSet.parse("50000-59999")
MOST = {20: 15, 60: 40}  # what a peer can bear, in so many seconds


async def take(clock: HeldClock, budget: Budget, taken: list[float]) -> None:
    await budget.take()
    taken.append(clock.monotonic())


async def spent(waits: list[float]) -> list[float]:
    """When those got leave who asked so long after one another."""
    clock, taken = HeldClock(), list[float]()
    budget = Budget(clock)
    async with asyncio.TaskGroup() as group:
        for wait in waits:
            await clock.advance(wait)
            group.create_task(take(clock, budget, taken))
        await clock.advance(60 * (2 + len(waits) / 30))
    return taken


async def test_the_budget_gives_leave_at_once_while_there_is_some() -> None:
    assert await spent([0.0] * 15) == [1000.0] * 15


async def test_the_budget_makes_the_sixteenth_wait() -> None:
    taken = await spent([0.0] * 16)
    assert taken[-1] - taken[0] == pytest.approx(20.1)


async def test_the_budget_makes_the_forty_first_wait_for_a_minute() -> None:
    taken = await spent([1.45] * 41)
    assert taken[-1] - taken[0] == pytest.approx(60.1)
    assert taken[-2] - taken[0] < 60.0


@given(st.lists(st.floats(0, 15), max_size=120))
@settings(deadline=None)
def test_the_budget_holds_for_every_way_to_ask(waits: list[float]) -> None:
    taken = asyncio.run(spent(waits))
    assert len(taken) == len(waits)
    assert taken == sorted(taken)
    for window, most in MOST.items():
        assert most_in(taken, window) <= most


async def rounds(
    addresses: int, samples: int, interval: float, timeout: float, jitter: float, rest: State, mapper: State
) -> tuple[Network, list[str]]:
    """An agent's rounds of one peer, as they are scheduled, and those left out. There is a control within the range."""
    network, skipped = Network(rest=rest), list[str]()
    names = tuple(f"192.0.2.{100 + number}" for number in range(addresses))
    for address in names:
        network.say(135, mapper, address=address)
        network.say(RANGE[0], State.OPEN, address=address)
    paths = [path(Check.EPM, addresses=names), path(Check.RPC_RANGE, str(RANGE), addresses=names)]
    site = Site(network, paths, agent(samples, timeout, interval))
    jitters = iter([jitter] * 100)
    rounds = forever([site.survey], interval, network.clock, lambda: next(jitters), skipped.append, unbroken)
    work = asyncio.create_task(rounds)
    await network.clock.advance(max(5 * interval, 300.0))
    work.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await work
    return network, skipped


@given(
    addresses=st.integers(1, 16),
    interval=st.integers(10, 120),
    samples=st.integers(1, 80),
    patience=st.floats(0.02, 0.5),
    jitter=st.floats(0, 1),
    rest=st.sampled_from([State.FILTERED, State.CLOSED, State.OPEN]),
    mapper=st.sampled_from([State.FILTERED, State.OPEN]),
)
@settings(deadline=None, max_examples=60)
def test_no_peer_gets_more_than_it_can_bear(
    addresses: int, interval: int, samples: int, patience: float, jitter: float, rest: State, mapper: State
) -> None:
    timeout = max(0.2, patience * interval)
    network, _ = asyncio.run(rounds(addresses, samples, float(interval), timeout, jitter, rest, mapper))
    asked = network.in_range(RANGE)
    assert len(asked) > 5
    for window, most in MOST.items():
        assert most_in(asked, window) <= most


@given(
    addresses=st.integers(1, 4), interval=st.integers(10, 120), patience=st.floats(0.02, 0.5), jitter=st.floats(0, 1)
)
@settings(deadline=None, max_examples=60)
def test_whatever_a_configuration_may_ask_for_fits_into_its_interval(
    addresses: int, interval: int, patience: float, jitter: float
) -> None:
    """With as many samples as are not refused, any deadline up to half the interval, and several addresses."""
    samples = max(1, samples_that_fit(interval))
    timeout = max(0.2, patience * interval)
    assume(addresses * 3 <= agent(samples, timeout, interval).most)
    _, skipped = asyncio.run(rounds(addresses, samples, float(interval), timeout, jitter, State.FILTERED, State.OPEN))
    assert skipped == []


@pytest.mark.parametrize(
    ("interval", "timeout", "most"), [(10.0, 3.0, 6), (30.0, 3.0, 18), (60.0, 3.0, 36), (60.0, 30.0, 20)]
)
def test_how_many_attempts_a_round_may_make(interval: float, timeout: float, most: int) -> None:
    assert agent(100, timeout, interval).most == most


@pytest.mark.parametrize("interval", [10.0, 60.0, 3600.0, 366 * 86_400.0])
def test_the_usual_sample_always_fits(interval: float) -> None:
    assert agent(16, 3.0, interval).samples_for(1, 1) == (1 if interval == 10.0 else 16)


@pytest.mark.parametrize(("addresses", "samples"), [(0, 16), (1, 16), (2, 8), (3, 2), (4, 1), (16, 1)])
def test_the_samples_shrink_with_the_number_of_addresses(addresses: int, samples: int) -> None:
    assert agent(16).samples_for(addresses, addresses) == samples


@given(st.integers(1, 1000), st.integers(1, 80))
def test_once_asks_no_more_than_it_may(samples: int, addresses: int) -> None:
    each = once(samples).samples_for(addresses) + 2
    assert each * addresses <= max(250, 3 * addresses)


@pytest.mark.parametrize("service", [State.FILTERED, State.OPEN])
@pytest.mark.parametrize(("interval", "samples"), [(10.0, 4), (30.0, 100), (60.0, 100)])
async def test_what_a_mapper_names_within_the_range_is_charged_to_the_budget_too(
    service: State, interval: float, samples: int
) -> None:
    network = Network()
    network.say(135, Mapper((tcp(SSO, RANGE[500], SSO_ANNOTATION),)))
    network.say(RANGE[500], service)
    site = Site(network, [*both(), path(Check.RPC_RANGE, str(RANGE))], agent(samples, 3.0, interval))
    await site.rounds(6, interval)
    assert len(network.at(RANGE[500])) >= 6
    for window, most in MOST.items():
        assert most_in(network.in_range(RANGE), window) <= most


async def test_once_keeps_to_its_bound_over_many_addresses() -> None:
    network = Network()
    names = tuple(f"192.0.2.{100 + number}" for number in range(16))
    await Site(network, [path(Check.RPC_RANGE, str(RANGE), addresses=names)], once(100)).round()
    assert 16 * 3 < len(network.asked) <= 250


def test_the_agent_never_goes_faster_than_the_floor() -> None:
    assert Manners.agent(3.0, 1.0, 16).interval == FLOOR
    assert Manners.agent(3.0, 1.0, 16).spread > 0


@given(st.integers(0, 500), st.integers(10, 3600))
def test_delays_ascend_within_the_round(count: int, interval: int) -> None:
    delays = Manners.agent(3.0, float(interval), 16).delays(count)
    assert len(delays) == count
    assert delays == sorted(delays)
    assert all(0 <= delay <= interval - 4.0 + 1e-9 for delay in delays)
    assert delays[:4] == [0.0] * min(4, count)


async def test_both_ends_are_asked_at_every_address() -> None:
    network = Network()
    names = (PEER, "192.0.2.22", "192.0.2.23")
    await Site(network, [path(Check.RPC_RANGE, str(RANGE), addresses=names)], agent()).round()
    for name in names:
        assert len(network.times(50000, name)) == len(network.times(59999, name)) == 1


async def test_the_room_is_what_may_go_right_now() -> None:
    clock = HeldClock()
    budget = Budget(clock, [(2, 10.0), (3, 60.0)])
    assert budget.room == 2
    await budget.take()
    assert budget.room == 1
    await budget.take()
    assert budget.room == 0
    await clock.advance(10.0)
    assert budget.room == 1  # of the second limit
    await budget.take()
    await clock.advance(30.0)
    assert budget.room == 0
    await clock.advance(60.0)
    assert budget.room == 2


# Several at once.


async def test_there_is_room_for_several_when_it_says_so() -> None:
    clock = HeldClock()
    budget = Budget(clock)
    assert budget.wait(15) == 0.0
    for _ in range(10):
        budget.reserve()
    assert (budget.room, budget.wait(5)) == (5, 0.0)
    assert budget.wait(6) == pytest.approx(20.1)
    await clock.advance(budget.wait(6))
    await clock.advance(budget.wait(6))
    assert budget.room >= 6


async def test_more_than_ever_fit_wait_until_all_of_the_room_is_free() -> None:
    clock = HeldClock()
    budget = Budget(clock)
    budget.reserve()
    assert budget.wait(100) == pytest.approx(20.1)


@given(st.lists(st.floats(0, 15), max_size=100), st.integers(1, 15))
@settings(deadline=None)
def test_whoever_waits_for_room_gets_it_at_once(waits: list[float], count: int) -> None:
    async def play() -> None:
        clock = HeldClock()
        budget = Budget(clock)
        for wait in waits:
            await clock.advance(wait)
            budget.reserve()
        for _ in range(200):
            if not (seconds := budget.wait(count)):
                break
            await clock.advance(seconds)
        now = clock.monotonic()
        assert [budget.reserve() for _ in range(count)] == [now] * count

    asyncio.run(play())
