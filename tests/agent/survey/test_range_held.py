"""What is shut is found exactly, and by whom, when the peer's agent listens for us; and nothing else is claimed."""

import pytest

from agent.ground.path import Check
from agent.ground.ports import PortSet
from agent.judge.verdict import Cause, Judgement, Proof, Verdict
from agent.survey.manners import Manners
from agent.survey.range.far import Silent
from probes.registry import Kind
from probes.state import State
from probes.wire.icmp import Icmp
from probes.wire.rendezvous.messages import Admission
from tests.agent.seen import HERE, PEER, ROUTER, outcome
from tests.agent.survey import world as passive
from tests.agent.survey.farend import HeldWorld
from tests.agent.survey.mapped import judgement
from tests.agent.survey.network import once
from tests.agent.survey.test_range_searched import RANGE, UPPER, intervals
from tests.agent.survey.world import LISTENERS, ranged, texts
from tests.fakes.table import SSO_PORT

V, C = Verdict, Cause
PART = "60000-60999"

# How a firewall shuts ports → the cause.
WAYS = {
    "drops": C.SILENT_DROP,
    "returns": C.RETURN_PATH,
    "resets": C.INJECTED_RESET,
    "refuses": C.ICMP_REJECT,
    "strangers": C.MIDDLEBOX,
}


def shut(world: HeldWorld, way: str, ports: str) -> None:
    setattr(world, way, PortSet.parse(ports))


def attempts(world: HeldWorld) -> int:
    return len(world.network.in_range(RANGE))


def verdict(found: Judgement) -> tuple[Verdict, Cause | None, Proof]:
    return found.verdict, found.cause, found.evidence


@pytest.mark.parametrize("stealthy", [True, False])
async def test_a_range_that_is_open_is_reachable_by_proofs(stealthy: bool) -> None:
    world = HeldWorld(stealthy=stealthy)
    found = await ranged(world.meet(once()))
    assert verdict(found) == (V.REACHABLE, None, Proof.HELD)
    assert "18 ports at which the agent of MSS listened were reached" in found.detail
    assert "could be missed" in found.detail
    assert attempts(world) == 18 + 1  # and the service's own port


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("count", "samples"), [(1, 16), (2, 16), (3, 16), (4, 16), (5, 16), (6, 32), (7, 32), (8, 64)])
async def test_once_finds_any_cuts_exactly_and_how_they_are_made(way: str, count: int, samples: int, seed: int) -> None:
    world = HeldWorld()
    setattr(world, way, intervals(world, count, samples, seed))
    found = await ranged(world.meet(once(samples)))
    assert verdict(found) == (V.PARTLY_BLOCKED, WAYS[way], Proof.HELD)
    assert texts(found.blocked) == texts(getattr(world, way))
    assert found.confirmed or count > 3  # silence takes more asking again than there is
    assert attempts(world) <= 250


@pytest.mark.parametrize("way", WAYS)
async def test_all_of_it_shut_is_blocked(way: str) -> None:
    world = HeldWorld()
    world.far.reached_ago = 3600
    shut(world, way, str(RANGE))
    found = await ranged(world.meet(once()))
    assert verdict(found) == (V.BLOCKED, WAYS[way], Proof.HELD)
    assert (texts(found.blocked), found.confirmed) == (str(RANGE), True)


async def test_one_edge_among_64_samples_takes_eight_deadlines_and_few_attempts() -> None:
    world = HeldWorld()
    shut(world, "drops", UPPER)
    found = await ranged(world.meet(once(64)))
    assert (found.verdict, texts(found.blocked), found.confirmed) == (V.PARTLY_BLOCKED, UPPER, True)
    assert world.network.now <= 8 * 3.0
    assert attempts(world) < 250


async def test_several_causes_are_told_apart_and_most_of_it_decides() -> None:
    world = HeldWorld()
    shut(world, "resets", "50000-51999")
    shut(world, "returns", "53000-57999")
    shut(world, "drops", "60000-63000")
    found = await ranged(world.meet(once(32)))
    assert verdict(found) == (V.PARTLY_BLOCKED, C.RETURN_PATH, Proof.HELD)
    assert texts(found.blocked) == "50000-51999,53000-57999,60000-63000"
    assert found.detail.startswith(f"TCP 53000-57999 of {PEER}: what was sent arrived there")
    assert "TCP 50000-51999 are reset by somebody else." in found.detail
    assert "TCP 60000-63000 are dropped on the way." in found.detail
    assert f"pass the answers from {PEER}, TCP 53000-57999, to {HERE}" in found.remedy
    assert f"Pass TCP 60000-63000 from {HERE} to {PEER}, too." in found.remedy


async def test_who_refuses_is_named() -> None:
    world = HeldWorld()
    shut(world, "refuses", UPPER)
    found = await ranged(world.meet(once()))
    assert found.rejected_by == ROUTER
    assert ROUTER in found.remedy


async def test_a_refusal_by_the_probed_address_is_its_firewall_s(monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = outcome(State.REJECTED, icmp=Icmp(4, 3, 13, PEER))
    monkeypatch.setattr("tests.agent.survey.farend.REFUSAL", refusal)
    world = HeldWorld()
    shut(world, "refuses", UPPER)
    found = await ranged(world.meet(once()))
    assert verdict(found) == (V.PARTLY_BLOCKED, C.HOST_FIREWALL, Proof.HELD)


async def test_without_exact_what_was_asked_is_made_certain_and_no_edge_is_looked_for() -> None:
    world = HeldWorld()
    shut(world, "drops", UPPER)
    found = await ranged(world.meet(Manners.once(3.0, 60.0, 16, exact=False)))
    assert found.verdict is V.PARTLY_BLOCKED
    assert set(found.blocked) < set(world.drops)
    assert not found.confirmed
    assert attempts(world) <= 50


@pytest.mark.parametrize(
    ("ports", "closed"),
    [
        ("50000", "50000"),
        ("50000-50009", "50004"),
        ("50000-50009", "50000-50009"),
        ("49690-49720,60000-60020", "60000-60020"),
        ("49690-49730", "49710,49712,49714,49716-49718"),
    ],
)
async def test_small_and_several_ranges(ports: str, closed: str) -> None:
    world = HeldWorld()
    world.far.reached_ago = 60
    shut(world, "drops", closed)
    found = await ranged(world.site(once(200), ports, world.greet))
    assert texts(found.blocked) == closed
    assert found.verdict in (V.BLOCKED, V.PARTLY_BLOCKED)


async def test_held_ports_are_nobody_s_controls() -> None:
    """They listen for seconds: a silence that is measured against them would mean nothing."""
    world = HeldWorld()
    site = world.meet(once())
    await site.round()
    memory = site.survey._memory
    assert set(memory.answering(PEER)) <= {135, *LISTENERS}
    assert memory.samples == {PEER: {}}


async def test_all_attempts_are_counted_by_what_they_saw() -> None:
    world = HeldWorld()
    shut(world, "drops", UPPER)
    results = await world.meet(once()).round()
    (result,) = [each for each in results if each.path.check is Check.RPC_RANGE]
    asked = [each for each in world.network.asked if each.kind is Kind.PROOF]
    assert sum(result.attempts.values()) == len(asked)


# Whose firewall?


async def test_held_silence_is_no_block_while_nobody_is_known_to_have_reached_a_held_port() -> None:
    world = HeldWorld()
    world.host_firewall = True
    found = await ranged(world.meet(once()))
    assert verdict(found) == (V.INCONCLUSIVE, C.HOST_FIREWALL, Proof.HELD)
    assert found.blocked == PortSet()
    assert f"while TCP {SSO_PORT}" in found.detail
    assert found.remedy.startswith("Allow the agent's program inbound")


@pytest.mark.parametrize(
    ("ago", "admission", "expected"),
    [
        (None, Admission.UNKNOWN, V.INCONCLUSIVE),
        (86_500, Admission.UNKNOWN, V.INCONCLUSIVE),
        (86_000, Admission.UNKNOWN, V.BLOCKED),
        (None, Admission.ADMITS, V.BLOCKED),
        (86_000, Admission.SHUTS, V.INCONCLUSIVE),
    ],
)
async def test_somebody_who_reached_it_or_the_agent_s_own_word_tells(
    ago: int | None, admission: Admission, expected: Verdict
) -> None:
    world = HeldWorld()
    world.far.reached_ago, world.far.admission = ago, admission
    shut(world, "drops", str(RANGE))
    assert (await ranged(world.meet(once()))).verdict is expected


async def test_one_port_that_passes_is_enough_to_know_that_the_host_admits_us() -> None:
    world = HeldWorld()
    shut(world, "drops", "49153-65535")
    found = await ranged(world.meet(once()))
    assert verdict(found) == (V.PARTLY_BLOCKED, C.SILENT_DROP, Proof.HELD)
    assert texts(found.blocked) == "49153-65535"


async def test_syns_that_arrive_are_enough_too() -> None:
    world = HeldWorld()
    shut(world, "returns", "49152-57343")
    shut(world, "drops", UPPER)
    found = await ranged(world.meet(once()))
    assert found.verdict is V.BLOCKED
    assert texts(found.blocked) == str(RANGE)


# What shows nothing.


@pytest.mark.parametrize("way", WAYS)
async def test_behind_a_translated_address_nobody_is_accused_and_nothing_is_taken_for_open(way: str) -> None:
    world = HeldWorld()
    world.far.bound = "10.0.0.5"
    shut(world, way, UPPER)
    found = await ranged(world.meet(once()))
    assert verdict(found) == (V.INCONCLUSIVE, C.NO_KNOWN_LISTENER, Proof.HELD)
    assert "its listeners are at 10.0.0.5" in found.detail
    assert found.blocked == found.suspect == PortSet()


async def test_behind_a_translated_address_what_passes_passes() -> None:
    world = HeldWorld()
    world.far.bound = "10.0.0.5"
    assert verdict(await ranged(world.meet(once()))) == (V.REACHABLE, None, Proof.HELD)


async def test_somebody_else_s_connection_is_not_taken_for_ours() -> None:
    world = HeldWorld()
    world.crowded = True
    shut(world, "drops", UPPER)
    found = await ranged(world.meet(once()))
    assert (found.verdict, texts(found.blocked)) == (V.PARTLY_BLOCKED, UPPER)


async def test_where_the_system_does_not_tell_our_port_what_passes_passes_and_silence_still_counts() -> None:
    world = HeldWorld()
    world.nameless = True
    shut(world, "drops", UPPER)
    found = await ranged(world.meet(once()))
    assert (found.verdict, texts(found.blocked)) == (V.PARTLY_BLOCKED, UPPER)
    shut(world, "drops", PART)
    shut(world, "returns", UPPER)
    assert (await ranged(world.meet(once()))).verdict is V.INCONCLUSIVE


async def test_ports_that_cannot_be_held_are_left_out_and_an_edge_is_found_beside_them() -> None:
    world = HeldWorld()
    world.far.busy, world.far.never = PortSet.parse("57300-57343"), PortSet.parse("57344-57400")
    world.far.vacant = PortSet.parse("52000-52100")
    shut(world, "drops", UPPER)
    found = await ranged(world.meet(once()))
    assert (found.verdict, texts(found.blocked), found.confirmed) == (V.PARTLY_BLOCKED, "57401-65535", True)


@pytest.mark.parametrize(("busy", "booted", "why"), [(True, False, "in use"), (False, True, "has started")])
async def test_where_nothing_can_be_held_nothing_is_shown_and_why_is_said(busy: bool, booted: bool, why: str) -> None:
    world = HeldWorld()
    world.far.busy, world.far.booted = RANGE if busy else PortSet(), booted
    shut(world, "drops", UPPER)
    found = await ranged(world.meet(once()))
    assert verdict(found) == (V.INCONCLUSIVE, C.NO_KNOWN_LISTENER, Proof.NONE)
    assert f"18 {'in use' if busy else 'as its host'}" in found.detail
    assert why in found.detail
    assert not [each for each in world.network.asked if each.kind is Kind.PROOF]


async def test_a_natural_listener_that_is_silent_counts_for_nothing() -> None:
    world = HeldWorld()
    shut(world, "drops", ",".join(map(str, LISTENERS)))
    found = await ranged(world.site(once(200), "49700-49710", world.greet))
    assert (found.verdict, found.blocked) == (V.REACHABLE, PortSet())
    assert not any(port in found.passes for port in LISTENERS)


async def test_a_natural_listener_shows_nothing_where_somebody_accepts_in_the_place_of_ours_all_around() -> None:
    """A random site found that: its own service's port was said to pass, and the range to be blocked in part only."""
    world = HeldWorld()
    shut(world, "strangers", "49700-49710")
    found = await ranged(world.site(once(200), "49700-49710", world.greet))
    assert (found.verdict, found.cause, found.passes) == (V.BLOCKED, C.MIDDLEBOX, PortSet())
    assert texts(found.blocked) == "49700-49710"  # as an interval has it that others lie in which were not asked


async def test_a_natural_listener_that_accepted_before_strangers_did_passes_no_longer() -> None:
    world = HeldWorld()
    site, rest = world.site(once(200), "49700-49710", world.greet), PortSet.parse("49700,49703-49710")
    world.far.busy = rest
    before = await ranged(site)
    world.far.busy = PortSet()
    shut(world, "strangers", "49700-49710")
    found = await ranged(site)
    assert texts(before.passes) == "49701-49702"
    assert (found.verdict, found.cause, found.passes) == (V.BLOCKED, C.MIDDLEBOX, PortSet())


async def test_beside_ports_that_say_our_proof_it_passes_whoever_accepts_elsewhere() -> None:
    world = HeldWorld()
    shut(world, "strangers", "49710-49720")
    found = await ranged(world.site(once(200), "49690-49720", world.greet))
    assert (found.verdict, found.cause, texts(found.passes)) == (V.PARTLY_BLOCKED, C.MIDDLEBOX, "49690-49709")


@pytest.mark.parametrize("full", ["57344", "57343-57344", "57340-57350"])
async def test_a_port_for_which_there_was_no_room_at_first_is_asked_again(full: str) -> None:
    """Otherwise an edge beside it would be taken for found."""
    world = HeldWorld()
    shut(world, "drops", UPPER)
    world.far.full, world.far.full_for = PortSet.parse(full), 5
    found = await ranged(world.meet(once()))
    assert texts(found.blocked) == UPPER
    assert found.confirmed


async def test_what_we_cannot_try_is_our_own_fault() -> None:
    world = HeldWorld()
    world.faulty = True
    found = await ranged(world.meet(once()))
    assert verdict(found) == (V.INCONCLUSIVE, C.LOCAL_FAULT, Proof.NONE)


# The agent there falls silent.


async def test_an_agent_that_is_stopped_while_ports_are_asked_accuses_nobody() -> None:
    world = HeldWorld()
    shut(world, "drops", UPPER)
    world.after(10, lambda: setattr(world.far, "alive", False))
    found = await ranged(world.meet(once()))
    assert verdict(found) == (V.INCONCLUSIVE, C.AGENT_SILENT, Proof.NONE)
    assert found.blocked == found.suspect == PortSet()
    assert "nobody is accused" in found.detail


async def test_not_even_for_what_was_certain_before() -> None:
    world = HeldWorld()
    shut(world, "drops", UPPER)
    world.after(60, lambda: setattr(world.far, "udp_shut", True))
    found = await ranged(world.meet(once()))
    assert (found.verdict, found.cause, found.blocked) == (V.INCONCLUSIVE, C.AGENT_SILENT, PortSet())


async def test_a_lease_that_was_broken_counts_for_nothing_and_is_asked_again() -> None:
    """The agent is restarted while ports are asked: they are silent for want of a listener."""
    world = HeldWorld()
    world.after(5, world.far.restart)
    found = await ranged(world.meet(once()))
    assert verdict(found) == (V.REACHABLE, None, Proof.HELD)
    assert len([each for each in world.network.asked if each.kind is Kind.PROOF]) == 36


async def test_an_ask_that_takes_longer_than_a_lease_has_it_renewed() -> None:
    world = HeldWorld()
    shut(world, "drops", UPPER)
    found = await ranged(world.meet(once(timeout=12.0)))
    assert (found.verdict, texts(found.blocked)) == (V.PARTLY_BLOCKED, UPPER)
    assert world.far.renewals >= 2 * world.far.holds


async def test_an_ask_that_outlasts_its_lease_counts_for_nothing() -> None:
    world = HeldWorld()
    shut(world, "drops", UPPER)
    world.far.renews = False
    found = await ranged(world.meet(once(timeout=12.0)))
    assert (found.verdict, found.blocked) == (V.INCONCLUSIVE, PortSet())


# From one end alone.


@pytest.mark.parametrize(
    ("silent", "cause", "words"),
    [
        (Silent.NO_KEY, C.NO_KNOWN_LISTENER, "closed ports and dropped ones look the same"),
        (Silent.NOT_EXPECTED, C.NO_KNOWN_LISTENER, "closed ports and dropped ones look the same"),
        (Silent.NO_ANSWER, C.AGENT_SILENT, "it has another key"),
        (Silent.OTHER_VERSION, C.AGENT_SILENT, "speaks another version"),
    ],
)
async def test_without_an_agent_a_range_is_judged_from_this_end(silent: Silent, cause: Cause, words: str) -> None:
    world = HeldWorld()
    world.far.silent = silent
    found = await ranged(world.meet(once()))
    assert (found.verdict, found.cause) == (V.INCONCLUSIVE, cause)
    assert words in found.detail
    assert "closed ports and dropped ones look the same" in found.detail


@pytest.mark.parametrize("way", ["refuses", "drops"])
async def test_everything_else_keeps_its_verdict_and_says_that_it_is_one_end_s(way: str) -> None:
    plain, world = passive.World(), HeldWorld(stealthy=False)
    for each in (plain, world):
        setattr(each, way, PortSet.parse(UPPER))
    world.far.silent = Silent.NO_ANSWER
    one, other = await ranged(plain.site(once())), await ranged(world.meet(once()))
    assert (one.verdict, one.blocked, one.suspect, one.passes) == (
        other.verdict,
        other.blocked,
        other.suspect,
        other.passes,
    )
    if way == "refuses":
        assert one.cause is other.cause
        assert other.detail == f"{one.detail} Judged from this end alone: the agent at {PEER} does not answer."
    else:
        assert other.cause is C.AGENT_SILENT
        assert other.detail.startswith(one.detail)


async def test_a_person_waits_two_seconds_for_an_agent_that_does_not_answer() -> None:
    world = HeldWorld()
    world.far.alive = False
    await world.meet(once()).round()
    assert world.network.now <= 2.0 + 3.0 + 0.1


# Loss, limits, our own probing.


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("loss", [0.02, 0.2, 0.5])
@pytest.mark.parametrize("way", [None, "drops", "returns"])
async def test_whatever_gets_lost_nothing_wrong_is_said(way: str | None, loss: float, seed: int) -> None:
    world = HeldWorld(loss=loss, seed=seed)
    if way is not None:
        shut(world, way, UPPER)
    found = await ranged(world.meet(once()))
    if way is None:
        assert found.verdict in (V.REACHABLE, V.INCONCLUSIVE)
        assert found.blocked == PortSet()
    else:
        assert found.verdict in (V.PARTLY_BLOCKED, V.BLOCKED, V.INCONCLUSIVE)
        assert not found.confirmed or texts(found.blocked) == UPPER
    if loss == 0.02:
        assert found.verdict is (V.REACHABLE if way is None else V.PARTLY_BLOCKED)
    if loss == 0.5:
        assert found.verdict is V.INCONCLUSIVE


async def test_a_limit_on_connections_blocks_nothing() -> None:
    """The far end's reports do not know of it; a port that passed before does."""
    for rate in (0.5, 1.0, 3.0):
        world = HeldWorld()
        world.passes = rate
        found = await ranged(world.meet(once()))
        assert found.blocked == PortSet()
        assert found.verdict in (V.INCONCLUSIVE, V.REACHABLE)


async def test_a_router_that_refuses_only_so_often_makes_no_other_port_blocked() -> None:
    world = HeldWorld()
    shut(world, "refuses", UPPER)
    world.tells = 1.0
    found = await ranged(world.meet(once()))
    assert set(found.blocked) <= set(world.refuses)
    assert not set(found.passes) & set(world.refuses)
    assert found.verdict is V.PARTLY_BLOCKED


@pytest.mark.parametrize("attempts", [12, 45])
async def test_a_device_that_shuns_us_ends_it_and_accuses_nobody(attempts: int) -> None:
    """It drops all that we send; to the sample already, or to the search."""
    world = HeldWorld()
    shut(world, "drops", UPPER)
    world.after(attempts, lambda: setattr(world, "shuns", True))
    found = await ranged(world.meet(once()))
    assert (found.verdict, found.cause) == (V.INCONCLUSIVE, C.OWN_PROBING)
    assert found.blocked == found.suspect == PortSet()
    assert len(world.network.asked) < 140


async def test_a_host_that_goes_down_is_no_block() -> None:
    world = HeldWorld()
    site = world.meet(once())
    world.after(30, lambda: setattr(world, "down", True))
    shut(world, "drops", UPPER)
    found = judgement(await site.round(), Check.RPC_RANGE)
    assert (found.verdict, found.blocked) == (V.INCONCLUSIVE, PortSet())
