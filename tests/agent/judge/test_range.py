"""What a sample of a range shows, judged from one end alone."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.ground.ports import PortSet
from agent.judge.amounts import tally
from agent.judge.coverage import Coverage, RangeState
from agent.judge.range import judge_range
from agent.judge.verdict import Cause, Judgement, Proof, Verdict
from probes.outcome import Outcome
from probes.state import Sent, State
from probes.wire.icmp import Icmp
from tests.agent.judge.reaching import reach
from tests.agent.seen import PEER, ROUTER, outcome, registration, sight

RANGE = PortSet.parse("50000-50019")
BY_ROUTER, BY_TARGET = Icmp(4, 3, 13, ROUTER), Icmp(4, 3, 13, PEER)
NO_WAY = Icmp(4, 3, 1, ROUTER)

V, C = Verdict, Cause


def judged(*outcomes: Outcome, ports: PortSet = RANGE, **known: Any) -> Judgement:
    around = sight(*outcomes, sampled=[each.target.port for each in outcomes])
    return judge_range(around, reach(ports, outcomes, **known))


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
        each(State.RESET),
    ],
)
def test_silence_and_resets_show_nothing(seen: list[Outcome]) -> None:
    found = judged(*seen)
    assert verdict(found) == (V.INCONCLUSIVE, C.NO_KNOWN_LISTENER, Proof.NONE)
    assert (found.blocked, found.passes) == (PortSet(), PortSet())


@pytest.mark.parametrize(("ports", "said"), [("50004", "1 port (1 filtered)"), ("50004-50005", "2 ports (2 filtered)")])
def test_where_nobody_is_known_to_listen_the_remedy_is_somebody_who_does(ports: str, said: str) -> None:
    found = judged(*each(State.FILTERED, ports))
    assert said in found.detail
    assert "An agent on MSS, with the key of this site (`rendezvous.key_file`), would" in found.remedy


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


def test_a_policy_code_beside_open_ports_is_a_part() -> None:
    found = judged(
        *each(State.OPEN, "50001,50012"),
        *each(State.REJECTED, "50004-50006,50009", BY_ROUTER),
        *each(State.FILTERED, "50013-50019"),
    )
    assert verdict(found) == (V.PARTLY_BLOCKED, C.ICMP_REJECT, Proof.REPLY)
    assert found.blocked.texts() == ("50004-50009",)  # nothing else was seen in between
    assert found.passes.texts() == ("50001", "50012")
    assert not found.confirmed


@pytest.mark.parametrize(
    ("confirmed", "asked"),
    [(False, "TCP 50004-50009, and what else is shut beside them, from"), (True, "TCP 50004-50009 from")],
)
def test_what_to_pass_is_exact_only_once_it_is_confirmed(confirmed: bool, asked: str) -> None:
    """Until then the ports beside them may be shut as well."""
    seen = [*each(State.OPEN, "50001"), *each(State.REJECTED, "50004,50009", BY_ROUTER), *each(State.OPEN, "50012")]
    found = judged(*seen, confirmed=confirmed)
    assert asked in found.remedy
    assert "50004-50009" in found.detail
    assert found.confirmed is confirmed


def test_what_was_refused_before_and_not_seen_now_accuses_nobody() -> None:
    found = judged(*each(State.FILTERED), refused=PortSet.parse("50004-50009"))
    assert verdict(found) == (V.INCONCLUSIVE, C.NO_KNOWN_LISTENER, Proof.NONE)
    assert found.blocked == PortSet()
    silent = judged(*each(State.CLOSED), credible=True, refused=PortSet.parse("50004-50009"))
    assert silent.verdict is V.INCONCLUSIVE


# Where an RST is shown to be the host's own.


def test_whatever_was_asked_was_answered_for() -> None:
    found = judged(*each(State.CLOSED, "50000,50010,50019"), credible=True)
    assert verdict(found) == (V.REACHABLE, None, Proof.REPLY)
    assert found.passes == RANGE
    assert "a shut run of up to 9 ports could be missed" in found.detail


def test_a_whole_range_that_was_tested_says_so() -> None:
    found = judged(*each(State.CLOSED), credible=True)
    assert "All 20 ports tested." in found.detail
    assert "missed" not in found.detail


@pytest.mark.parametrize(
    "other",
    [
        each(State.FILTERED, "50019"),
        each(State.REJECTED, "50019", NO_WAY),
        each(State.FILTERED, "50019", sent=Sent.HELD),
        each(State.REJECTED, "50019"),
    ],
)
def test_one_port_that_was_not_answered_for_is_enough_not_to_be_reachable(other: list[Outcome]) -> None:
    found = judged(*each(State.CLOSED, "50000-50018"), *other, credible=True, suspect=PortSet())
    assert found.verdict is V.INCONCLUSIVE


def test_a_port_that_we_could_not_ask_says_nothing() -> None:
    found = judged(*each(State.CLOSED, "50000-50018"), *each(State.LOCAL_FAULT, "50019"), credible=True)
    assert (found.verdict, found.tested) == (V.REACHABLE, 19)


def test_silence_beside_credible_resets_is_suspect_and_never_blocked() -> None:
    found = judged(*each(State.CLOSED, "50000-50009"), *each(State.FILTERED, "50010-50019"), credible=True)
    assert verdict(found) == (V.INCONCLUSIVE, C.NO_KNOWN_LISTENER, Proof.REPLY)
    assert (found.suspect.texts(), found.passes.texts()) == (("50010-50019",), ("50000-50009",))
    assert "50010-50019" in found.detail
    assert found.blocked == PortSet()


def test_resets_of_whoever_it_may_be_make_nothing_suspect() -> None:
    """A router that resets one half, before a host that is silent in the other."""
    found = judged(*each(State.CLOSED, "50000-50009"), *each(State.FILTERED, "50010-50019"))
    assert verdict(found) == (V.INCONCLUSIVE, C.NO_KNOWN_LISTENER, Proof.NONE)
    assert found.suspect == PortSet()


def test_unexplained_silence_on_a_lossy_path_is_that() -> None:
    seen = [*each(State.CLOSED, "50000-50009"), *each(State.FILTERED, "50010-50019")]
    found = judged(*seen, credible=True, suspect=PortSet(), lossy=True)
    assert verdict(found) == (V.INCONCLUSIVE, C.LOSSY_PATH, Proof.NONE)


def test_after_our_own_probing_shut_us_out_nothing_is_said_of_the_range() -> None:
    seen = [*each(State.REJECTED, "50000-50009", BY_ROUTER), *each(State.CLOSED, "50010-50019")]
    found = judged(*seen, credible=True, own_probing=True)
    assert verdict(found) == (V.INCONCLUSIVE, C.OWN_PROBING, Proof.NONE)
    assert (found.blocked, found.suspect) == (PortSet(), PortSet())


def test_ports_at_which_services_are_registered_are_natural_evidence() -> None:
    seen = [*each(State.OPEN, "50003"), *each(State.FILTERED, "50004-50019")]
    around = sight(*seen, sampled=(), registration=registration(natural=[50003]))
    found = judge_range(around, reach(RANGE, seen))
    assert verdict(found) == (V.INCONCLUSIVE, C.NO_KNOWN_LISTENER, Proof.NATURAL)


def test_when_all_will_have_been_tested_is_said() -> None:
    ports = {RangeState.UNTESTED: 16_366, RangeState.OPEN: 18}
    known = Coverage(ports, 1023, complete_in=1023 * 60.0)
    found = judged(*each(State.CLOSED, "50000"), credible=True, coverage=known)
    expected = "18 of 16,384 ports tested; a shut run of up to 1,023 ports could be missed. All tested in about 17 h."
    assert found.detail.endswith(expected)


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


@pytest.mark.parametrize("others", [State.FILTERED, State.CLOSED, State.OPEN])
@pytest.mark.parametrize("credible", [False, True])
def test_no_way_to_some_of_the_ports_is_said_and_by_whom(others: State, credible: bool) -> None:
    """A firewall may refuse with such a code; so may a router that has lost one of several ways."""
    seen = [*each(others, "50000,50009"), *each(State.REJECTED, "50010-50019", NO_WAY)]
    found = judged(*seen, credible=credible, suspect=PortSet())
    assert verdict(found) == (V.INCONCLUSIVE, C.ICMP_REJECT, Proof.NONE)
    assert (found.rejected_by, found.blocked) == (ROUTER, PortSet())
    assert "TCP 50010-50019 of" in found.detail


def test_no_way_to_a_service_s_own_port_is_said_of_that_port() -> None:
    seen = [*each(State.CLOSED, "50000-50009"), *each(State.REJECTED, "50010", NO_WAY)]
    found = judged(*seen, exempt=frozenset({50010}))
    assert verdict(found) == (V.INCONCLUSIVE, C.ICMP_REJECT, Proof.NONE)
    assert "TCP 50010 of" in found.detail


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


def test_a_long_list_of_intervals_does_not_become_a_long_sentence() -> None:
    seen = [
        outcome(State.REJECTED if port % 2 else State.CLOSED, port, icmp=BY_ROUTER if port % 2 else None)
        for port in range(20000, 24000)
    ]
    found = judged(*seen, ports=PortSet.parse("20000-23999"), credible=True)
    assert len(found.blocked.intervals) == 2000
    assert len(found.detail) < 400
    assert "1994 more" in found.detail


def test_the_tally_is_largest_first() -> None:
    assert tally(each(State.CLOSED, "50000-50003") + each(State.FILTERED)) == "20 filtered, 4 closed"


KINDS = st.sampled_from([*State])


@given(
    st.lists(st.tuples(KINDS, st.sampled_from([None, BY_ROUTER, BY_TARGET, NO_WAY])), min_size=1, max_size=20),
    st.booleans(),
)
def test_whatever_was_seen_the_judgement_holds_together(kinds: list[tuple[State, Icmp | None]], credible: bool) -> None:
    seen = [
        outcome(state, 50000 + number, icmp=icmp if state is State.REJECTED else None)
        for number, (state, icmp) in enumerate(kinds)
    ]
    found = judged(*seen, credible=credible)
    refused = {o.target.port for o in seen if o.state is State.REJECTED and o.icmp is not None and o.icmp != NO_WAY}
    answered = {State.OPEN, State.CLOSED, State.LOCAL_FAULT}
    assert refused <= set(found.blocked)
    assert credible or found.verdict is not V.REACHABLE
    assert found.verdict is not V.REACHABLE or {outcome.state for outcome in seen} <= answered
    assert (found.verdict in (V.BLOCKED, V.PARTLY_BLOCKED)) == bool(refused)
    assert (found.verdict is V.PARTLY_BLOCKED) == bool(refused and found.passes)
    assert found.tested + found.largest_untested <= 20
