"""Round after round with an agent that listens for us: budgets, changes, restarts, and going on without it."""

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest

from agent.ground.path import Check
from agent.ground.ports import PortSet
from agent.judge.coverage import RangeState
from agent.judge.verdict import Cause, Judgement, Proof, Verdict
from agent.survey.manners import Manners
from agent.survey.range.far import Silent
from agent.survey.range.known import RangeMemory
from probes.registry import Kind
from tests.agent.seen import PEER, path
from tests.agent.survey.farend import HeldWorld
from tests.agent.survey.mapped import both, judgement
from tests.agent.survey.network import Site, agent, forever, most_in, unbroken
from tests.agent.survey.test_range_held import WAYS, shut
from tests.agent.survey.test_range_searched import RANGE, UPPER
from tests.agent.survey.world import over, texts

V, C = Verdict, Cause
TWO = "52000-54999,57344-65535"


def known(site: Site) -> RangeMemory:
    return site.survey._memory.ranges[PEER]


def proofs(world: HeldWorld) -> int:
    return sum(each.kind is Kind.PROOF for each in world.network.asked)


def is_within_budget(world: HeldWorld) -> bool:
    asked = world.network.in_range(RANGE)
    return most_in(asked, 60.0) <= 40 and most_in(asked, 20.0) <= 15


def verdicts(found: Judgement) -> tuple[Verdict, Cause | None, Proof]:
    return found.verdict, found.cause, found.evidence


@pytest.mark.parametrize("way", WAYS)
async def test_the_agent_finds_the_same_in_some_rounds_and_stays_within_its_budget(way: str) -> None:
    world = HeldWorld()
    shut(world, way, TWO)
    found = (await over(world.meet(agent()), 14))[-1]
    assert verdicts(found) == (V.PARTLY_BLOCKED, WAYS[way], Proof.HELD)
    assert (texts(found.blocked), found.confirmed) == (TWO, True)
    assert is_within_budget(world)


@pytest.mark.parametrize("way", ["drops", "refuses"])
@pytest.mark.parametrize("moved", ["60000-65535", "55000-65535", "50500-51999", ""])
async def test_a_firewall_that_changes_is_followed(way: str, moved: str) -> None:
    world = HeldWorld()
    shut(world, way, UPPER)
    site = world.meet(agent())
    await site.rounds(10)
    setattr(world, way, PortSet.parse(moved) if moved else PortSet())
    found = (await over(site, 14))[-1]
    assert texts(found.blocked) == moved
    assert (found.verdict is V.REACHABLE) == (not moved)


async def test_a_firewall_that_is_opened_accuses_nobody_in_the_round_after() -> None:
    world = HeldWorld()
    shut(world, "drops", UPPER)
    site = world.meet(agent())
    assert (await over(site, 8))[-1].blocked
    world.drops = PortSet()
    first, *_, last = await over(site, 4)
    assert first.blocked == PortSet()
    assert last.verdict is V.REACHABLE


@pytest.mark.parametrize(("interval", "samples"), [(10, 4), (20, 11), (30, 16), (60, 16), (60, 30)])
@pytest.mark.parametrize("loss", [0.0, 0.02])
async def test_no_round_is_overrun_and_an_edge_is_found_whatever_the_interval_is(
    interval: int, samples: int, loss: float
) -> None:
    world, skipped = HeldWorld(loss=loss), list[str]()
    shut(world, "drops", UPPER)
    site = world.meet(agent(samples, 1.5, interval))
    running = asyncio.create_task(
        forever([site.survey], interval, world.network.clock, lambda: 0.0, skipped.append, unbroken)
    )
    await world.network.clock.advance(25 * 60.0)
    running.cancel()
    assert skipped == []
    assert is_within_budget(world)
    found = judgement([result for _, result in site.published][-3:], Check.RPC_RANGE)
    assert (texts(found.blocked), found.confirmed) == (UPPER, True)


async def test_several_addresses_share_the_budget_and_each_is_asked_by_its_own_agent() -> None:
    world, skipped = HeldWorld(), list[str]()
    addresses = PEER, "192.0.2.22", "192.0.2.23"
    for address in addresses[1:]:
        world.network.script(135, lambda _: world.mapper(), address=address, kind=Kind.MAPPER)
    shut(world, "drops", "60000-65535")
    fixed = both(addresses=addresses)
    ranges = replace(path(Check.RPC_RANGE, addresses=addresses), matchers=fixed[0].matchers)
    site = Site(world.network, [*fixed, ranges], agent(), world.greet)
    running = asyncio.create_task(
        forever([site.survey], 60.0, world.network.clock, lambda: 0.0, skipped.append, unbroken)
    )
    await world.network.clock.advance(40 * 60.0)
    running.cancel()
    assert skipped == []
    assert is_within_budget(world)
    result = [each for _, each in site.published if each.path.check is Check.RPC_RANGE][-1]
    assert [texts(each.judgement.blocked) for each in result.addresses] == ["60000-65535"] * 3


async def test_an_interval_that_was_not_seen_again_in_a_round_accuses_nobody_in_it() -> None:
    world = HeldWorld()
    holes = PortSet(tuple((first, first + 20) for first in range(50_100, 65_000, 1024)))
    world.drops = holes
    site = world.meet(agent())
    found = await over(site, 150)
    assert all(set(each.blocked) <= set(holes) for each in found if each.confirmed)
    assert any(each.suspect and each.blocked for each in found)


# The agent there: silent, back again.


async def test_an_agent_that_is_silent_holds_up_nothing_and_is_greeted_beside_each_round() -> None:
    world = HeldWorld()
    world.far.alive = False
    site = world.meet(agent())
    await site.rounds(1)
    before, greeted, told = world.network.now, world.far.greeted, len(site.published)
    (found,) = await over(site, 1)
    assert (found.verdict, found.cause) == (V.INCONCLUSIVE, C.AGENT_SILENT)
    assert world.far.greeted == greeted + 1
    asked = [each.at - before for each in world.network.asked if each.at >= before and each.target.port in RANGE]
    assert min(asked) == 0.0
    epm = next(at - before for at, each in site.published[told:] if each.path.check is Check.EPM)
    assert epm < 4.0


async def test_an_agent_that_answers_again_is_asked_in_the_round_after() -> None:
    world = HeldWorld()
    shut(world, "drops", UPPER)
    world.far.alive = False
    site = world.meet(agent())
    found = list(await over(site, 4))
    world.far.alive = True
    found += await over(site, 8)
    assert {each.cause for each in found[:5]} == {C.AGENT_SILENT}
    assert {each.evidence for each in found[5:]} == {Proof.HELD}
    assert (texts(found[-1].blocked), found[-1].confirmed) == (UPPER, True)


async def test_an_agent_that_is_killed_while_ports_are_asked_accuses_nobody_and_then_one_end_judges() -> None:
    world = HeldWorld()
    shut(world, "drops", UPPER)
    site = world.meet(agent())
    await site.rounds(6)
    before = known(site).chart_of_both.search.map.states
    world.after(world._proved + 3, lambda: setattr(world.far, "alive", False))
    killed, alone, *_ = await over(site, 3)
    assert verdicts(killed) == (V.INCONCLUSIVE, C.AGENT_SILENT, Proof.NONE)
    assert killed.blocked == killed.suspect == PortSet()
    assert (alone.verdict, alone.cause) == (V.INCONCLUSIVE, C.AGENT_SILENT)
    assert "Judged" not in alone.detail
    assert "An agent should listen for us on MSS" in alone.detail
    held = known(site).chart_of_both.search.map.states
    assert all(one == other for one, other in zip(before, held, strict=True) if one)
    world.far.alive = True
    back = await over(site, 3)
    assert (back[-1].verdict, texts(back[-1].blocked)) == (V.PARTLY_BLOCKED, UPPER)


async def test_only_the_map_in_use_is_kept() -> None:
    world = HeldWorld(stealthy=False)
    world.far.alive = False
    site = world.meet(agent())
    await site.rounds(2)
    assert known(site).held is None
    world.far.alive = True
    await site.rounds(3)
    assert known(site).alone is None
    assert known(site).held is not None


async def test_three_silent_rounds_do_not_make_a_range_thin_whose_agent_answers() -> None:
    world = HeldWorld()
    world.far.alive = False
    site = world.meet(agent())
    await site.rounds(5)
    assert known(site).is_thin
    world.far.alive = True
    await site.rounds(2)
    before = proofs(world)
    await site.rounds(1)
    assert proofs(world) - before >= 18


@pytest.mark.parametrize("silent", [Silent.NO_KEY, Silent.NOT_EXPECTED])
async def test_where_no_agent_is_expected_everything_is_as_without_a_key(silent: Silent) -> None:
    world, plain = HeldWorld(), HeldWorld()
    world.far.silent = silent
    with_key, without = await over(world.meet(agent()), 5), await over(plain.site(agent()), 5)
    assert with_key == without
    assert [each[:2] for each in world.network.asked[40:60]] == [each[:2] for each in plain.network.asked[40:60]]


# Loss, outages, our own probing.


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(("way", "loss"), [(None, 0.02), (None, 0.2), (None, 0.5), ("drops", 0.02), ("drops", 0.2)])
async def test_over_many_rounds_nothing_wrong_is_said_whatever_gets_lost(
    way: str | None, loss: float, seed: int
) -> None:
    world = HeldWorld(loss=loss, seed=seed)
    if way:
        shut(world, way, UPPER)
    found = await over(world.meet(agent()), 100)
    if way is None:
        assert {each.verdict for each in found} <= {V.REACHABLE, V.INCONCLUSIVE}
        assert all(each.blocked == PortSet() for each in found)
        assert loss > 0.02 or sum(each.verdict is V.REACHABLE for each in found) > 95
    else:
        assert V.REACHABLE not in {each.verdict for each in found}
        assert all(texts(each.blocked) == UPPER for each in found if each.confirmed)
        assert loss > 0.02 or sum(each.confirmed for each in found[20:]) > 70
    assert is_within_budget(world)


async def test_a_path_that_loses_no_more_is_reachable_again() -> None:
    world = HeldWorld(loss=0.2, seed=1)
    site = world.meet(agent())
    await site.rounds(40)
    world.loss = 0.0
    found = await over(site, 8)
    assert {each.verdict for each in found[4:]} == {V.REACHABLE}


async def test_an_outage_is_neither_a_block_nor_our_own_doing() -> None:
    world = HeldWorld()
    shut(world, "drops", UPPER)
    site = world.meet(agent())
    await site.rounds(12)
    world.down = True
    gone = await over(site, 4)
    assert {each.verdict for each in gone} == {V.INCONCLUSIVE}
    assert all(each.blocked == PortSet() for each in gone)
    assert C.OWN_PROBING not in {each.cause for each in gone}
    world.down = False
    back = await over(site, 4)
    assert (back[-1].verdict, texts(back[-1].blocked)) == (V.PARTLY_BLOCKED, UPPER)


async def test_an_agent_that_is_shunned_leaves_the_range_alone_for_an_hour_and_keeps_what_it_knew() -> None:
    world = HeldWorld()
    shut(world, "drops", UPPER)
    site = world.meet(agent())
    await site.rounds(2)
    world.shuns = True
    (first,) = await over(site, 1)
    assert first.cause is C.OWN_PROBING
    world.shuns = False
    before, asked = proofs(world), world.far.holds
    paused = await over(site, 50)
    assert {each.cause for each in paused} == {C.OWN_PROBING}
    assert (proofs(world), world.far.holds) == (before, asked)
    found = await over(site, 25)
    assert (texts(found[-1].blocked), found[-1].confirmed) == (UPPER, True)


# Restarts.


async def test_what_is_known_outlives_a_restart_and_accuses_nobody_on_its_own() -> None:
    world = HeldWorld()
    shut(world, "drops", UPPER)
    site = world.meet(agent())
    await site.rounds(10)
    after = HeldWorld()
    await after.network.clock.advance(660.0)
    restarted = after.meet(agent())
    restarted.survey.restore(site.survey.state())
    found = await over(restarted, 5)
    assert found[0].tested > 60
    assert all(each.blocked == PortSet() for each in found)
    assert found[-1].verdict is V.REACHABLE


async def test_an_edge_that_was_known_before_a_restart_is_certain_soon() -> None:
    world = HeldWorld()
    shut(world, "drops", UPPER)
    site = world.meet(agent())
    await site.rounds(10)
    again = HeldWorld()
    await again.network.clock.advance(660.0)
    again.drops = world.drops
    restarted = again.meet(agent())
    restarted.survey.restore(site.survey.state())
    found = await over(restarted, 2)
    assert (texts(found[-1].blocked), found[-1].confirmed) == (UPPER, True)


# How much is known.


async def test_every_port_is_counted_once_and_what_is_certain_to_be_shut_as_blocked() -> None:
    world = HeldWorld()
    world.far.never = PortSet.parse("50000-50100")
    world.far.busy = PortSet.parse("51000-51100")
    shut(world, "drops", UPPER)
    found = (await over(world.meet(agent()), 40))[-1]
    assert found.coverage is not None
    counts = found.coverage.ports
    assert sum(counts.values()) == len(RANGE)
    assert counts[RangeState.BLOCKED] > 300
    assert counts[RangeState.INCONCLUSIVE] == 0
    assert counts[RangeState.EXEMPT] > 3
    assert found.coverage.complete_in is not None


async def test_a_small_range_is_all_tested_though_some_of_its_ports_are_never_held() -> None:
    world = HeldWorld()
    world.far.never = PortSet.parse("50003")
    site = world.site(agent(10), "50000-50019", world.greet)
    found = (await over(site, 6))[-1]
    assert found.coverage is not None
    assert (found.largest_untested, found.coverage.ports[RangeState.EXEMPT]) == (0, 1)
    assert found.coverage.last_full_pass is not None
    assert "All 19 ports tested (and 1 where services are registered)." in found.detail


# In a hurry.


async def hurried(
    world: HeldWorld, seconds: float, *, begins: float = 90.0
) -> tuple[Site, list[tuple[float, Judgement]]]:
    """What was published after somebody began to wait, and how long after that."""
    site = world.meet(agent())
    clock = world.network.clock
    running = asyncio.create_task(forever([site.survey], 60.0, clock, lambda: 0.0, lambda _: None, unbroken))
    await clock.advance(begins)
    site.survey.hurry(clock.monotonic() + seconds)
    assert not site.survey.settled
    await clock.advance(seconds)
    running.cancel()
    ranges = [(at - begins, each.judgement) for at, each in site.published if each.path.check is Check.RPC_RANGE]
    return site, [each for each in ranges if each[0] >= 0]


@pytest.mark.parametrize("begins", [0.5, 30.0, 58.0, 119.0])
async def test_in_a_hurry_an_edge_is_found_sooner_within_the_same_budget(begins: float) -> None:
    world = HeldWorld()
    shut(world, "drops", UPPER)
    site, found = await hurried(world, 420.0, begins=begins)
    at, first = next((at, each) for at, each in found if each.confirmed)
    assert texts(first.blocked) == UPPER
    assert at < 240.0
    assert site.survey.settled
    assert is_within_budget(world)


async def test_a_hurry_that_has_nothing_more_to_learn_is_over() -> None:
    world = HeldWorld()
    site, found = await hurried(world, 300.0)
    assert site.survey.settled
    assert not site.survey.is_hurried
    assert found[0][0] < 30.0
    assert len(found) <= 1 + 300 / 60 + 1


async def test_a_hurry_costs_no_more_than_250_attempts() -> None:
    world = HeldWorld()
    world.drops = PortSet(tuple((first, first + 150) for first in range(50_000, 65_000, 390)))
    await hurried(world, 3600.0, begins=90.0)
    during = [at for at in world.network.in_range(RANGE) if at >= 90.0]
    most = 246 + 60 * 40  # what every round asks anyway
    assert len(during) <= most
    assert is_within_budget(world)


async def test_a_survey_without_a_range_is_settled() -> None:
    world = HeldWorld()
    site = Site(world.network, both(), agent())
    site.survey.hurry(world.network.clock.monotonic() + 60.0)
    assert site.survey.settled
    assert not site.survey.is_hurried


async def test_rounds_in_a_hurry_begin_ten_seconds_apart_at_least() -> None:
    world = HeldWorld()
    shut(world, "drops", TWO)
    site = world.meet(agent())
    clock, began = world.network.clock, list[float]()
    round_ = site.survey.round

    async def noted() -> None:
        began.append(world.network.now)
        await round_()

    site.survey.round = noted  # type: ignore[method-assign]
    running = asyncio.create_task(forever([site.survey], 60.0, clock, lambda: 0.0, lambda _: None, unbroken))
    await clock.advance(57.0)
    site.survey.hurry(clock.monotonic() + 300.0)
    await clock.advance(300.0)
    running.cancel()
    gaps = [after - before for before, after in pairwise(began)]
    assert min(gaps) >= 10.0 - 1e-6


@pytest.mark.parametrize("manners", [Manners.agent(3.0, 60.0, 16)])
async def test_a_hurry_ends_by_itself(manners: Manners) -> None:
    world = HeldWorld()
    site = world.meet(manners)
    site.survey.hurry(world.network.clock.monotonic() + 5.0)
    await world.network.clock.advance(6.0)
    assert not site.survey.is_hurried


async def test_whoever_asks_again_whether_it_is_settled_does_not_unsettle_it() -> None:
    world = HeldWorld()
    site = world.meet(agent())
    clock = world.network.clock
    running = asyncio.create_task(forever([site.survey], 60.0, clock, lambda: 0.0, lambda _: None, unbroken))
    waited = 0
    while waited < 120 and not (waited and site.survey.settled):
        site.survey.hurry(clock.monotonic() + 15.0)
        await clock.advance(2.0)
        waited += 2
    site.survey.hurry(clock.monotonic() + 15.0)
    running.cancel()
    assert waited < 120
    assert site.survey.settled
