"""What a range comes to from one end, where one circumstance of a row holds and another does not."""

import itertools
from typing import Any

import pytest

from agent.ground.ports import PortSet
from agent.judge.range import judge_range
from agent.judge.verdict import Cause, Judgement, Proof, Verdict
from probes.outcome import Outcome
from probes.state import Sent, State
from probes.wire.icmp import Icmp
from tests.agent.judge.reaching import reach
from tests.agent.seen import HERE, PEER, ROUTER, outcome, registration, sight

RANGE = PortSet.parse("50000-50019")
BY_ROUTER, BY_TARGET, NO_WAY = Icmp(4, 3, 13, ROUTER), Icmp(4, 3, 13, PEER), Icmp(4, 3, 1, ROUTER)

V, C = Verdict, Cause


def judged(*outcomes: Outcome, **known: Any) -> Judgement:
    return judge_range(sight(*outcomes), reach(RANGE, outcomes, **known))


def each(state: State, ports: str, icmp: Icmp | None = None, sent: Sent = Sent.YES) -> list[Outcome]:
    return [outcome(state, port, icmp=icmp, sent=sent) for port in PortSet.parse(ports)]


@pytest.mark.parametrize(
    "known",
    [
        {"passes": PortSet()},  # nothing is known to pass by now
        {"unexplained": True},  # something was silent before it answered
        {"refused": PortSet.parse("50004")},  # and is not known to be let through since
        {"credible": False},  # somebody resets, and who that is is not known
    ],
)
def test_a_range_is_reachable_only_if_nothing_speaks_against_it(known: dict[str, Any]) -> None:
    closed = each(State.CLOSED, "50000-50019")
    assert judged(*closed, credible=True, lossy=True).verdict is V.REACHABLE  # nothing was lost this time
    assert judged(*closed, **({"credible": True} | known)).verdict is V.INCONCLUSIVE


@pytest.mark.parametrize(
    "no_way", [each(State.FILTERED, "50001-50019", sent=Sent.HELD), each(State.REJECTED, "50001-50019", NO_WAY)]
)
def test_a_first_port_that_could_not_be_tried_does_not_hide_a_host_that_is_down(no_way: list[Outcome]) -> None:
    found = judged(*each(State.LOCAL_FAULT, "50000"), *no_way)
    assert (found.verdict, found.cause) == (V.UNREACHABLE, C.HOST_DOWN)


def test_whether_a_router_or_nobody_answers_is_told_apart() -> None:
    held = judged(*each(State.FILTERED, "50000-50019", sent=Sent.HELD))
    assert (held.rejected_by, "is on the subnet of" in held.detail) == (None, True)
    told = judged(*each(State.REJECTED, "50000-50019", NO_WAY))
    assert (told.rejected_by, "is on the subnet of" in told.detail) == (ROUTER, False)


def test_who_refuses_is_named_and_not_who_knows_no_way() -> None:
    found = judged(*each(State.REJECTED, "50000-50004", NO_WAY), *each(State.REJECTED, "50005-50019", BY_TARGET))
    assert (found.verdict, found.cause, found.rejected_by) == (V.BLOCKED, C.HOST_FIREWALL, PEER)


def test_where_the_host_and_a_device_refuse_the_device_is_named() -> None:
    found = judged(*each(State.REJECTED, "50000-50004", BY_TARGET), *each(State.REJECTED, "50005-50019", BY_ROUTER))
    assert (found.verdict, found.cause, found.rejected_by) == (V.BLOCKED, C.ICMP_REJECT, ROUTER)


@pytest.mark.parametrize(("credible", "own_probing"), [*itertools.product((False, True), repeat=2)])
def test_silence_is_suspect_only_where_resets_are_the_host_s_own_and_we_were_not_shut_out(
    credible: bool, own_probing: bool
) -> None:
    seen = [*each(State.CLOSED, "50000-50009"), *each(State.FILTERED, "50010-50019")]
    silent = PortSet.parse("50010-50019")
    found = judged(*seen, suspect=silent, confirmed=True, credible=credible, own_probing=own_probing)
    suspect = credible and not own_probing
    assert found.suspect == (silent if suspect else PortSet())
    assert ("50010-50019" in found.detail) is suspect
    assert found.evidence is (Proof.REPLY if suspect else Proof.NONE)
    assert found.confirmed is suspect


@pytest.mark.parametrize(
    ("icmp", "known"),
    [(BY_TARGET, {"own_probing": True}), (NO_WAY, {"credible": True, "suspect": PortSet.parse("50010-50018")})],
)
def test_nobody_is_named_where_nobody_is_accused(icmp: Icmp, known: dict[str, Any]) -> None:
    seen = [*each(State.CLOSED, "50000-50009"), *each(State.REJECTED, "50019", icmp)]
    found = judged(*seen, **known)
    assert (found.verdict, found.rejected_by) == (V.INCONCLUSIVE, None)


def test_accepted_connections_beside_the_host_s_own_resets_are_answers_too() -> None:
    seen = [*each(State.OPEN, "50000-50001"), *each(State.CLOSED, "50002-50019")]
    assert judged(*seen, credible=True).verdict is V.REACHABLE


def test_what_our_own_firewall_refuses_is_not_refused_on_the_way() -> None:
    found = judged(*each(State.LOCAL_FAULT, "50000-50019", Icmp(4, 3, 13, HERE)))
    assert (found.verdict, found.cause, found.rejected_by) == (V.INCONCLUSIVE, C.LOCAL_FAULT, None)


@pytest.mark.parametrize(
    ("opened", "evidence"), [("50003", Proof.NATURAL), ("50003,50004", Proof.NATURAL), ("50003,50005", Proof.REPLY)]
)
def test_what_passes_is_known_services_only_if_all_of_it_is(opened: str, evidence: Proof) -> None:
    seen = [*each(State.OPEN, opened), *each(State.FILTERED, "50010-50019")]
    around = sight(*seen, registration=registration(natural=[50003, 50004]))
    assert judge_range(around, reach(RANGE, seen)).evidence is evidence


def test_only_ports_of_the_range_that_are_no_service_s_count_as_asked() -> None:
    silent = each(State.FILTERED, "50000-50004")
    other = [outcome(State.OPEN, 49703), outcome(State.CLOSED, 50005)]
    found = judged(*silent, *other, exempt=frozenset({49703, 50005}))
    assert "5 ports (5 filtered)" in found.detail
    assert "5 ports (5 filtered)" in judged(*silent, other[0], passes=PortSet()).detail


def test_ports_that_answered_only_when_they_were_asked_again_are_told() -> None:
    seen = each(State.CLOSED, "50000-50003")
    assert "(4 closed, 3 only when asked again)" in judged(*seen, again=3).detail
    assert "(4 closed)" in judged(*seen).detail


@pytest.mark.parametrize(
    ("confirmed", "said"), [(True, "every edge was found and asked again"), (False, "not every edge is confirmed")]
)
def test_whether_every_edge_is_known_is_said(confirmed: bool, said: str) -> None:
    seen = [*each(State.OPEN, "50000"), *each(State.REJECTED, "50004-50009", BY_TARGET)]
    assert said in judged(*seen, confirmed=confirmed).detail


@pytest.mark.parametrize(
    ("icmp", "sent", "verdict"),
    [
        (Icmp(4, 3, 3, HERE), Sent.UNKNOWN, V.INCONCLUSIVE),
        (None, Sent.REFUSED, V.INCONCLUSIVE),
        (None, Sent.UNKNOWN, V.REACHABLE),
    ],
)
def test_what_our_own_firewall_keeps_back_is_not_answered_for(icmp: Icmp | None, sent: Sent, verdict: Verdict) -> None:
    kept = each(State.LOCAL_FAULT, "50010-50012", icmp, sent)
    found = judged(*each(State.CLOSED, "50000-50009,50013-50019"), *kept, credible=True)
    assert (found.verdict, found.cause) == (verdict, C.LOCAL_FAULT if verdict is V.INCONCLUSIVE else None)
    assert ("TCP 50010-50012 of " in found.detail) is (verdict is V.INCONCLUSIVE)
