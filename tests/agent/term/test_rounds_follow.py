"""When peers are asked once another configuration is in force: on a clock that is held."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from agent.schedule import STAGGER, Rounds
from agent.survey.manners import FLOOR
from agent.survey.survey import Survey
from tests.agent.seen import path
from tests.agent.survey.network import Network, agent, unbroken


class Noted(Survey):
    """A survey that notes when its rounds began and ended, each of which takes `takes` seconds."""

    def __init__(self, network: Network, peer: str = "MSS", takes: float = 0.0) -> None:
        super().__init__([path(peer=peer)], agent(), network.ask, network.resolve, network.clock, lambda _: None)
        self.network = network
        self.takes = takes
        self.began: list[float] = []
        self.ended: list[float] = []
        self.hurried = False

    @property
    def is_hurried(self) -> bool:
        return self.hurried

    async def round(self) -> None:
        self.began.append(self.network.now)
        if self.takes:
            await self.network.clock.sleep(self.takes)
        self.ended.append(self.network.now)


class Site:
    """Rounds that follow what a test tells them."""

    def __init__(self, network: Network, group: asyncio.TaskGroup) -> None:
        self.clock = network.clock
        self.skipped: list[str] = []
        self._rounds = Rounds(group, network.clock, lambda: 0.0, self.skipped.append, unbroken)

    def follow(self, surveys: Sequence[Noted], interval: float = 60.0) -> None:
        self._rounds.follow(surveys, interval)

    async def advance(self, seconds: float) -> None:
        await self.clock.advance(seconds)


@asynccontextmanager
async def site(network: Network) -> AsyncIterator[Site]:
    try:
        async with asyncio.TaskGroup() as group:
            yield Site(network, group)
            raise EndError
    except* EndError:
        pass


class EndError(Exception):
    """The test is over."""


@pytest.fixture
def network() -> Network:
    return Network()


async def test_whoever_stays_is_not_disturbed_in_the_middle_of_a_round(network: Network) -> None:
    stays, goes = Noted(network, "STAYS", takes=20.0), Noted(network, "GOES", takes=20.0)
    async with site(network) as it:
        it.follow([stays, goes])
        await it.advance(10.0)
        it.follow([stays])
        await it.advance(130.0)
    assert stays.began == [0.0, 60.0, 120.0]
    assert stays.ended == [20.0, 80.0, 140.0]


async def test_whoever_goes_ends_at_once(network: Network) -> None:
    goes = Noted(network, takes=20.0)
    async with site(network) as it:
        it.follow([goes])
        await it.advance(10.0)
        it.follow([])
        await it.advance(300.0)
    assert (goes.began, goes.ended) == ([0.0], [])


async def test_those_that_come_are_staggered_and_asked_soon(network: Network) -> None:
    stays, come = Noted(network, "STAYS"), [Noted(network, f"NEW{number}") for number in range(4)]
    async with site(network) as it:
        it.follow([stays])
        await it.advance(30.0)
        it.follow([stays, *come])
        await it.advance(29.0)
    assert [each.began for each in come] == [[30.0 + STAGGER * 60 * number / 4] for number in range(4)]
    assert stays.began == [0.0]


@pytest.mark.parametrize("changed", [1.0, 9.0, 30.0, 59.0, 61.0, 69.0])
async def test_a_peer_with_another_survey_is_asked_when_it_would_have_been(network: Network, changed: float) -> None:
    before, after = Noted(network), Noted(network)
    async with site(network) as it:
        it.follow([before])
        await it.advance(changed)
        it.follow([after])
        await it.advance(250.0 - changed)
    assert before.began + after.began == [0.0, 60.0, 120.0, 180.0, 240.0]


async def test_its_round_that_is_cut_off_is_not_made_again_before_its_turn(network: Network) -> None:
    before, after = Noted(network, takes=20.0), Noted(network)
    async with site(network) as it:
        it.follow([before])
        await it.advance(10.0)
        it.follow([after])
        await it.advance(60.0)
    assert (before.began, before.ended, after.began) == ([0.0], [], [60.0])


@pytest.mark.parametrize(
    ("changed", "interval", "next_at"),
    [
        (5.0, 300.0, 60.0),  # longer: as it would have been, and the next one later
        (5.0, 20.0, 20.0),  # shorter: so long after the last one
        (5.0, 10.0, 10.0),
        (40.0, 20.0, 40.0),  # that is over
        (59.0, 10.0, 59.0),
    ],
)
async def test_another_interval_counts_from_the_last_round(
    network: Network, changed: float, interval: float, next_at: float
) -> None:
    before, after = Noted(network), Noted(network)
    async with site(network) as it:
        it.follow([before], 60.0)
        await it.advance(changed)
        it.follow([after], interval)
        await it.advance(next_at - changed + interval)
    assert after.began == [next_at, next_at + interval]


async def test_many_peers_whose_time_has_come_are_not_all_asked_at_once(network: Network) -> None:
    before, after = ([Noted(network, f"P{number}") for number in range(10)] for _ in range(2))
    async with site(network) as it:
        it.follow(before, 3600.0)
        await it.advance(1800.0)
        it.follow(after, 60.0)
        await it.advance(30.0)
    began = [at for each in after for at in each.began]
    assert began == pytest.approx([1800.0 + STAGGER * 60 * number / 10 for number in range(10)])


async def test_a_hundred_changes_put_no_round_off_and_make_none_more(network: Network) -> None:
    """One every second and a half, and each has a new survey of everybody."""
    began: dict[str, list[float]] = {"A": [], "B": [], "LATE": []}
    async with site(network) as it:
        for number in range(100):
            surveys = [Noted(network, peer) for peer in began if peer != "LATE" or number > 50]
            it.follow(surveys)
            await it.advance(1.5)
            for each in surveys:
                began[each.peer] += each.began
    assert began["A"] == [0.0, 60.0, 120.0]
    assert began["B"] == [3.0, 63.0, 123.0]
    assert len(began["LATE"]) == 2
    assert began["LATE"][0] <= 51 * 1.5 + STAGGER * 60


@pytest.mark.parametrize("away", [0.0, 3.0, 9.0])
async def test_who_is_taken_out_and_put_in_again_bears_no_two_rounds_at_once(network: Network, away: float) -> None:
    before, after = Noted(network), Noted(network)
    async with site(network) as it:
        it.follow([before])
        await it.advance(1.0)
        it.follow([])
        await it.advance(away)
        it.follow([after])
        await it.advance(50.0)
    assert after.began == [FLOOR]


async def test_haste_does_not_break_the_peace_of_a_peer_either(network: Network) -> None:
    before, after = Noted(network), Noted(network)
    after.hurried = True
    async with site(network) as it:
        it.follow([before])
        await it.advance(3.0)
        it.follow([after])
        await it.advance(18.0)
    assert after.began == [FLOOR, 2 * FLOOR]


async def test_rounds_that_follow_the_same_are_as_if_nobody_had_said_so(network: Network) -> None:
    surveys = [Noted(network, f"P{number}", takes=2.0) for number in range(3)]
    async with site(network) as it:
        for _ in range(200):
            it.follow(surveys)
            await it.advance(1.0)
    assert [each.began for each in surveys] == [[start + 60 * n for n in range(4)] for start in (0.0, 2.0, 4.0)]
    assert it.skipped == []
