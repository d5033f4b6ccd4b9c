"""What a range comes to whose agent listened for us, where one circumstance of a row holds and another does not."""

from typing import Any

import pytest

from agent.ground.ports import PortSet
from agent.judge.both import judge_both
from agent.judge.held import Shows
from agent.judge.verdict import Cause, Judgement, Proof, Verdict
from probes.outcome import Outcome
from probes.state import Sent, State
from probes.wire.icmp import Icmp
from tests.agent.judge.reaching import held_reach
from tests.agent.seen import HERE, PEER, ROUTER, outcome, registration, sight

RANGE = PortSet.parse("50000-50099")
SHUT, OTHER = PortSet.parse("50050-50099"), PortSet.parse("50010-50011")
OPEN = [outcome(State.OPEN, port) for port in range(50000, 50004)]
SILENT = [outcome(State.FILTERED, port) for port in range(50000, 50004)]
BY_ROUTER = outcome(State.REJECTED, 50010, icmp=Icmp(4, 3, 13, ROUTER))
BY_TARGET = outcome(State.REJECTED, 50010, icmp=Icmp(4, 3, 13, PEER))

V, C = Verdict, Cause


def judged(*seen: Outcome, **known: Any) -> Judgement:
    return judge_both(sight(*seen), held_reach(RANGE, *seen, **known))


@pytest.mark.parametrize("known", [{"opened_by_mapper": True}, {"lossy": True}, {"never_reached": True}])
def test_what_passes_is_reachable_whatever_would_have_explained_silence(known: dict[str, bool]) -> None:
    found = judged(*OPEN, **known)
    assert (found.verdict, found.cause, found.evidence) == (V.REACHABLE, None, Proof.HELD)


def test_a_service_that_answers_explains_no_silence_where_there_is_none() -> None:
    seen = [*OPEN, outcome(State.OPEN, 49703)]
    around = sight(*seen, registration=registration(natural=[49703]))
    assert judge_both(around, held_reach(RANGE, *OPEN, never_reached=True)).verdict is V.REACHABLE


@pytest.mark.parametrize("shows", [Shows.STRANGER, Shows.INJECTED, Shows.REFUSED, Shows.RETURN_PATH])
def test_a_host_whose_firewall_was_never_seen_open_is_not_what_answers_in_its_place(shows: Shows) -> None:
    """Its firewall may be why nothing arrives in silence, and of nothing else."""
    found = judged(*SILENT, suspect={shows: SHUT}, never_reached=True)
    assert found.cause is not C.HOST_FIREWALL
    assert "not often enough yet" in found.detail


def test_on_a_lossy_path_it_is_not_known_either_what_the_far_end_cannot_explain() -> None:
    found = judged(*OPEN, *SILENT, unexplained=PortSet.parse("50060"), lossy=True)
    assert (found.verdict, found.cause) == (V.INCONCLUSIVE, C.LOSSY_PATH)


@pytest.mark.parametrize(("there", "said"), [(None, "cannot tell why: "), ("10.0.0.5", "listeners are at 10.0.0.5: ")])
def test_where_the_listeners_are_is_said_if_it_is_elsewhere(there: str | None, said: str) -> None:
    assert said in judged(*OPEN, unexplained=PortSet.parse("50060"), translated_to=there).detail


def test_a_refusal_by_the_probed_address_is_not_why_other_ports_stay_silent() -> None:
    found = judged(*OPEN, BY_TARGET, shut={Shows.DROPPED: SHUT, Shows.REFUSED: OTHER})
    assert (found.verdict, found.cause) == (V.PARTLY_BLOCKED, C.SILENT_DROP)


@pytest.mark.parametrize("why", ["own_probing", "fell_silent"])
def test_where_nobody_is_accused_nothing_is_said_to_be_shut(why: str) -> None:
    shut = {Shows.DROPPED: SHUT, Shows.INJECTED: OTHER}
    found = judged(*OPEN, shut=shut, suspect={Shows.REFUSED: OTHER}, **{why: True})
    told = found.detail + found.remedy
    assert "50050" not in told
    assert "50010" not in told
    assert (found.blocked, found.suspect, found.passes) == (PortSet(), PortSet(), PortSet.parse("50000-50003"))


def test_a_refusal_that_is_not_the_cause_names_nobody() -> None:
    assert judged(BY_ROUTER, *SILENT, shut={Shows.DROPPED: RANGE}).rejected_by is None
    assert judged(BY_ROUTER, *OPEN, suspect={Shows.DROPPED: SHUT}).rejected_by is None


@pytest.mark.parametrize(
    ("known", "confirmed"),
    [
        ({"confirmed": True}, True),
        ({"confirmed": False}, False),
        ({"confirmed": True, "suspect": {Shows.DROPPED: OTHER}}, False),  # there is more that is not certain
    ],
)
def test_the_edges_of_what_is_shut_are_confirmed_once_all_are_known(known: dict[str, Any], confirmed: bool) -> None:
    found = judged(*OPEN, shut={Shows.DROPPED: SHUT}, **known)
    assert found.confirmed is confirmed
    said = "every edge was found and asked again" if known["confirmed"] else "not every edge is confirmed"
    assert said in found.detail


def test_the_address_to_pass_is_one_from_which_something_left() -> None:
    """An attempt that failed here may not have one; the name of this host then stands in its place."""
    nowhere = outcome(State.LOCAL_FAULT, 50000)._replace(source=None)
    assert f"from {HERE} to {PEER}" in judged(nowhere, *SILENT[1:], shut={Shows.DROPPED: RANGE}).remedy
    assert f"from BTS01 to {PEER}" in judged(nowhere, shut={Shows.DROPPED: RANGE}).remedy


def test_what_could_not_be_tried_is_told_by_an_attempt_that_could_not() -> None:
    """Silence that did not last long enough to show anything may stand beside it."""
    fault = outcome(State.LOCAL_FAULT, 50001, detail="no descriptors")
    found = judged(SILENT[0], fault)
    assert (found.verdict, found.cause) == (V.INCONCLUSIVE, C.LOCAL_FAULT)
    assert found.detail.endswith("from here: no descriptors.")


@pytest.mark.parametrize(
    ("icmp", "sent", "verdict"),
    [
        (Icmp(4, 3, 3, HERE), Sent.UNKNOWN, V.INCONCLUSIVE),
        (None, Sent.REFUSED, V.INCONCLUSIVE),
        (None, Sent.UNKNOWN, V.REACHABLE),  # no descriptors, a loop that was late: that port was not asked, no more
    ],
)
def test_what_our_own_firewall_keeps_back_does_not_pass_with_the_rest(
    icmp: Icmp | None, sent: Sent, verdict: Verdict
) -> None:
    kept = outcome(State.LOCAL_FAULT, 50010, icmp=icmp, sent=sent)
    found = judged(*OPEN, kept)
    assert (found.verdict, found.cause) == (verdict, C.LOCAL_FAULT if verdict is V.INCONCLUSIVE else None)
    assert ("TCP 50010 of " in found.detail) is (verdict is V.INCONCLUSIVE)
