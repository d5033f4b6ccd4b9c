"""The port of a service that the endpoint mapper names: what an attempt at it means, and what it means without one."""

from dataclasses import replace

import pytest

from agent.ground.path import Check
from agent.judge.endpoint import judge_service
from agent.judge.registration import Registration
from agent.judge.single import judge_port
from agent.judge.verdict import Cause, Judgement, Proof, Verdict
from probes.outcome import Outcome
from probes.state import Sent, State
from probes.wire.icmp import Icmp
from tests.agent.seen import PEER, ROUTER, confirmed_silence, hopeless_silence, outcome, registration, sight

V, C = Verdict, Cause
AT = 50100
MAPPER = outcome(State.OPEN, 135)


def judged(*outcomes: Outcome, told: Registration | None, **more: object) -> Judgement:
    return judge_service(sight(MAPPER, *outcomes, registration=told, **more), "entsso", 135)  # type: ignore[arg-type]


def verdict(found: Judgement) -> tuple[Verdict, Cause | None]:
    return found.verdict, found.cause


# The mapper names a port.


def test_a_named_port_that_accepts_is_the_service() -> None:
    found = judged(outcome(State.OPEN, AT), told=registration(AT))
    assert verdict(found) == (V.REACHABLE, None)
    assert found.evidence is Proof.NATURAL
    assert f"TCP {AT}" in found.detail
    assert "endpoint mapper names" in found.detail


def test_any_of_its_ports_will_do() -> None:
    told = registration(AT, AT + 1, still=(AT, AT + 1))
    found = judged(outcome(State.FILTERED, AT), outcome(State.OPEN, AT + 1), told=told)
    assert verdict(found) == (V.REACHABLE, None)


def test_ports_of_other_services_do_not_count() -> None:
    told = Registration({"entsso": (AT,), "msdtc": (AT + 1,)}, ("entsso",))
    found = judged(outcome(State.CLOSED, AT), outcome(State.OPEN, AT + 1), told=told)
    assert verdict(found) == (V.UNREACHABLE, C.REFUSED)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State.FILTERED, (V.UNREACHABLE, C.NO_ANSWER)),
        (State.CLOSED, (V.UNREACHABLE, C.REFUSED)),  # a registration may outlive its process: it is no proof
        (State.RESET, (V.UNREACHABLE, C.CUT_OFF)),
        (State.LOCAL_FAULT, (V.INCONCLUSIVE, C.LOCAL_FAULT)),
    ],
)
def test_a_port_named_before_and_after_that_does_not_work(state: State, expected: tuple[Verdict, Cause | None]) -> None:
    assert verdict(judged(outcome(state, AT), told=registration(AT, still=(AT,)))) == expected


@pytest.mark.parametrize("state", [State.FILTERED, State.CLOSED, State.RESET])
@pytest.mark.parametrize("still", [(), (AT + 1,)])
def test_a_port_named_before_and_not_after_accuses_nobody(state: State, still: tuple[int, ...]) -> None:
    """The service was restarted between the question and the attempt, whatever was known of the port's silence."""
    told = registration(AT, still=still)
    found = judged(outcome(state, AT), told=told, silences={AT: confirmed_silence()}, controls={AT: 135})
    assert verdict(found) == (V.INCONCLUSIVE, C.NOT_REGISTERED)
    assert "restarted" in found.detail


@pytest.mark.parametrize("state", [State.FILTERED, State.CLOSED, State.OPEN])
def test_a_port_that_another_service_took_over_meanwhile_is_not_the_service_s(state: State) -> None:
    still = {"entsso": (AT + 1,), "msdtc": (AT,)}
    told = Registration({"entsso": (AT,)}, ("entsso",), still=still)
    found = judged(outcome(state, AT), told=told, silences={AT: confirmed_silence()}, controls={AT: 135})
    assert verdict(found) == (V.INCONCLUSIVE, C.NOT_REGISTERED)


def test_a_port_that_accepted_and_was_then_taken_back_proves_nothing() -> None:
    """Whoever has it by now need not be the service."""
    found = judged(outcome(State.OPEN, AT), told=registration(AT, still=()))
    assert verdict(found) == (V.INCONCLUSIVE, C.NOT_REGISTERED)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State.OPEN, (V.REACHABLE, None)),
        (State.FILTERED, (V.INCONCLUSIVE, C.NOT_REGISTERED)),
        (State.CLOSED, (V.INCONCLUSIVE, C.NOT_REGISTERED)),
    ],
)
def test_a_mapper_that_falls_silent_meanwhile_takes_nothing_back_and_accuses_nobody(
    state: State, expected: tuple[Verdict, Cause | None]
) -> None:
    told = replace(registration(AT), still={})
    assert verdict(judged(outcome(state, AT), told=told)) == expected


def test_a_refusal_names_who_refuses() -> None:
    icmp = Icmp(4, 3, 13, ROUTER)
    found = judged(outcome(State.REJECTED, AT, icmp=icmp), told=registration(AT, still=(AT,)))
    assert (verdict(found), found.rejected_by) == ((V.BLOCKED, C.ICMP_REJECT), ROUTER)


# Silence of a named port.


def test_confirmed_silence_of_a_named_port_is_a_drop() -> None:
    told = registration(AT, still=(AT,))
    found = judged(outcome(State.FILTERED, AT), told=told, silences={AT: confirmed_silence()}, controls={AT: 135})
    assert verdict(found) == (V.BLOCKED, C.SILENT_DROP)
    assert found.evidence is Proof.NATURAL
    assert "silent 4 times in a row while TCP 135 of the same address answered" in found.detail


def test_silence_on_a_path_that_loses_too_much_is_inconclusive() -> None:
    told = registration(AT, still=(AT,))
    found = judged(outcome(State.FILTERED, AT), told=told, silences={AT: hopeless_silence()})
    assert verdict(found) == (V.INCONCLUSIVE, C.LOSSY_PATH)


def test_a_neighbour_that_does_not_answer_is_a_host_that_is_down() -> None:
    told = registration(AT, still=(AT,))
    held = outcome(State.FILTERED, AT, sent=Sent.HELD)
    assert verdict(judged(held, told=told, silences={AT: confirmed_silence()})) == (V.UNREACHABLE, C.HOST_DOWN)


@pytest.mark.parametrize("told", [None, registration(AT + 1), registration()])
def test_old_silence_of_a_fixed_port_that_is_not_named_now_accuses_nobody(told: Registration | None) -> None:
    """It was named, and its silence confirmed, in an earlier round; whether anybody listens there now is not known."""
    silent = sight(outcome(State.FILTERED, AT), silences={AT: confirmed_silence()}, registration=told)
    assert verdict(judge_port(Check.RPC_ENDPOINT, silent, AT)) == (V.UNREACHABLE, C.NO_ANSWER)


def test_a_fixed_port_that_the_mapper_names_for_one_of_its_services_is_known() -> None:
    told = Registration({"msdtc": (AT + 1,), "entsso": (AT,)}, ("entsso",))
    found = judge_port(Check.RPC_ENDPOINT, sight(outcome(State.OPEN, AT), registration=told), AT)
    assert (found.verdict, found.evidence) == (V.REACHABLE, Proof.NATURAL)


def test_a_fixed_port_that_no_mapper_names_is_a_bare_answer() -> None:
    found = judge_port(Check.RPC_ENDPOINT, sight(outcome(State.OPEN, AT), registration=registration(AT + 1)), AT)
    assert (found.verdict, found.evidence) == (V.REACHABLE, Proof.REPLY)


# A device that answers for everyone.

OPENED = [outcome(State.OPEN, port) for port in (60001, 60002, 60003)]
SAMPLED = [each.target.port for each in OPENED]


def test_a_named_port_that_accepts_proves_nothing_where_a_device_answers_for_everyone() -> None:
    found = judged(outcome(State.OPEN, AT), *OPENED, told=registration(AT), sampled=SAMPLED)
    assert verdict(found) == (V.INCONCLUSIVE, C.MIDDLEBOX)


def test_registered_ports_are_no_sign_of_a_device() -> None:
    told = registration(AT, natural=SAMPLED)
    assert judged(outcome(State.OPEN, AT), *OPENED, told=told, sampled=SAMPLED).verdict is V.REACHABLE


# The mapper names none.


@pytest.mark.parametrize("known", [(), ("entsso",)])
def test_a_service_that_is_not_registered_has_no_port_to_ask(known: tuple[str, ...]) -> None:
    """Of a port of the service nothing was seen; whether its absence is a fault is for `epm` to say."""
    found = judged(told=registration(known=known))
    assert verdict(found) == (V.INCONCLUSIVE, C.NOT_REGISTERED)
    assert "entsso is not registered" in found.detail
    assert "nor ever did" not in found.detail


def test_only_the_service_itself_is_said_to_be_absent() -> None:
    told = Registration({"entsso": (), "x": ()}, ("entsso", "x"))
    assert " entsso is not registered" in judged(told=told).detail


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State.DECLINED, (V.INCONCLUSIVE, C.QUERY_REFUSED)),
        (State.LOCAL_FAULT, (V.INCONCLUSIVE, C.LOCAL_FAULT)),  # ours: it must not stand before what others came to
        *(
            (state, (V.INCONCLUSIVE, C.NO_KNOWN_LISTENER))
            for state in (State.FILTERED, State.CLOSED, State.REJECTED, State.RESET, State.MUTE, State.GARBLED)
        ),
    ],
)
def test_where_the_mapper_does_not_tell_its_own_attempt_says_why(
    state: State, expected: tuple[Verdict, Cause | None]
) -> None:
    seen = sight(outcome(state, 135, detail="What was seen."))
    found = judge_service(seen, "entsso", 135)
    assert verdict(found) == expected
    assert found.evidence is Proof.NONE
    assert "What was seen." in found.detail
    assert PEER in found.detail


def test_who_refuses_the_mapper_is_not_said_to_refuse_the_service() -> None:
    found = judge_service(sight(outcome(State.REJECTED, 135, icmp=Icmp(4, 3, 13, ROUTER))), "entsso", 135)
    assert (found.verdict, found.rejected_by) == (V.INCONCLUSIVE, None)


def test_the_mapper_may_listen_elsewhere() -> None:
    found = judge_service(sight(outcome(State.CLOSED, 1135)), "entsso", 1135)
    assert verdict(found) == (V.INCONCLUSIVE, C.NO_KNOWN_LISTENER)
