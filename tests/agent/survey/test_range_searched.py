"""What is shut in a range is found exactly, and nothing else is claimed: once, and round after round."""

import asyncio
from dataclasses import replace
from random import Random

import pytest

from agent.found.finding import Kind
from agent.ground.path import Check
from agent.ground.ports import PortSet
from agent.judge.verdict import Cause, Proof, Verdict
from agent.survey.manners import Manners
from agent.survey.sampling import sample
from probes.registry import Kind as Knock
from probes.state import State
from tests.agent.seen import path
from tests.agent.survey.mapped import both, judgement
from tests.agent.survey.network import Site, agent, forever, most_in, once, unbroken
from tests.agent.survey.world import DYNAMIC, LISTENERS, World, over, ranged, texts

RANGE = PortSet.parse(DYNAMIC)
UPPER = "57344-65535"
V, C = Verdict, Cause


def intervals(world: World, count: int, samples: int, seed: int) -> PortSet:
    """So many intervals at random, each with a sampled port in it and between it and the next, none with a listener."""
    random = Random(seed)
    asked = sample(RANGE, samples, "MSS", int(world.network.clock.time() // 60))
    while True:
        chosen = sorted(random.sample(range(len(asked) - 1), 2 * count))
        edges = [random.randint(asked[at] + 1, asked[at + 1]) for at in chosen]
        shut = PortSet(tuple((edges[2 * at], edges[2 * at + 1] - 1) for at in range(count)))
        if not any(port in shut for near in LISTENERS for port in range(near - 3, near + 4)):
            return shut


def attempts(world: World) -> int:
    return len(world.network.in_range(RANGE))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("count", "samples"), [(1, 16), (2, 16), (3, 16), (5, 16), (8, 32)])
async def test_once_finds_what_drops_exactly(count: int, samples: int, seed: int) -> None:
    world = World()
    world.drops = intervals(world, count, samples, seed)
    found = await ranged(world.site(once(samples)))
    assert texts(found.suspect) == texts(world.drops)
    assert (found.verdict, found.cause, found.evidence) == (V.INCONCLUSIVE, C.NO_KNOWN_LISTENER, Proof.REPLY)
    assert found.blocked == PortSet()
    assert attempts(world) <= 250


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("stealthy", [False, True])
@pytest.mark.parametrize(("count", "samples"), [(1, 16), (3, 16), (8, 32)])
async def test_once_finds_what_refuses_exactly(count: int, samples: int, stealthy: bool, seed: int) -> None:
    world = World(stealthy=stealthy)
    world.refuses = intervals(world, count, samples, seed)
    found = await ranged(world.site(once(samples)))
    assert texts(found.blocked) == texts(world.refuses)
    assert (found.verdict, found.cause) == (V.PARTLY_BLOCKED, C.ICMP_REJECT)
    assert found.confirmed or (stealthy and count == 8)  # silence takes more asking again than there is
    assert attempts(world) <= 250


async def test_one_edge_takes_eight_deadlines_and_few_attempts() -> None:
    world = World()
    world.drops = PortSet.parse(UPPER)
    found = await ranged(world.site(once()))
    assert (texts(found.suspect), found.confirmed) == (UPPER, True)
    assert world.network.now <= 8 * 3.0
    assert attempts(world) < 250


async def test_a_range_that_answers_is_reachable_as_far_as_it_was_tested() -> None:
    world = World()
    found = await ranged(world.site(once()))
    assert (found.verdict, found.evidence) == (V.REACHABLE, Proof.REPLY)
    assert "No block found" in found.detail
    assert "could be missed" in found.detail


@pytest.mark.parametrize("manners", [once(), agent()])
@pytest.mark.parametrize("shut", ["", UPPER, "49152-65535"])
async def test_behind_stealth_mode_nothing_is_shown(shut: str, manners: Manners) -> None:
    world = World(stealthy=True)
    world.drops = PortSet.parse(shut) if shut else PortSet()
    found = (await over(world.site(manners), 4))[-1]
    assert (found.verdict, found.cause) == (V.INCONCLUSIVE, C.NO_KNOWN_LISTENER)
    assert (found.blocked, found.suspect) == (PortSet(), PortSet())


@pytest.mark.parametrize("half", ["49152-57343", UPPER])
async def test_a_router_that_resets_one_half_of_a_silent_host_s_range_proves_nothing(half: str) -> None:
    world = World(stealthy=True)
    world.resets = PortSet.parse(half)
    found = await ranged(world.site(once()))
    assert (found.verdict, found.cause) == (V.INCONCLUSIVE, C.NO_KNOWN_LISTENER)
    assert found.suspect == PortSet()
    assert set(found.passes) <= set(LISTENERS)


async def test_without_exact_silence_is_made_certain_and_no_edge_is_looked_for() -> None:
    world = World()
    world.drops = PortSet.parse(UPPER)
    found = await ranged(world.site(Manners.once(3.0, 60.0, 16, exact=False)))
    assert found.verdict is V.INCONCLUSIVE
    assert set(found.suspect) < set(world.drops)
    assert not found.confirmed
    assert attempts(world) <= 50


@pytest.mark.parametrize(("drops", "verdict"), [("57344-65535", V.INCONCLUSIVE), ("", V.REACHABLE)])
async def test_a_part_that_is_asked_about_is_held_against_the_rest_of_the_range(drops: str, verdict: Verdict) -> None:
    """All of it silent shows something only because the host resets elsewhere."""
    world = World()
    world.drops = PortSet.parse(drops) if drops else PortSet()
    part = PortSet.parse("60000-60049")
    fixed, *_ = both()
    path_of_part = replace(path(Check.RPC_RANGE, "60000-60049"), matchers=fixed.matchers, within=RANGE)
    site = Site(world.network, [*both(), path_of_part], once(50))
    found = await ranged(site)
    assert (found.verdict, texts(found.suspect)) == (verdict, "60000-60049" if drops else "")
    assert found.tested == len(part)
    assert not site.survey.findings  # that a service listens elsewhere in the range is none


@pytest.mark.parametrize(
    ("ports", "shut"),
    [
        ("49701", ""),
        ("50000", "50000"),
        ("50000-50009", "50004"),
        ("49690-49720,60000-60020", "60000-60020"),
        ("49690-49720,1433,60000-60020", "1433"),
        ("49690-49730", "49710,49712,49714,49716-49718"),
    ],
)
async def test_small_and_several_ranges(ports: str, shut: str) -> None:
    world = World()
    world.refuses = PortSet.parse(shut) if shut else PortSet()
    found = await ranged(world.site(once(200), ports))
    assert texts(found.blocked) == texts(world.refuses)
    assert found.verdict is (V.REACHABLE if not shut and ports != "49701" else found.verdict)
    assert (found.verdict in (V.BLOCKED, V.PARTLY_BLOCKED)) == bool(shut)


@pytest.mark.parametrize("kind", ["drops", "refuses"])
async def test_forty_intervals_end_within_the_bound_and_claim_nothing_else(kind: str) -> None:
    world = World()
    shut = PortSet(tuple((first, first + 150) for first in range(50_000, 66_000, 390) if first + 150 <= 65_535))
    assert len(shut.intervals) == 40
    setattr(world, kind, shut)
    found = await ranged(world.site(once(100)))
    assert attempts(world) <= 250
    assert not found.confirmed
    assert found.verdict is (V.PARTLY_BLOCKED if kind == "refuses" else V.INCONCLUSIVE)


# The agent, over rounds.


@pytest.mark.parametrize("kind", ["drops", "refuses"])
async def test_the_agent_finds_the_same_in_some_rounds_and_stays_within_its_budget(kind: str) -> None:
    world = World()
    setattr(world, kind, PortSet.parse("52000-54999,57344-65535"))
    site = world.site(agent())
    found = (await over(site, 14))[-1]
    assert texts(found.suspect | found.blocked) == "52000-54999,57344-65535"
    assert found.confirmed
    asked = world.network.in_range(RANGE)
    assert most_in(asked, 60.0) <= 40
    assert most_in(asked, 20.0) <= 15


@pytest.mark.parametrize("kind", ["drops", "refuses"])
@pytest.mark.parametrize("moved", ["60000-65535", "55000-65535", "50500-51999", ""])
async def test_a_firewall_that_changes_is_followed(kind: str, moved: str) -> None:
    world = World()
    setattr(world, kind, PortSet.parse(UPPER))
    site = world.site(agent())
    await site.rounds(10)
    setattr(world, kind, PortSet.parse(moved) if moved else PortSet())
    found = (await over(site, 14))[-1]
    assert texts(found.suspect | found.blocked) == moved
    assert found.verdict is not V.REACHABLE if moved else found.verdict is V.REACHABLE


@pytest.mark.parametrize(("interval", "samples"), [(20, 11), (30, 16), (60, 16)])
async def test_an_edge_is_found_whatever_the_interval_is(interval: int, samples: int) -> None:
    """A short round has little room beside its sample; a search must have some of it."""
    world = World()
    world.drops = PortSet.parse(UPPER)
    site = world.site(agent(samples, 1.5, interval))
    found = judgement((await site.rounds(20 * 60 // interval, interval))[-1], Check.RPC_RANGE)
    assert (texts(found.suspect), found.confirmed) == (UPPER, True)


async def test_a_moved_edge_shows_in_one_round() -> None:
    world = World()
    world.refuses = PortSet.parse(UPPER)
    site = world.site(agent())
    await site.rounds(8)
    world.refuses = PortSet.parse("57400-65535")
    (found,) = await over(site, 1)
    assert 57_344 not in found.blocked
    assert found.blocked.intervals[-1][1] == 65_535


async def test_a_firewall_that_changes_in_the_middle_of_a_search_is_found_as_it_is_then() -> None:
    world = World()
    world.drops = PortSet.parse(UPPER)
    world.after(40, lambda: setattr(world, "drops", PortSet.parse("60000-62000")))
    found = await ranged(world.site(once()))
    assert (found.verdict, found.confirmed) == (V.INCONCLUSIVE, True)
    assert texts(found.suspect) == "60000-62000"


# Loss, limits, outages.


@pytest.mark.parametrize("seed", range(3))
async def test_two_percent_of_loss_makes_nothing_suspect(seed: int) -> None:
    """200 rounds: a lost packet is asked again, and the round after it is reachable again."""
    world = World(loss=0.02, seed=seed)
    found = await over(world.site(agent()), 200)
    assert {each.verdict for each in found} <= {V.REACHABLE, V.INCONCLUSIVE}
    assert all(each.suspect == PortSet() for each in found)
    assert sum(each.verdict is V.REACHABLE for each in found) > 190


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("loss", [0.2, 0.5])
async def test_heavy_loss_blocks_nothing(loss: float, seed: int) -> None:
    world = World(loss=loss, seed=seed)
    found = await over(world.site(agent()), 200)
    assert {each.verdict for each in found} <= {V.REACHABLE, V.INCONCLUSIVE}
    assert not any(each.confirmed and each.suspect for each in found)
    assert loss > 0.2 or C.OWN_PROBING not in {each.cause for each in found}


@pytest.mark.parametrize("seed", range(3))
async def test_through_loss_a_real_cut_is_still_seen(seed: int) -> None:
    world = World(loss=0.02, seed=seed)
    world.drops = PortSet.parse(UPPER)
    found = await over(world.site(agent()), 60)
    last = [each for each in found[30:] if each.confirmed]
    assert last
    assert all(texts(each.suspect) == UPPER for each in last)
    assert all(each.verdict is V.INCONCLUSIVE for each in found)


@pytest.mark.parametrize("stealthy", [False, True])
async def test_a_router_that_refuses_only_so_often_never_makes_another_port_blocked(stealthy: bool) -> None:
    world = World(stealthy=stealthy)
    world.refuses, world.tells = PortSet.parse(UPPER), 1.0
    for found in [await ranged(world.site(once())), *(await over(world.site(agent()), 12))]:
        assert set(found.blocked) <= set(world.refuses)
        assert not set(found.passes) & set(world.refuses)
        assert found.verdict in (V.PARTLY_BLOCKED, V.BLOCKED)


async def test_a_limit_on_connections_blocks_nothing() -> None:
    world = World()
    world.passes = 3.0
    for found in [await ranged(world.site(once())), *(await over(world.site(agent()), 6))]:
        assert found.blocked == PortSet()
        assert found.verdict in (V.INCONCLUSIVE, V.REACHABLE)
        assert not (found.confirmed and found.suspect)


@pytest.mark.parametrize("rate", [0.3, 0.5, 1.0, 5.0])
async def test_a_host_that_resets_only_so_often_makes_nothing_suspect(rate: float) -> None:
    """A SYN-ACK beside it would not show the limit; another RST does."""
    world = World()
    world.host_resets = rate
    for found in [await ranged(world.site(once())), *(await over(world.site(agent()), 40))]:
        assert found.verdict in (V.INCONCLUSIVE, V.REACHABLE)
        assert found.suspect == PortSet()


@pytest.mark.parametrize("manners", [once(), agent()])
async def test_a_firewall_that_opens_only_what_a_mapper_named_and_resets_the_rest_is_not_reachable(
    manners: Manners,
) -> None:
    world = World(stealthy=True)
    world.pinhole = 30.0
    for found in await over(world.site(manners), 4):
        assert (found.verdict, found.suspect) == (V.INCONCLUSIVE, PortSet())


async def test_a_mapper_that_falls_silent_stops_no_search() -> None:
    world = World()
    site = world.site(agent())
    await site.rounds(5)
    world.drops = PortSet.parse(UPPER)
    world.network.script(135, lambda _: State.FILTERED)
    found = await over(site, 12)
    assert (texts(found[-1].suspect), found[-1].confirmed) == (UPPER, True)


async def test_an_outage_while_known_edges_are_asked_again_is_no_shunning() -> None:
    """They are, in every round; else each restart of the peer would cost an hour."""
    world = World()
    world.drops = PortSet.parse(UPPER)
    site = world.site(agent())
    await site.rounds(15)
    world.down = True
    found = list(await over(site, 4))
    world.down = False
    found += await over(site, 8)
    assert C.OWN_PROBING not in {each.cause for each in found}
    assert (texts(found[-1].suspect), found[-1].confirmed) == (UPPER, True)


async def test_a_host_that_was_down_is_reachable_in_the_round_after() -> None:
    """Its silence was nobody's answer: nothing of it is taken down."""
    world = World()
    site = world.site(agent())
    await site.rounds(3)
    world.down = True
    gone = await over(site, 5)
    assert {each.verdict for each in gone} == {V.INCONCLUSIVE}
    world.down = False
    back = await over(site, 4)
    assert back[-1].verdict is V.REACHABLE
    assert back[-1].suspect == PortSet()


async def test_a_peer_that_is_silent_everywhere_is_one_finding() -> None:
    world = World()
    world.down = True
    site = world.site(agent())
    await site.round()
    silent = [each for each in site.survey.findings if each.kind is Kind.PEER_SILENT]
    assert len(silent) == 1
    world.down = False
    await site.round()
    assert not [each for each in site.survey.findings if each.kind is Kind.PEER_SILENT]


async def test_after_three_silent_rounds_one_port_a_round_is_asked() -> None:
    world = World(stealthy=True)
    site = world.site(agent())
    counts = []
    for _ in range(6):
        before = attempts(world)
        await over(site, 1)
        counts.append(attempts(world) - before)
    assert min(counts[:3]) >= 16
    assert max(counts[3:]) <= 2  # and the service's own port, which its mapper names


async def test_a_host_that_speaks_again_is_asked_as_before() -> None:
    world = World(stealthy=True)
    site = world.site(agent())
    await site.rounds(5)
    world.stealthy = False
    found = await over(site, 4)
    assert found[-1].verdict is V.REACHABLE
    assert found[-1].tested > 30


async def test_a_host_that_was_silent_for_long_and_then_is_not_is_seen_as_it_is() -> None:
    """What was silent while it was nobody's to be heard is not held against it."""
    world = World(stealthy=True)
    site = world.site(agent())
    await site.rounds(300)
    world.stealthy = False
    found = await over(site, 8)
    assert found[-1].verdict is V.REACHABLE


@pytest.mark.parametrize(
    ("count", "interval", "samples"), [(1, 60, 16), (2, 60, 16), (4, 60, 16), (16, 60, 16), (1, 10, 4), (1, 20, 11)]
)
async def test_no_round_is_overrun_and_all_addresses_are_asked_in_the_end(
    count: int, interval: int, samples: int
) -> None:
    """Whoever leaves out rounds leaves out their ports for ever."""
    world = World()
    world.refuses = PortSet.parse("60000-65535")
    addresses = tuple(f"192.0.2.{100 + number}" for number in range(count))
    for address in addresses:
        world.network.script(135, lambda _: world.mapper(), address=address, kind=Knock.MAPPER)
    fixed = both(addresses=addresses)
    ranges = replace(path(Check.RPC_RANGE, addresses=addresses), matchers=fixed[0].matchers)
    site, skipped = Site(world.network, [*fixed, ranges], agent(samples, 3.0, interval)), list[str]()
    running = asyncio.create_task(
        forever([site.survey], interval, world.network.clock, lambda: 0.0, skipped.append, unbroken)
    )
    await world.network.clock.advance(90 * 60.0)
    running.cancel()
    assert skipped == []
    asked = world.network.in_range(RANGE)
    assert most_in(asked, 60.0) <= 40
    assert most_in(asked, 20.0) <= 15
    tested = [known.search.map.states for known in site.survey._memory.ranges.values()]
    assert len(tested) == count
    assert min(len(states) - states.count(0) for states in tested) >= (10 if count == 16 else 40)


# Our own probing.


async def test_a_sample_that_is_too_much_for_a_device_already_is_noticed() -> None:
    world = World()
    world.after(14, lambda: setattr(world, "shuns", True))
    found = await ranged(world.site(once()))
    assert (found.verdict, found.cause) == (V.INCONCLUSIVE, C.OWN_PROBING)


async def test_a_device_that_shuns_us_in_the_middle_of_a_search_ends_it() -> None:
    world = World()
    world.drops = PortSet.parse(UPPER)
    site = world.site(once())
    world.after(45, lambda: setattr(world, "shuns", True))
    found = await ranged(site)
    assert (found.verdict, found.cause) == (V.INCONCLUSIVE, C.OWN_PROBING)
    assert found.suspect == PortSet()
    assert attempts(world) < 120


async def test_an_agent_that_is_shunned_leaves_the_range_alone_for_an_hour() -> None:
    world = World()
    world.drops = PortSet.parse(UPPER)
    site = world.site(agent())
    await site.rounds(2)
    world.shuns = True
    (first,) = await over(site, 1)
    assert first.cause is C.OWN_PROBING
    world.shuns, asked = False, len(world.network.asked)
    (later,) = await over(site, 1)
    assert later.cause is C.OWN_PROBING
    assert {each.target.port for each in world.network.asked[asked:]} <= {135, *LISTENERS}
    found = await over(site, 70)
    assert found[-1].cause is not C.OWN_PROBING


async def test_an_outage_long_after_a_search_is_no_shunning() -> None:
    world = World()
    site = world.site(agent())
    await site.rounds(3)
    world.down = True
    found = await over(site, 3)
    assert all(each.cause is not C.OWN_PROBING for each in found)


async def test_one_silent_port_of_a_whole_round_is_not_reachable() -> None:
    """A wrong "reachable" is the worst there is: the agent's round is not, until the silence is explained."""
    world = World()
    site = world.site(agent())
    await site.rounds(2)
    world.drops = PortSet.parse(UPPER)
    found = await over(site, 6)
    assert V.REACHABLE not in {each.verdict for each in found}


async def test_what_is_known_outlives_a_restart() -> None:
    world = World()
    world.refuses = PortSet.parse(UPPER)
    site = world.site(agent())
    before = (await over(site, 8))[-1]
    after = World()
    after.refuses = world.refuses
    restarted = after.site(agent())
    await after.network.clock.advance(600.0)
    restarted.survey.restore(site.survey.state())
    (found,) = await over(restarted, 1)
    assert before.tested < found.tested
    assert texts(found.blocked) == UPPER


async def test_after_a_restart_nothing_that_was_kept_accuses_on_its_own() -> None:
    """The firewall may have been opened meanwhile: a refusal has to be seen again."""
    world = World()
    world.refuses = PortSet.parse(UPPER)
    site = world.site(agent())
    await site.rounds(8)
    after = World()
    restarted = after.site(agent())
    await after.network.clock.advance(600.0)
    restarted.survey.restore(site.survey.state())
    first, *_, last = await over(restarted, 4)
    assert first.blocked == last.blocked == PortSet()
    assert last.verdict is V.REACHABLE
