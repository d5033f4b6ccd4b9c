"""The judge of the faults can say no: what may be published in which world, and what must be in the end."""

import pytest

from .world import CHECKS, ENDPOINT, EPM, RANGE, SQL, Holder, Way, World, fits, may_say

OPEN, HELD = World(), World(held=True)
CUT = World(mapper=Way.DROP, service=Way.DROP, database=Way.DROP)
ALONE = World(can_ask=False)


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("ours", [True, False])
def test_of_a_world_in_which_all_is_open_nothing_bad_may_be_said(check: str, ours: bool) -> None:
    for bad in (
        "blocked/silent-drop",
        "blocked/icmp-reject",
        "partly-blocked/silent-drop",
        "unreachable/no-answer",
        "unreachable/host-down",
        "service-down/not-registered",
        "unresolved/name-resolution",
    ):
        assert not may_say(bad, check, [OPEN], ours=ours)
    for word in ("reachable", "inconclusive/local-fault", "pending"):
        assert may_say(word, check, [OPEN], ours=ours)


@pytest.mark.parametrize("check", CHECKS)
def test_a_fault_of_ours_is_no_reason_to_accuse(check: str) -> None:
    assert not may_say("unreachable/host-down", check, [OPEN, ALONE, OPEN], ours=True)
    assert not fits("unreachable/host-down", ALONE.exact(check))
    assert fits("inconclusive/local-fault", ALONE.exact(check))


@pytest.mark.parametrize("check", CHECKS)
def test_who_cannot_ask_finds_nobody_reachable(check: str) -> None:
    assert not may_say("reachable", check, [ALONE], ours=True)
    assert may_say("reachable", check, [ALONE, OPEN], ours=True)


@pytest.mark.parametrize("check", [SQL, EPM, ENDPOINT])
def test_what_is_shut_may_not_be_called_reachable_until_it_opens(check: str) -> None:
    assert not may_say("reachable", check, [CUT], ours=False)
    assert may_say("reachable", check, [CUT, OPEN], ours=False)
    assert may_say("unreachable/no-answer", check, [OPEN, CUT], ours=False)
    assert not fits("reachable", CUT.exact(check))


@pytest.mark.parametrize(
    ("world", "check", "said"),
    [
        (World(database=Way.PROHIBIT), SQL, "blocked/icmp-reject"),
        (World(mapper=Way.RESET), EPM, "unreachable/refused"),
        (World(mapper=Way.RESET), ENDPOINT, "inconclusive/no-known-listener"),
        (World(service=Way.REFUSE), ENDPOINT, "blocked/icmp-reject"),
        (World(service=Way.REFUSE), RANGE, "partly-blocked/icmp-reject"),
        (World(master=Holder.EMPTY), EPM, "unreachable/refused"),
        (World(named=Holder.NOBODY), EPM, "unreachable/host-down"),
        (World(master=Holder.ELSEWHERE), EPM, "reachable"),
        (World(link=False), SQL, "unreachable/host-down"),
    ],
)
def test_what_has_to_be_said_in_the_end(world: World, check: str, said: str) -> None:
    assert fits(said, world.exact(check))


def test_with_the_far_agent_a_range_has_to_be_known() -> None:
    assert not fits("inconclusive/agent-silent", HELD.exact(RANGE))
    assert fits("inconclusive/no-known-listener", OPEN.exact(RANGE))


def test_a_world_is_what_its_rules_are() -> None:
    assert [*OPEN.statements("192.0.2.1", "192.0.2.2")] == []
    rules = [*World(mapper=Way.DROP, database=Way.RESET).statements("192.0.2.1", "192.0.2.2")]
    assert rules == [
        "ip daddr 192.0.2.1 tcp dport 135 drop",
        "ip daddr 192.0.2.2 tcp dport 1433 reject with tcp reset",
    ]
