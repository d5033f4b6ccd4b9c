"""What a sample of a range shows, judged from one end alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.judge.range import judge_range, largest_gap, tally
from agent.judge.verdict import Cause, Judgement, Proof, Verdict
from agent.ports import PortSet
from probes.outcome import Outcome
from probes.state import Sent, State
from probes.wire.icmp import Icmp
from tests.agent.seen import PEER, ROUTER, outcome, sight

RANGE = PortSet.parse("50000-50019")
BY_ROUTER, BY_TARGET = Icmp(4, 3, 13, ROUTER), Icmp(4, 3, 13, PEER)
NO_WAY = Icmp(4, 3, 1, ROUTER)

V, C = Verdict, Cause


def judged(*outcomes: Outcome) -> Judgement:
    return judge_range(sight(*outcomes, sampled=[each.target.port for each in outcomes]), RANGE)


def each(state: State, ports: str = "50000-50019", icmp: Icmp | None = None, sent: Sent = Sent.YES) -> list[Outcome]:
    return [outcome(state, port, icmp=icmp, sent=sent) for port in PortSet.parse(ports)]


def verdict(found: Judgement) -> tuple[Verdict, Cause | None, Proof]:
    return found.verdict, found.cause, found.evidence


@pytest.mark.parametrize(
    "seen",
    [
        each(State.FILTERED),
        each(State.CLOSED),
        each(State.FILTERED, "50000-50009") + each(State.CLOSED, "50010-50019"),
        each(State.FILTERED, "50000-50009") + each(State.REJECTED, "50010-50019", NO_WAY),
        each(State.RESET),
    ],
)
def test_silence_and_resets_show_nothing(seen: list[Outcome]) -> None:
    found = judged(*seen)
    assert verdict(found) == (V.INCONCLUSIVE, C.NO_KNOWN_LISTENER, Proof.NONE)
    assert (found.blocked, found.passes) == (PortSet(), PortSet())
    assert (found.tested, found.largest_untested) == (20, 0)


def test_an_accepted_connection_passes_but_shows_no_more_than_its_port() -> None:
    found = judged(*each(State.OPEN, "50003"), *each(State.FILTERED, "50004-50019"))
    assert verdict(found) == (V.INCONCLUSIVE, C.NO_KNOWN_LISTENER, Proof.REPLY)
    assert found.passes == PortSet.of([50003])


def test_a_policy_code_on_every_port_is_a_block() -> None:
    found = judged(*each(State.REJECTED, icmp=BY_ROUTER))
    assert verdict(found) == (V.BLOCKED, C.ICMP_REJECT, Proof.REPLY)
    assert found.blocked == RANGE
    assert found.rejected_by == ROUTER
    assert ROUTER in found.remedy
    assert "50000-50019" in found.remedy


def test_a_policy_code_beside_open_ports_blocks_exactly_its_ports() -> None:
    found = judged(
        *each(State.OPEN, "50001,50012"),
        *each(State.REJECTED, "50004-50006,50009", BY_ROUTER),
        *each(State.FILTERED, "50013-50019"),
    )
    assert verdict(found) == (V.PARTLY_BLOCKED, C.ICMP_REJECT, Proof.REPLY)
    assert found.blocked.texts() == ("50004-50006", "50009")
    assert found.passes.texts() == ("50001", "50012")
    assert not found.confirmed


def test_a_block_is_asked_to_be_lifted_for_the_whole_range() -> None:
    """What is between the sampled ports is needed as well."""
    found = judged(*each(State.OPEN, "50001"), *each(State.REJECTED, "50004", BY_ROUTER))
    assert "TCP 50000-50019" in found.remedy
    assert "50004" in found.detail


def test_a_policy_code_from_the_probed_address_is_its_own_firewall() -> None:
    found = judged(*each(State.REJECTED, icmp=BY_TARGET))
    assert verdict(found) == (V.BLOCKED, C.HOST_FIREWALL, Proof.REPLY)
    assert found.rejected_by == PEER


def test_if_only_some_come_from_the_probed_address_something_in_between_refuses_too() -> None:
    found = judged(*each(State.REJECTED, "50000-50009", BY_TARGET), *each(State.REJECTED, "50010-50019", BY_ROUTER))
    assert found.cause is C.ICMP_REJECT


def test_policy_codes_among_silence_are_a_block_as_nothing_is_shown_to_pass() -> None:
    """ICMP rate limits turn bursts of refusals into silence."""
    found = judged(*each(State.REJECTED, "50000", BY_ROUTER), *each(State.FILTERED, "50001-50019"))
    assert (found.verdict, found.blocked.texts()) == (V.BLOCKED, ("50000",))


def test_nothing_that_could_be_tried_is_our_own_fault() -> None:
    found = judged(*each(State.LOCAL_FAULT))
    assert verdict(found) == (V.INCONCLUSIVE, C.LOCAL_FAULT, Proof.NONE)
    assert (found.tested, found.largest_untested) == (0, 20)


def test_one_port_that_could_not_be_tried_says_nothing_about_the_others() -> None:
    found = judged(*each(State.LOCAL_FAULT, "50000"), *each(State.REJECTED, "50001-50019", BY_ROUTER))
    assert (found.verdict, found.tested, found.largest_untested) == (V.BLOCKED, 19, 1)


@pytest.mark.parametrize(
    "seen",
    [
        each(State.REJECTED, icmp=NO_WAY),
        each(State.FILTERED, sent=Sent.HELD),
        each(State.REJECTED),  # unreachable, and the system does not tell who said so
        each(State.REJECTED, "50000-50009", NO_WAY) + each(State.FILTERED, "50010-50019", sent=Sent.HELD),
        each(State.REJECTED, "50000-50009", NO_WAY) + each(State.LOCAL_FAULT, "50010-50019"),
    ],
)
def test_no_way_to_the_host_is_a_host_that_is_down(seen: list[Outcome]) -> None:
    assert verdict(judged(*seen)) == (V.UNREACHABLE, C.HOST_DOWN, Proof.NONE)


def test_who_says_that_there_is_no_way_is_named() -> None:
    found = judged(*each(State.REJECTED, icmp=NO_WAY))
    assert found.rejected_by == ROUTER
    assert ROUTER in found.detail


@pytest.mark.parametrize("others", [each(State.FILTERED, "50003-50019"), each(State.OPEN, "50003-50019")])
def test_a_device_that_answers_for_everyone_shows_nothing(others: list[Outcome]) -> None:
    found = judged(*each(State.OPEN, "50000-50002"), *others)
    assert verdict(found) == (V.INCONCLUSIVE, C.MIDDLEBOX, Proof.NONE)
    assert found.passes == PortSet()


def test_a_refusal_stands_beside_a_device_that_answers_for_everyone() -> None:
    found = judged(*each(State.OPEN, "50000-50009"), *each(State.REJECTED, "50010-50019", BY_ROUTER))
    assert verdict(found) == (V.BLOCKED, C.ICMP_REJECT, Proof.REPLY)
    assert found.passes == PortSet()


def test_only_sampled_ports_count() -> None:
    seen = sight(outcome(State.OPEN, 135), outcome(State.FILTERED, 50000), sampled=(50000,))
    found = judge_range(seen, RANGE)
    assert (found.passes, found.tested, found.largest_untested) == (PortSet(), 1, 19)


def test_a_long_list_of_ports_does_not_become_a_long_sentence() -> None:
    seen = [
        outcome(State.REJECTED if port % 2 else State.FILTERED, port, icmp=BY_ROUTER if port % 2 else None)
        for port in range(20000, 24000)
    ]
    found = judge_range(sight(*seen, sampled=range(20000, 24000)), PortSet.parse("20000-23999"))
    assert len(found.blocked) == 2000
    assert len(found.detail) < 400
    assert "1994 more" in found.detail


def test_the_tally_is_largest_first() -> None:
    assert tally(each(State.CLOSED, "50000-50003") + each(State.FILTERED)) == "20 filtered, 4 closed"


@pytest.mark.parametrize(
    ("ports", "tested", "gap"),
    [
        ("100-109", "", 10),
        ("100-109", "100,109", 8),
        ("100-109", "104", 5),
        ("100-109", "105", 5),
        ("100-109", "100-109", 0),
        ("100-109", "99,110", 10),
        ("100-104,200-204", "104,200", 4),
        ("100-104,200-204", "102", 7),  # 103, 104 and all of the second interval
        ("7", "7", 0),
        ("7", "", 1),
    ],
)
def test_the_largest_run_of_untested_ports(ports: str, tested: str, gap: int) -> None:
    assert largest_gap(PortSet.parse(ports), PortSet.parse(tested) if tested else PortSet()) == gap


@given(st.sets(st.integers(1, 60)))
def test_the_largest_run_is_what_counting_finds(tested: set[int]) -> None:
    ports = PortSet.parse("10-29,40-49")
    text = "".join("x" if port in tested else "." for port in ports)
    assert largest_gap(ports, PortSet.of(tested)) == max(map(len, text.split("x")))


KINDS = st.sampled_from([*State])


@given(st.lists(st.tuples(KINDS, st.sampled_from([None, BY_ROUTER, BY_TARGET, NO_WAY])), min_size=1, max_size=20))
def test_whatever_was_seen_the_judgement_holds_together(kinds: list[tuple[State, Icmp | None]]) -> None:
    seen = [
        outcome(state, 50000 + number, icmp=icmp if state is State.REJECTED else None)
        for number, (state, icmp) in enumerate(kinds)
    ]
    found = judged(*seen)
    refused = {o.target.port for o in seen if o.state is State.REJECTED and o.icmp is not None and o.icmp != NO_WAY}
    assert set(found.blocked) == refused
    assert found.verdict is not V.REACHABLE
    assert (found.verdict in (V.BLOCKED, V.PARTLY_BLOCKED)) == bool(refused)
    assert (found.verdict is V.PARTLY_BLOCKED) == bool(refused and found.passes)
    assert found.tested + found.largest_untested <= 20
