"""What a range comes to whose agent listened for us."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.ground.ports import PortSet
from agent.judge.both import ACCUSING, judge_both
from agent.judge.coverage import Coverage, RangeState
from agent.judge.held import CAUSES, Shows
from agent.judge.held_facts import not_held_words
from agent.judge.verdict import Cause, Judgement, Proof, Verdict
from probes.outcome import Outcome
from probes.state import State
from probes.wire.icmp import Icmp
from probes.wire.rendezvous.messages import Holding, Reason
from tests.agent.judge.reaching import held_reach
from tests.agent.seen import HERE, PEER, ROUTER, outcome, registration, sight

RANGE = PortSet.parse("50000-50099")
SHUT, OTHER = PortSet.parse("50050-50099"), PortSet.parse("50010-50011")
BY_ROUTER, BY_TARGET, NO_WAY = Icmp(4, 3, 13, ROUTER), Icmp(4, 3, 13, PEER), Icmp(4, 3, 1, ROUTER)
OPEN = [outcome(State.OPEN, port) for port in range(50000, 50004)]

V, C = Verdict, Cause


def judged(*seen: Outcome, natural: int | None = None, **known: Any) -> Judgement:
    told = None if natural is None else registration(natural=[natural])
    around = sight(*(seen or OPEN), registration=told)
    return judge_both(around, held_reach(RANGE, *(seen or OPEN), **known))


def verdict(found: Judgement) -> tuple[Verdict, Cause | None, Proof]:
    return found.verdict, found.cause, found.evidence


@pytest.mark.parametrize(("shows", "cause"), CAUSES.items())
def test_what_is_shut_beside_what_passes_is_a_part(shows: Shows, cause: Cause) -> None:
    found = judged(shut={shows: SHUT}, confirmed=True)
    assert verdict(found) == (V.PARTLY_BLOCKED, cause, Proof.HELD)
    assert (found.blocked, found.confirmed) == (SHUT, True)
    assert "TCP 50050-50099 of 192.0.2.21" in found.detail
    assert "50050-50099" in found.remedy


@pytest.mark.parametrize(("confirmed", "more"), [(True, False), (False, True)])
def test_as_long_as_edges_are_not_known_more_is_asked_for_than_is_known(confirmed: bool, more: bool) -> None:
    """Who asks a firewall team for the known part alone has to ask again a few rounds later."""
    found = judged(shut={Shows.DROPPED: SHUT}, confirmed=confirmed)
    assert ("TCP 50050-50099, and what else is shut beside them, from" in found.remedy) is more


@pytest.mark.parametrize(("shows", "cause"), CAUSES.items())
def test_what_is_shut_where_nothing_passes_is_blocked(shows: Shows, cause: Cause) -> None:
    found = judged(*[outcome(State.FILTERED, 50050)], shut={shows: RANGE})
    assert verdict(found) == (V.BLOCKED, cause, Proof.HELD)


def test_the_cause_is_that_of_most_of_it_and_the_others_are_named_with_their_ports() -> None:
    found = judged(shut={Shows.INJECTED: OTHER, Shows.RETURN_PATH: SHUT})
    assert found.cause is C.RETURN_PATH
    assert found.blocked == SHUT | OTHER
    assert "TCP 50010-50011 are reset by somebody else." in found.detail
    assert f"pass the answers from {PEER}, TCP 50050-50099, to {HERE}" in found.remedy
    assert "resets TCP 50010-50011" in found.remedy


def test_a_refusal_by_the_probed_address_is_its_firewall_s() -> None:
    refusals = [outcome(State.REJECTED, 50050, icmp=BY_TARGET)]
    found = judged(*OPEN, *refusals, shut={Shows.REFUSED: SHUT})
    assert (found.cause, found.rejected_by) == (C.HOST_FIREWALL, PEER)
    both = [*refusals, outcome(State.REJECTED, 50051, icmp=BY_ROUTER)]
    found = judged(*OPEN, *both, shut={Shows.REFUSED: SHUT})
    assert (found.cause, found.rejected_by) == (C.ICMP_REJECT, ROUTER)


def test_who_refuses_is_named_only_where_that_is_the_cause() -> None:
    refusal = outcome(State.REJECTED, 50010, icmp=BY_ROUTER)
    assert judged(*OPEN, refusal, shut={Shows.REFUSED: OTHER}).rejected_by == ROUTER
    assert judged(*OPEN, refusal, shut={Shows.REFUSED: OTHER, Shows.DROPPED: SHUT}).rejected_by is None


@pytest.mark.parametrize("passes", [True, False])
def test_when_the_far_end_falls_silent_nobody_is_accused(passes: bool) -> None:
    seen = OPEN if passes else [outcome(State.FILTERED, 50050)]
    found = judged(*seen, shut={Shows.DROPPED: SHUT}, suspect={Shows.REFUSED: OTHER}, fell_silent=True)
    assert verdict(found) == (V.INCONCLUSIVE, C.AGENT_SILENT, Proof.NONE)
    assert found.blocked == found.suspect == PortSet()
    assert "nobody is accused" in found.detail


def test_after_our_own_probing_shut_us_out_nothing_is_said_of_the_range() -> None:
    found = judged(shut={Shows.DROPPED: SHUT}, own_probing=True, fell_silent=True)
    assert verdict(found) == (V.INCONCLUSIVE, C.OWN_PROBING, Proof.NONE)
    assert found.blocked == found.suspect == PortSet()


# Whose firewall?

SILENT = [outcome(State.FILTERED, port) for port in range(50000, 50004)]


def test_silence_where_nobody_was_ever_reached_may_be_the_host_s_firewall() -> None:
    found = judged(*SILENT, suspect={Shows.DROPPED: RANGE}, never_reached=True)
    assert verdict(found) == (V.INCONCLUSIVE, C.HOST_FIREWALL, Proof.HELD)
    assert (found.blocked, found.suspect) == (PortSet(), RANGE)
    assert found.remedy.startswith("Allow the agent's program inbound, TCP 50000-50099, in the firewall of MSS;")


def test_a_service_that_answers_meanwhile_is_named() -> None:
    seen = [*SILENT, outcome(State.OPEN, 49703)]
    around = sight(*seen, registration=registration(natural=[49703, 49704]))
    found = judge_both(around, held_reach(RANGE, *SILENT, suspect={Shows.DROPPED: RANGE}, never_reached=True))
    assert verdict(found) == (V.INCONCLUSIVE, C.HOST_FIREWALL, Proof.HELD)
    assert "while TCP 49703, where services are registered, accept" in found.detail


def test_a_port_that_passes_only_while_the_mapper_is_asked_is_a_firewall_that_understands_rpc() -> None:
    found = judged(*SILENT, suspect={Shows.DROPPED: RANGE}, never_reached=True, opened_by_mapper=True)
    assert verdict(found) == (V.INCONCLUSIVE, C.RPC_AWARE_FIREWALL, Proof.HELD)


@pytest.mark.parametrize("shows", [Shows.STRANGER, Shows.INJECTED, Shows.REFUSED])
def test_whoever_answers_in_its_place_is_not_the_host_s_firewall(shows: Shows) -> None:
    found = judged(*SILENT, shut={shows: SHUT}, suspect={Shows.DROPPED: OTHER}, never_reached=True)
    assert (found.verdict, found.cause, found.blocked) == (V.BLOCKED, CAUSES[shows], SHUT)
    assert not found.confirmed


# What is not certain.


@pytest.mark.parametrize(("shows", "cause"), CAUSES.items())
def test_what_was_not_seen_often_enough_is_said_to_be_so(shows: Shows, cause: Cause) -> None:
    found = judged(suspect={shows: SHUT}, confirmed=True)
    assert verdict(found) == (V.INCONCLUSIVE, cause, Proof.HELD)
    assert "not often enough yet" in found.detail
    assert (found.blocked, found.suspect, found.confirmed) == (PortSet(), SHUT, False)


def test_on_a_path_that_loses_too_much_it_is_a_lossy_path() -> None:
    found = judged(suspect={Shows.DROPPED: SHUT}, lossy=True)
    assert verdict(found) == (V.INCONCLUSIVE, C.LOSSY_PATH, Proof.HELD)


def test_what_was_shut_for_sure_before_much_got_lost_is_not_lost_with_it() -> None:
    """A lossy path leaves nothing certain by itself; what is certain all the same was refused."""
    assert judged(shut={Shows.REFUSED: SHUT}, lossy=True).verdict is V.PARTLY_BLOCKED


def test_somebody_who_says_that_there_is_no_way_is_named() -> None:
    found = judged(*OPEN, outcome(State.REJECTED, 50060, icmp=NO_WAY))
    assert verdict(found) == (V.INCONCLUSIVE, C.ICMP_REJECT, Proof.HELD)
    assert (found.rejected_by, found.blocked) == (ROUTER, PortSet())
    assert "TCP 50060 of 192.0.2.21" in found.detail


def test_what_the_far_end_cannot_explain_is_not_reachable() -> None:
    found = judged(*OPEN, *SILENT, unexplained=PortSet.parse("50060"), translated_to="10.0.0.5")
    assert verdict(found) == (V.INCONCLUSIVE, C.NO_KNOWN_LISTENER, Proof.HELD)
    assert "its listeners are at 10.0.0.5" in found.detail


def test_what_passes_and_nothing_else_is_reachable_as_far_as_it_was_tested() -> None:
    found = judged(coverage=Coverage({RangeState.OPEN: 4, RangeState.UNTESTED: 96}, 48))
    assert verdict(found) == (V.REACHABLE, None, Proof.HELD)
    assert found.detail.startswith("No block found: 4 ports")
    assert found.detail.endswith("4 of 100 ports tested; a shut run of up to 48 ports could be missed.")


def test_natural_listeners_alone_do_not_make_a_range_reachable() -> None:
    """A bare SYN-ACK may be that of a device."""
    found = judged(passed=0, held=0, not_held={(Holding.LISTENING, Reason.NONE): 4})
    assert verdict(found) == (V.INCONCLUSIVE, C.NO_KNOWN_LISTENER, Proof.NONE)
    assert "4 where something else listens" in found.detail


def test_what_we_could_not_try_is_our_own_fault() -> None:
    faults = [outcome(State.LOCAL_FAULT, port, detail="no descriptors") for port in range(50000, 50004)]
    found = judged(*faults)
    assert verdict(found) == (V.INCONCLUSIVE, C.LOCAL_FAULT, Proof.NONE)
    assert found.detail == f"TCP {RANGE} of {PEER} could not be tried from here: no descriptors."
    assert judged(*faults, *OPEN).verdict is V.REACHABLE


def test_why_nothing_was_held_is_counted_by_reason() -> None:
    counts = {
        (Holding.REFUSED, Reason.BOOTED): 12,
        (Holding.BUSY, Reason.NONE): 3,
        (Holding.VACANT, Reason.FIXED): 1,
        (Holding.LISTENING, Reason.FIXED): 1,
    }
    told = "12 as its host has started a short time ago, 3 in use, 2 a service's fixed port"
    assert not_held_words(counts) == told
    assert not_held_words({}) == "none was asked for"


KINDS = st.dictionaries(st.sampled_from([*CAUSES]), st.just(SHUT))


@given(
    shut=KINDS,
    suspect=KINDS,
    flags=st.fixed_dictionaries(
        {
            flag: st.booleans()
            for flag in ("own_probing", "fell_silent", "never_reached", "lossy", "opened_by_mapper", "confirmed")
        }
    ),
    unexplained=st.sampled_from([PortSet(), OTHER]),
    states=st.lists(st.sampled_from([*State]), min_size=1, max_size=5),
)
def test_whatever_was_seen_the_judgement_holds_together(
    shut: dict[Shows, PortSet],
    suspect: dict[Shows, PortSet],
    flags: dict[str, bool],
    unexplained: PortSet,
    states: list[State],
) -> None:
    seen = [outcome(state, 50000 + number) for number, state in enumerate(states)]
    found = judged(*seen, shut=shut, suspect=suspect, unexplained=unexplained, **flags)
    assert (found.verdict in ACCUSING) == bool(found.blocked)
    assert not found.blocked or bool(shut)
    if found.verdict is V.REACHABLE:
        assert State.OPEN in states
        assert not shut | suspect
        assert not unexplained
    if flags["own_probing"] or flags["fell_silent"]:
        assert found.verdict is V.INCONCLUSIVE
    assert not found.confirmed or found.verdict in ACCUSING
