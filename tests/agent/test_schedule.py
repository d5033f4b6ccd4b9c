"""When rounds are made."""

import asyncio
import contextlib

import pytest

from agent import schedule
from agent.ground.path import Check
from agent.judge.result import Result
from agent.judge.verdict import Cause, Verdict
from agent.schedule import JITTER, STAGGER, STANDSTILL, once
from agent.survey.sampling import round_at
from agent.survey.survey import Survey
from probes.state import State
from tests.agent.seen import path
from tests.agent.survey.network import Network, Site, agent, forever, unbroken
from tests.agent.survey.network import once as once_manners


class Rounds(Survey):
    """A survey that only notes when its rounds began, each of which takes `takes` seconds."""

    def __init__(self, network: Network, takes: float = 0.0, peer: str = "MSS") -> None:
        super().__init__([path(peer=peer)], agent(), network.ask, network.resolve, network.clock, lambda _: None)
        self.network = network
        self.takes = takes
        self.began: list[float] = []

    async def round(self) -> None:
        self.began.append(self.network.now)
        if self.takes:
            await self.network.clock.sleep(self.takes)


async def run(surveys: list[Rounds], seconds: float, *, random: float = 0.0, interval: float = 60.0) -> list[str]:
    """Which rounds were left out, and why."""
    network, skipped = surveys[0].network, list[str]()
    work = asyncio.create_task(forever(surveys, interval, network.clock, lambda: random, skipped.append, unbroken))
    await network.clock.advance(seconds)
    work.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await work
    return skipped


async def test_rounds_are_an_interval_apart_to_the_second() -> None:
    """A jitter in every round would sample some ports twice and others never."""
    survey = Rounds(Network(), takes=3.0)
    assert await run([survey], 239.0) == []
    assert survey.began == [0.0, 60.0, 120.0, 180.0]


async def test_the_first_rounds_are_staggered_over_a_tenth_of_the_interval() -> None:
    network = Network()
    surveys = [Rounds(network, peer=f"MSS{number}") for number in range(4)]
    await run(surveys, 59.0)
    assert [survey.began for survey in surveys] == [[0.0], [1.5], [3.0], [4.5]]


@pytest.mark.parametrize(("count", "seconds"), [(180, 6.0), (900, 30.0), (3000, 60.0)])
async def test_the_first_rounds_of_very_many_peers_are_spread_further(count: int, seconds: float) -> None:
    """What each begins with has to leave before the next round: whatever waits for that makes rounds overrun."""
    network = Network()
    surveys = [Rounds(network, peer=f"BTS{number}") for number in range(count)]
    await run(surveys, 59.99)
    assert surveys[count // 2].began == [seconds / 2]
    assert surveys[-1].began[0] == pytest.approx(seconds * (count - 1) / count)


@pytest.mark.parametrize("random", [0.0, 0.5, 0.999])
async def test_every_peer_has_a_phase_by_chance(random: float) -> None:
    survey = Rounds(Network())
    await run([survey], 130.0, random=random)
    first = JITTER * random * 60
    assert survey.began == pytest.approx([first, first + 60, first + 120])
    assert (STAGGER + JITTER) * 60 < 10


async def test_a_round_that_takes_too_long_leaves_out_the_next_and_says_so() -> None:
    survey = Rounds(Network(), takes=100.0)
    assert await run([survey], 310.0) == ["overrun"] * 2
    assert survey.began == [0.0, 120.0, 240.0]


async def test_rounds_of_one_peer_never_overlap_and_never_come_closer_than_the_interval() -> None:
    survey = Rounds(Network(), takes=25.0)
    await run([survey], 200.0, interval=10.0)
    gaps = [after - before for before, after in zip(survey.began, survey.began[1:], strict=False)]
    assert set(gaps) == {30.0}


async def test_a_slow_peer_holds_up_no_other() -> None:
    network = Network()
    slow, quick = Rounds(network, takes=1000.0, peer="SLOW"), Rounds(network)
    await run([slow, quick], 239.0)
    assert len(slow.began) == 1
    assert len(quick.began) == 4


async def test_each_round_by_the_clock_is_made_once() -> None:
    """Whatever the phase: the numbers that name the samples follow one another."""
    network = Network()
    await network.clock.advance(59.99)
    survey, numbers = Rounds(network), list[int]()
    survey.round = lambda: note(network, numbers)  # type: ignore[method-assign]
    await run([survey], 60 * 50, random=0.7)
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert len(numbers) >= 49


async def note(network: Network, numbers: list[int]) -> None:
    numbers.append(round_at(network.clock.time(), 60.0))


async def test_once_makes_one_round_of_every_peer_at_the_same_time() -> None:
    network = Network()
    sites = [Site(network, [path(Check.SQL, peer=f"SQL{number}")], once_manners()) for number in range(5)]
    await network.clock.run(once([site.survey for site in sites]))
    assert [[result.verdict for _, result in site.published] for site in sites] == [[Verdict.UNREACHABLE]] * 5
    assert network.now == 3.0


async def test_once_and_for_ever_make_the_same_round() -> None:
    one, other = Network(rest=State.CLOSED), Network(rest=State.CLOSED)
    first = Site(one, [path(Check.EPM), path(Check.RPC_RANGE)], agent())
    second = Site(other, [path(Check.EPM), path(Check.RPC_RANGE)], agent())
    await one.clock.run(once([first.survey]))
    work = asyncio.create_task(forever([second.survey], 60.0, other.clock, lambda: 0.0, lambda _: None, unbroken))
    await other.clock.advance(59.9)
    work.cancel()
    assert one.asked == other.asked
    assert first.published == second.published


async def test_a_survey_that_breaks_is_told_and_comes_again() -> None:
    """One peer must not cost us the others, nor its own next round."""
    told: list[tuple[Survey, str]] = []

    async def breaks() -> None:
        raise ZeroDivisionError

    network = Network()
    broken, sound = Rounds(network, peer="BROKEN"), Rounds(network)
    broken.round = breaks  # type: ignore[method-assign]
    work = asyncio.create_task(
        forever(
            [broken, sound],
            60.0,
            network.clock,
            lambda: 0.0,
            lambda _: None,
            lambda survey, error: told.append((survey, type(error).__name__)),
        )
    )
    await network.clock.advance(150.0)
    work.cancel()
    assert told == [(broken, "ZeroDivisionError")] * 3
    assert len(sound.began) == 3


async def test_a_survey_that_gives_up_accuses_nobody() -> None:
    network = Network()
    published: list[Result] = []
    survey = Survey([path()], agent(), network.ask, network.resolve, network.clock, published.append)
    survey.give_up(network.clock.time())
    assert [(each.verdict, each.judgement.cause) for each in published] == [(Verdict.INCONCLUSIVE, Cause.LOCAL_FAULT)]


async def test_rounds_go_on_until_one_of_them_ends_without_a_word() -> None:
    """A cancellation that was meant for something else: no group hears of it, and nobody asks that peer any more."""

    class Cancelled(Rounds):
        async def round(self) -> None:
            await super().round()
            if len(self.began) == 2:
                raise asyncio.CancelledError

    network = Network()
    async with asyncio.TaskGroup() as group:
        rounds = schedule.Rounds(group, network.clock, lambda: 0.0, lambda _: None, unbroken)
        assert rounds.go_on
        surveys = [Rounds(network), Cancelled(network, peer="BTS02")]
        rounds.follow(surveys, 60.0)
        await network.clock.advance(30.0)
        assert rounds.go_on
        await network.clock.advance(60.0)
        assert not rounds.go_on
        rounds.follow(surveys[:1], 60.0)
        assert rounds.go_on
        rounds.follow([], 60.0)


@pytest.mark.parametrize(("interval", "patience"), [(60.0, STANDSTILL), (600.0, 6000.0)])
async def test_rounds_that_all_wait_for_ever_do_not_go_on(interval: float, patience: float) -> None:
    network = Network()
    async with asyncio.TaskGroup() as group:
        rounds = schedule.Rounds(group, network.clock, lambda: 0.0, lambda _: None, unbroken)
        one = Rounds(network, takes=100_000.0)
        rounds.follow([one], interval)
        await network.clock.advance(patience - 10.0)
        assert rounds.go_on
        await network.clock.advance(20.0)
        assert not rounds.go_on
        rounds.follow([one, other := Rounds(network, peer="BTS02")], interval)
        await network.clock.advance(patience + 20.0)
        assert rounds.go_on, "one of them makes its rounds"
        assert len(other.began) > 2
        rounds.follow([], interval)
        await network.clock.advance(patience + 20.0)
        assert rounds.go_on, "there is nobody to ask"
