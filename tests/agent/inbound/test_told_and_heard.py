"""What one agent tells is what the other comes to know: verdict, cause, evidence and ports, in the words of its own."""

from dataclasses import replace

import pytest
from hypothesis import given

from agent.ground.path import Check
from agent.ground.ports import PortSet
from agent.inbound.heard import result_of
from agent.inbound.numbers import CHECKS, PROOFS
from agent.inbound.told import state_of
from agent.judge.result import Result
from agent.judge.verdict import PENDING, Cause, Judgement, Proof, Verdict
from probes.wire.rendezvous.states import PathState
from tests.agent.inbound.saying import HERE, NOW, PASSES, PEER, SHUT, half_shut, inbound, results, state
from tests.agent.seen import STARTED, path, result

V, C = Verdict, Cause


def over_the_wire(said: PathState) -> PathState:
    return PathState.decode(said.encode())


def heard(said: PathState, check: Check = Check.EPM) -> Result:
    return result_of(over_the_wire(said), inbound(check), HERE, NOW)


@given(results())
def test_what_is_told_is_what_is_heard(told: Result) -> None:
    found = heard(state_of(told, NOW, settled=False), told.path.check)
    ours, theirs = found.judgement, told.judgement
    assert replace(ours, detail="", remedy="", coverage=None) == replace(theirs, detail="", remedy="", coverage=None)
    assert (ours.tested, ours.largest_untested) == (theirs.tested, theirs.largest_untested)
    assert found.started == pytest.approx(told.started + told.seconds, abs=0.6)  # ages are in seconds
    assert found.path == inbound(told.path.check)
    assert (found.addresses, found.seconds) == ((), 0.0)


def test_no_sentence_of_the_peer_s_is_told() -> None:
    said = state_of(result(V.BLOCKED, C.SILENT_DROP, detail="Nobody else reads this."), NOW, settled=False).encode()
    assert b"Nobody" not in said


def test_an_age_is_told_and_no_time() -> None:
    """And counted back from the receiver's clock, however far off that of the sender is."""
    told = result(started=STARTED - 86_400, seconds=3.0)
    said = state_of(told, STARTED - 86_400 + 10.0, settled=False)
    assert said.age == 7
    assert heard(said).started == NOW - 7


def test_a_clock_that_was_set_back_makes_no_negative_age() -> None:
    assert state_of(result(started=NOW + 3600), NOW, settled=False).age == 0


def test_what_was_not_asked_yet_is_told_as_such() -> None:
    said = state_of(Result(path(), PENDING, (), 0.0, 0.0), NOW, settled=False)
    assert said.age is None
    found = heard(said)
    assert (found.verdict, found.judgement.cause, found.started) == (V.PENDING, None, 0.0)
    assert "BTS01 has not told yet" in found.judgement.detail
    assert "key" in found.judgement.remedy


@pytest.mark.parametrize("settled", [False, True])
def test_a_peer_is_told_of_every_check_by_its_number(settled: bool) -> None:
    found = [result(V.UNREACHABLE, C.NO_ANSWER, of=path(check)) for check in Check]
    told = [state_of(each, NOW, settled=settled) for each in found]
    assert [each.check for each in told] == [CHECKS[check] for check in Check]
    assert {each.settled for each in told} == {settled}


def test_an_interval_that_is_shut_is_told_in_words() -> None:
    judged = heard(half_shut(), Check.RPC_RANGE).judgement
    assert (judged.verdict, judged.cause, judged.evidence) == (V.PARTLY_BLOCKED, C.SILENT_DROP, Proof.HELD)
    assert (judged.blocked, judged.passes, judged.confirmed) == (SHUT, PASSES, True)
    for part in (
        "BTS01 finds TCP 57344-65535 of MSS shut",
        "in silence",
        "TCP 49152-57343 pass.",
        "Every edge was found and asked again.",
        "66 of 16,384 ports tested; a shut run of up to 1,023 ports could be missed.",
        "Found by BTS01 at 2026-01-01T10:00:00.000Z.",
    ):
        assert part in judged.detail
    assert "pass TCP 57344-65535 from BTS01 to MSS" in judged.remedy
    assert "`probe once --peer MSS` on BTS01" in judged.remedy


def test_a_range_without_a_block_says_how_much_of_it_was_tested() -> None:
    said = state(V.REACHABLE, None, Check.RPC_RANGE, passes=PASSES, tested=16, largest_untested=1023)
    judged = heard(said, Check.RPC_RANGE).judgement
    assert "finds no block on the way to TCP 49152-65535 of MSS. 16 of 16,384 ports tested" in judged.detail
    assert judged.remedy == ""


def test_whoever_refuses_is_named() -> None:
    judged = heard(state(V.BLOCKED, C.ICMP_REJECT, rejected_by="192.0.2.1")).judgement
    assert judged.rejected_by == "192.0.2.1"
    assert "192.0.2.1 refuses to pass it" in judged.detail
    assert "Look at the rules of 192.0.2.1" in judged.remedy
    assert "a device on the way refuses" in heard(state(V.BLOCKED, C.ICMP_REJECT)).judgement.detail


def test_a_firewall_that_was_seen_to_refuse_is_accused_and_one_that_was_not_is_not() -> None:
    seen = heard(state(V.BLOCKED, C.HOST_FIREWALL)).judgement
    unsure = heard(state(V.INCONCLUSIVE, C.HOST_FIREWALL, Check.RPC_RANGE), Check.RPC_RANGE).judgement
    assert "refuses it" in seen.detail
    assert "refuses it" not in unsure.detail
    assert "Allow this agent's program inbound" in unsure.remedy


def test_whoever_listened_for_the_peer_knows_that_it_is_not_the_answers_that_are_dropped() -> None:
    held = heard(half_shut(), Check.RPC_RANGE).judgement
    natural = heard(replace(state(V.BLOCKED, C.SILENT_DROP), evidence=PROOFS[Proof.NATURAL])).judgement
    assert "what BTS01 sends does not arrive" in held.detail
    assert "drops what BTS01 sends, or the answers" in natural.detail


def test_what_looks_like_a_dropped_packet_is_named_where_nobody_listened_for_it() -> None:
    natural = heard(replace(state(V.BLOCKED, C.SILENT_DROP), evidence=PROOFS[Proof.NATURAL])).judgement
    assert "A service that hangs, and a limit on connections, look the same" in natural.detail


def test_a_port_that_nobody_named_is_not_called_silent() -> None:
    """The peer's mapper was out of its reach: it asked no port at all."""
    said = state(V.INCONCLUSIVE, C.NO_KNOWN_LISTENER, Check.RPC_ENDPOINT)
    judged = heard(said, Check.RPC_ENDPOINT).judgement
    assert "could not be asked which port that is" in judged.detail
    assert "silence" not in judged.detail
    assert "Mend the path from BTS01 to the endpoint mapper of MSS" in judged.remedy


ACCUSING = [C.SILENT_DROP, C.ICMP_REJECT, C.INJECTED_RESET, C.RETURN_PATH, C.MIDDLEBOX, C.HOST_FIREWALL]


@pytest.mark.parametrize("cause", ACCUSING)
def test_what_is_not_shown_does_not_sound_as_if_it_were(cause: Cause) -> None:
    unsure = heard(state(V.INCONCLUSIVE, cause, Check.RPC_RANGE, suspect=SHUT), Check.RPC_RANGE).judgement
    assert "cannot tell" in unsure.detail
    assert any(doubt in unsure.detail for doubt in ("seems to", "seem to", "may answer", "look the same"))
    assert "whether it reaches TCP 57344-65535 of MSS" in unsure.detail
    assert "Suspect: TCP 57344-65535. Not every edge is confirmed." in unsure.detail
    accused = state(V.BLOCKED, cause, Check.RPC_RANGE, blocked=SHUT)
    assert heard(accused, Check.RPC_RANGE).judgement.remedy != unsure.remedy or cause is C.MIDDLEBOX


@pytest.mark.parametrize("check", Check)
@pytest.mark.parametrize("cause", Cause)
@pytest.mark.parametrize("verdict", [each for each in V if each not in (V.REACHABLE, V.PENDING)])
def test_there_are_words_for_whatever_may_be_told(check: Check, cause: Cause, verdict: Verdict) -> None:
    blocked = SHUT if verdict in (V.BLOCKED, V.PARTLY_BLOCKED) else PortSet()
    judged = heard(state(verdict, cause, check, blocked=blocked), check).judgement
    assert PEER in judged.detail
    assert HERE in judged.detail + judged.remedy
    assert "{" not in judged.detail + judged.remedy
    assert judged.detail.endswith(".")
    assert judged.remedy.endswith(".")
    assert len(judged.detail) < 1000
    assert len(judged.remedy) < 1000


@pytest.mark.parametrize(("port", "named"), [("PROD", "instance PROD"), ("dynamic", "the port of the service")])
def test_a_port_that_is_not_known_here_is_not_made_up(port: str, named: str) -> None:
    check = Check.SQL if port == "PROD" else Check.RPC_ENDPOINT
    told = replace(inbound(check), port=port, ports=PortSet())
    judged = result_of(state(V.UNREACHABLE, C.NO_ANSWER, check), told, HERE, NOW).judgement
    assert named in judged.remedy
    assert "TCP" not in judged.remedy


def test_more_intervals_than_fit_are_said_to_be_more() -> None:
    many = PortSet.of(range(49_152, 49_152 + 200, 2))
    judged = Judgement(V.PARTLY_BLOCKED, C.SILENT_DROP, blocked=many, evidence=Proof.HELD)
    told = state_of(Result(path(Check.RPC_RANGE), judged, (), STARTED, 0.0), NOW, settled=False)
    found = heard(told, Check.RPC_RANGE).judgement
    assert found.blocked == PortSet.of(range(49_152, 49_152 + 128, 2))
    assert "There are more intervals than could be told." in found.detail
    assert "more intervals" not in heard(half_shut(), Check.RPC_RANGE).judgement.detail
