"""A survey in place of another one of the same peer: what it takes over, and what it must not."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from agent.ground.path import Check, Matcher, Path
from agent.judge.result import Result
from agent.judge.verdict import Verdict
from agent.survey.manners import Manners
from agent.survey.range.far import Greet, Silent
from agent.survey.survey import Survey
from probes.registry import Kind
from probes.state import State
from probes.wire.tds import Encryption, Prelogin, Version
from tests.agent.seen import PEER, path
from tests.agent.survey.network import Network, agent, most_in

SQL, EPM, RANGE = path(Check.SQL), path(Check.EPM), path(Check.RPC_RANGE)
PRELOGIN = replace(SQL, prelogin=True)
ANSWER = Prelogin(Version(15, 0, 4430), Encryption.OFF)
V = Verdict


async def nobody(address: str) -> Silent:
    return Silent.NO_ANSWER


class Bench:
    """Surveys of one peer in one network, one after the other."""

    def __init__(self, network: Network | None = None) -> None:
        self.network = network or Network()
        self.published: list[Result] = []

    def survey(self, *paths: Path, manners: Manners | None = None, greet: Greet | None = None) -> Survey:
        net = self.network
        return Survey(paths, manners or agent(), net.ask, net.resolve, net.clock, self.published.append, greet)

    async def round(self, survey: Survey) -> list[Result]:
        before = len(self.published)
        await self.network.clock.run(survey.round())
        return self.published[before:]

    async def rounds(self, survey: Survey, count: int) -> list[Result]:
        found: list[Result] = []
        for _ in range(count):
            began = self.network.now
            found = await self.round(survey)
            await self.network.clock.advance(max(0.0, began + 60 - self.network.now))
        return found

    def after(self, before: Survey, *paths: Path, manners: Manners | None = None, greet: Greet | None = None) -> Survey:
        survey = self.survey(*paths, manners=manners, greet=greet)
        survey.go_on_from(before)
        return survey


@pytest.fixture
def bench() -> Bench:
    return Bench(Network(rest=State.CLOSED))


@pytest.mark.parametrize(
    ("paths", "manners", "greet", "alike"),
    [
        ([SQL, RANGE], agent(), None, True),
        ([SQL], agent(), None, False),
        ([RANGE, SQL], agent(), None, False),
        ([replace(SQL, addresses=("192.0.2.99",)), RANGE], agent(), None, False),
        ([replace(SQL, source_address="192.0.2.11"), RANGE], agent(), None, False),
        ([PRELOGIN, RANGE], agent(), None, False),
        ([SQL, path(Check.RPC_RANGE, "5000-5020")], agent(), None, False),
        ([SQL, RANGE], agent(samples=4), None, False),
        ([SQL, RANGE], agent(interval=30.0), None, False),
        ([SQL, RANGE], agent(timeout=2.0), None, False),
        ([SQL, RANGE], agent(), nobody, False),
    ],
)
def test_only_who_asks_the_same_in_the_same_manner_is_like_it(
    bench: Bench, paths: Sequence[Path], manners: Manners, greet: Greet | None, alike: bool
) -> None:
    before, after = bench.survey(SQL, RANGE), bench.survey(*paths, manners=manners, greet=greet)
    assert before.is_like(after) is alike
    assert after.is_like(before) is alike


async def test_what_is_known_of_the_range_stays_known(bench: Bench) -> None:
    before = bench.survey(RANGE)
    await bench.rounds(before, 5)
    after = bench.after(before, RANGE, manners=agent(samples=4, timeout=2.0))
    assert after.state() == before.state() != {}
    (path_before,), (path_after,) = before.charts(), after.charts()
    assert path_after.states == path_before.states


@pytest.mark.parametrize(
    "moved",
    [
        path(Check.RPC_RANGE, "49152-65000"),
        path(Check.RPC_RANGE, source_address="192.0.2.12"),
    ],
)
async def test_what_was_seen_of_other_ports_or_from_elsewhere_says_nothing(bench: Bench, moved: Path) -> None:
    before = bench.survey(RANGE)
    await bench.rounds(before, 3)
    assert bench.after(before, moved).state() == {}


async def test_a_peer_that_shuns_us_is_left_in_peace_whatever_its_range_is_now(bench: Bench) -> None:
    before = bench.survey(RANGE)
    await bench.round(before)
    before._memory.ranges[PEER].pause(bench.network.clock.time())
    for of in (RANGE, path(Check.RPC_RANGE, "49152-65000")):
        asked = len(bench.network.in_range(of.ports))
        await bench.round(bench.after(before, of))
        assert len(bench.network.in_range(of.ports)) == asked


@pytest.mark.parametrize("reloads", [1, 5])
async def test_a_peer_bears_no_more_in_any_time_however_often_its_survey_is_another_one(
    bench: Bench, reloads: int
) -> None:
    """Somebody is in a hurry all the time, so that as much is asked as ever may be."""
    survey, clock = bench.survey(RANGE), bench.network.clock
    for number in range(reloads):
        survey.hurry(clock.monotonic() + 1000)
        task = asyncio.create_task(survey.round())
        await clock.advance(11.0)
        task.cancel()
        await asyncio.wait([task])
        survey = bench.after(survey, RANGE, manners=agent(samples=15 - number))
    survey.hurry(clock.monotonic() + 1000)
    await bench.rounds(survey, 3)
    asked = bench.network.in_range(RANGE.ports)
    assert most_in(asked, 20.0) == 15
    assert most_in(asked, 60.0) <= 40


async def test_the_version_of_a_database_is_not_asked_for_again(bench: Bench) -> None:
    bench.network.say(1433, ANSWER)
    survey = bench.survey(PRELOGIN)
    await bench.round(survey)
    for number in range(5):
        survey = bench.after(survey, PRELOGIN if number % 2 else SQL, manners=agent(samples=4 + number))
        await bench.rounds(survey, 1)
    assert [each.kind for each in bench.network.at(1433)].count(Kind.PRELOGIN) == 1


async def test_nor_ever_where_it_was_reset(bench: Bench) -> None:
    bench.network.say(1433, State.RESET, kind=Kind.PRELOGIN)
    bench.network.say(1433, State.OPEN)
    survey = bench.survey(PRELOGIN)
    await bench.round(survey)
    survey = bench.after(survey, PRELOGIN, manners=agent(samples=4))
    await bench.rounds(survey, 70)
    kinds = [each.kind for each in bench.network.at(1433)]
    assert kinds.count(Kind.PRELOGIN) <= 1


async def test_a_name_that_gives_nothing_now_is_what_it_was(bench: Bench) -> None:
    bench.network.names["sql.test"] = (PEER,)
    bench.network.say(1433, State.OPEN)
    named = path(Check.SQL, addresses=["sql.test"])
    before = bench.survey(named)
    await bench.round(before)
    bench.network.names.clear()
    (found,) = await bench.round(bench.after(before, named, manners=agent(samples=4)))
    assert found.verdict is V.REACHABLE


async def test_addresses_of_names_that_are_gone_are_nobody_s(bench: Bench) -> None:
    bench.network.names |= {"old.test": ("192.0.2.98",), "new.test": (PEER,)}
    before = bench.survey(path(Check.SQL, addresses=["old.test", "new.test"]))
    await bench.round(before)
    after = bench.after(before, path(Check.SQL, addresses=["new.test"]))
    assert after.addresses == {PEER}


Change = Callable[[Path], Path]


@pytest.mark.parametrize(
    "change",
    [
        lambda of: replace(of, addresses=("192.0.2.99",)),
        lambda of: replace(of, source_address="192.0.2.12"),
        lambda of: replace(of, matchers=(Matcher("entsso", annotation="Another"),)),
    ],
)
async def test_what_answered_where_a_path_led_before_vouches_for_nothing(bench: Bench, change: Change) -> None:
    bench.network.say(135, State.OPEN)
    bench.network.say(1433, State.OPEN)
    before = bench.survey(SQL, EPM)
    await bench.round(before)
    before._memory.matched.add("entsso")
    assert before._memory.answering(PEER)
    same = bench.after(before, SQL, EPM, manners=agent(samples=4))
    assert same._memory.answering(PEER) == before._memory.answering(PEER)
    assert same._memory.matched == {"entsso"}
    moved = bench.after(before, SQL, change(EPM))
    assert moved._memory.answering(PEER) == []
    assert moved._memory.matched == set()


async def test_whoever_may_not_be_met_any_more_is_not_taken_to_be_met(bench: Bench) -> None:
    before = bench.survey(RANGE, greet=nobody)
    await bench.round(before)
    assert before._memory.ranges[PEER].met is Silent.NO_ANSWER
    after = bench.after(before, RANGE)
    assert after._memory.ranges[PEER].met is None


async def test_a_survey_without_a_range_goes_on_from_one_that_has_one_and_back(bench: Bench) -> None:
    before = bench.survey(SQL, RANGE)
    await bench.round(before)
    without = bench.after(before, SQL)
    assert without.state() == {}
    assert bench.after(without, SQL, RANGE).state() == {}
