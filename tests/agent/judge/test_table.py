"""The table from observation to verdict, against the documented one, row by row."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from agent.ground.path import Check
from agent.judge.registration import Registration
from agent.judge.silence import Control, Silence
from agent.judge.single import judge_port
from agent.judge.table import TABLE, Beside, look_up
from agent.judge.verdict import Cause, Judgement, Proof, Verdict
from probes.outcome import Outcome
from probes.state import Sent, State
from probes.wire.icmp import Icmp
from probes.wire.tds import Encryption, Prelogin, Version
from tests.agent.seen import (
    HERE,
    PEER,
    PORT,
    ROUTER,
    confirmed_silence,
    hopeless_silence,
    outcome,
    registration,
    sight,
)

V, C = Verdict, Cause
REFUSALS_V4 = [(3, 9), (3, 10), (3, 13), (3, 2), (3, 3)]
REFUSALS_V6 = [(1, 1), (1, 5), (1, 6), (1, 4)]
NO_WAY_V4 = [(3, 0), (3, 1), (3, 6), (3, 7), (3, 11), (3, 12), (11, 0)]
NO_WAY_V6 = [(1, 0), (1, 3), (3, 0)]
PEER_V6, ROUTER_V6 = "2001:db8::21", "2001:db8::1"


def verdict(judged: Judgement) -> tuple[Verdict, Cause | None]:
    return judged.verdict, judged.cause


def judged(check: Check, state: State, **more: object) -> Judgement:
    seen = outcome(state, PORT[check], **more)  # type: ignore[arg-type]
    return judge_port(check, sight(seen), PORT[check])


@pytest.mark.parametrize("check", Check)
@pytest.mark.parametrize("state", State)
def test_there_is_a_row_for_whatever_is_seen(check: Check, state: State) -> None:
    row = look_up(check, state, set())
    assert (row.state, row.beside) == (state, Beside.NOTHING_MORE)
    assert row.check in (None, check)


def test_a_row_that_nothing_can_reach_would_be_a_mistake() -> None:
    for place, row in enumerate(TABLE):
        above = [
            other for other in TABLE[:place] if other.state in (None, row.state) and other.check in (None, row.check)
        ]
        assert not any(other.beside in (Beside.NOTHING_MORE, row.beside) for other in above), row


@pytest.mark.parametrize(
    ("check", "state", "expected"),
    [
        (Check.SQL, State.OPEN, (V.REACHABLE, None)),
        (Check.EPM, State.OPEN, (V.REACHABLE, None)),
        (Check.RPC_ENDPOINT, State.OPEN, (V.REACHABLE, None)),
        (Check.SQL, State.FILTERED, (V.UNREACHABLE, C.NO_ANSWER)),
        (Check.EPM, State.FILTERED, (V.UNREACHABLE, C.NO_ANSWER)),
        (Check.RPC_ENDPOINT, State.FILTERED, (V.UNREACHABLE, C.NO_ANSWER)),
        (Check.EPM, State.DECLINED, (V.INCONCLUSIVE, C.QUERY_REFUSED)),
        *(
            (check, state, expected)
            for check in (Check.SQL, Check.EPM, Check.RPC_ENDPOINT)
            for state, expected in (
                (State.CLOSED, (V.UNREACHABLE, C.REFUSED)),
                (State.RESET, (V.UNREACHABLE, C.CUT_OFF)),
                (State.HUNG_UP, (V.UNREACHABLE, C.CUT_OFF)),
                (State.MUTE, (V.UNREACHABLE, C.CUT_OFF)),
                (State.GARBLED, (V.SERVICE_DOWN, C.WRONG_SERVICE)),
                (State.REJECTED, (V.UNREACHABLE, C.HOST_DOWN)),  # by nobody knows whom
                (State.UNRESOLVED, (V.UNRESOLVED, C.NAME_RESOLUTION)),
                (State.LOCAL_FAULT, (V.INCONCLUSIVE, C.LOCAL_FAULT)),
            )
        ),
    ],
)
def test_what_a_state_alone_comes_to(check: Check, state: State, expected: tuple[Verdict, Cause | None]) -> None:
    assert verdict(judged(check, state)) == expected


@pytest.mark.parametrize("check", [Check.SQL, Check.EPM, Check.RPC_ENDPOINT])
def test_confirmed_silence_is_a_drop_only_where_somebody_is_known_to_listen(check: Check) -> None:
    """The endpoint mapper always does, and so does a service whose port the mapper names."""
    port = PORT[check]
    seen = sight(
        outcome(State.FILTERED, port),
        silences={port: confirmed_silence()},
        controls={port: 139},
        registration=registration(PORT[Check.RPC_ENDPOINT]),
    )
    found = judge_port(check, seen, port)
    if check is not Check.SQL:
        assert verdict(found) == (V.BLOCKED, C.SILENT_DROP)
        assert found.evidence is Proof.NATURAL
        assert "silent 4 times in a row while TCP 139 of the same address answered" in found.detail
    else:
        assert verdict(found) == (V.UNREACHABLE, C.NO_ANSWER)


@pytest.mark.parametrize(
    "controls",
    [
        [],
        [Control.ANSWERED] * 3,  # four confirm one
        [Control.LATE] * 9,
        [*[Control.ANSWERED] * 9, Control.SILENT],  # the host may be gone by now
    ],
)
@pytest.mark.parametrize("check", [Check.EPM, Check.RPC_ENDPOINT])
def test_silence_that_is_not_confirmed_accuses_nobody(check: Check, controls: list[Control]) -> None:
    silence = Silence()
    for control in controls:
        silence.beside(control)
    port = PORT[check]
    told = registration(PORT[Check.RPC_ENDPOINT])
    seen = sight(outcome(State.FILTERED, port), silences={port: silence}, registration=told)
    assert verdict(judge_port(check, seen, port)) == (V.UNREACHABLE, C.NO_ANSWER)


def test_silence_on_a_path_that_loses_too_much_is_inconclusive() -> None:
    seen = sight(outcome(State.FILTERED), silences={135: hopeless_silence()})
    assert verdict(judge_port(Check.EPM, seen, 135)) == (V.INCONCLUSIVE, C.LOSSY_PATH)


@pytest.mark.parametrize("check", [Check.SQL, Check.EPM, Check.RPC_ENDPOINT])
@pytest.mark.parametrize("silence", [confirmed_silence(), hopeless_silence()], ids=["confirmed", "hopeless"])
def test_a_neighbour_that_does_not_answer_is_a_host_that_is_down(check: Check, silence: Silence) -> None:
    """Whatever was known of its silence before: the SYN never left this host."""
    port = PORT[check]
    told = registration(PORT[Check.RPC_ENDPOINT])
    seen = sight(outcome(State.FILTERED, port, sent=Sent.HELD), silences={port: silence}, registration=told)
    assert verdict(judge_port(check, seen, port)) == (V.UNREACHABLE, C.HOST_DOWN)


@pytest.mark.parametrize(
    ("state", "sender", "sent", "here"),
    [
        (State.FILTERED, None, Sent.HELD, True),
        (State.REJECTED, HERE, Sent.HELD, True),  # our own system says so, once it has given up
        (State.REJECTED, ROUTER, Sent.YES, False),
    ],
)
def test_a_neighbour_that_does_not_answer_is_told_from_a_router_that_knows_no_way(
    state: State, sender: str | None, sent: Sent, here: bool
) -> None:
    icmp = Icmp(4, 3, 1, sender) if sender else None
    found = judged(Check.EPM, state, icmp=icmp, sent=sent)
    assert verdict(found) == (V.UNREACHABLE, C.HOST_DOWN)
    assert ("is on the subnet of BTS01" in found.detail) is here


def rejections(codes: list[tuple[int, int]], version: int) -> Iterator[tuple[Icmp, str]]:
    target, router = (PEER, ROUTER) if version == 4 else (PEER_V6, ROUTER_V6)
    for kind, code in codes:
        for sender in (router, target):
            yield Icmp(version, kind, code, sender), target


@pytest.mark.parametrize(("icmp", "target"), [*rejections(REFUSALS_V4, 4), *rejections(REFUSALS_V6, 6)])
@pytest.mark.parametrize("check", [Check.SQL, Check.EPM, Check.RPC_ENDPOINT])
def test_a_policy_code_is_a_refusal_by_whoever_sent_it(check: Check, icmp: Icmp, target: str) -> None:
    found = judged(check, State.REJECTED, icmp=icmp, address=target)
    by_target = icmp.sender == target
    assert verdict(found) == (V.BLOCKED, C.HOST_FIREWALL if by_target else C.ICMP_REJECT)
    assert found.rejected_by == icmp.sender
    assert str(icmp) in found.detail
    assert str(icmp.sender) in found.detail


@pytest.mark.parametrize(("icmp", "target"), [*rejections(NO_WAY_V4, 4), *rejections(NO_WAY_V6, 6)])
@pytest.mark.parametrize("check", [Check.SQL, Check.EPM])
def test_any_other_code_says_that_there_is_no_way_and_names_the_sender(check: Check, icmp: Icmp, target: str) -> None:
    found = judged(check, State.REJECTED, icmp=icmp, address=target)
    assert verdict(found) == (V.UNREACHABLE, C.HOST_DOWN)
    assert found.rejected_by == icmp.sender
    assert str(icmp.sender) in found.detail


def with_device(seen: Outcome, **more: object) -> Judgement:
    """The same outcome where ports that nobody should listen on accept too."""
    opened = [outcome(State.OPEN, port) for port in (50001, 50002, 50003)]
    sampled = [each.target.port for each in opened]
    check = next(check for check, port in PORT.items() if port == seen.target.port)
    return judge_port(check, sight(seen, *opened, sampled=sampled, **more), seen.target.port)  # type: ignore[arg-type]


@pytest.mark.parametrize("check", [Check.SQL, Check.EPM, Check.RPC_ENDPOINT])
def test_an_open_port_proves_nothing_where_a_device_answers_for_everyone(check: Check) -> None:
    assert verdict(with_device(outcome(State.OPEN, PORT[check]))) == (V.INCONCLUSIVE, C.MIDDLEBOX)


def test_silence_proves_nothing_beside_ports_that_a_device_answers_for() -> None:
    silences = {135: confirmed_silence()}
    assert verdict(with_device(outcome(State.FILTERED), silences=silences)) == (V.UNREACHABLE, C.NO_ANSWER)


def test_a_refusal_stands_where_a_device_answers_for_everyone() -> None:
    icmp = Icmp(4, 3, 13, ROUTER)
    assert verdict(with_device(outcome(State.REJECTED, icmp=icmp))) == (V.BLOCKED, C.ICMP_REJECT)


@pytest.mark.parametrize(
    ("size", "opened", "silent", "device"),
    [
        *[(16384, 0, 18, False), (16384, 1, 0, False), (16384, 2, 0, False), (16384, 2, 16, False)],
        *[(16384, 3, 15, True), (16384, 3, 1000, True), (1000, 3, 15, True)],
        *[(999, 3, 15, False), (999, 3, 1, False), (999, 4, 1, True), (999, 3, 0, True), (999, 2, 0, False)],
    ],
)
def test_when_a_device_answers_for_everyone(size: int, opened: int, silent: int, device: bool) -> None:
    """Three open ports that nobody should listen on; in a small range, where services sit close, most of the sample."""
    states = [State.OPEN] * opened + [State.FILTERED] * silent
    outcomes = [outcome(state, 50000 + number) for number, state in enumerate(states)]
    seen = sight(*outcomes, sampled=[each.target.port for each in outcomes], range_size=size)
    assert seen.device_answers_all is device


@pytest.mark.parametrize(
    ("size", "opened", "natural", "device"),
    [
        (16384, 5, 0, True),
        (16384, 5, 2, True),
        (16384, 5, 3, False),
        (16384, 5, 5, False),
        (20, 8, 4, True),  # of the others each
        (20, 8, 6, False),
    ],
)
def test_ports_that_are_registered_are_no_sign_of_a_device(size: int, opened: int, natural: int, device: bool) -> None:
    outcomes = [outcome(State.OPEN, 50000 + number) for number in range(opened)]
    ports = [each.target.port for each in outcomes]
    told = registration(natural=ports[:natural])
    assert sight(*outcomes, sampled=ports, range_size=size, registration=told).device_answers_all is device


@pytest.mark.parametrize(
    ("size", "opened", "held", "strangers", "device"),
    [
        *[(16384, 0, 10, 2, False), (16384, 0, 10, 3, True), (16384, 1, 10, 2, True)],
        *[(100, 0, 4, 3, False), (100, 0, 4, 4, True), (100, 3, 4, 0, False), (100, 3, 4, 3, True)],
    ],
)
def test_whoever_accepts_in_a_listener_s_place_is_a_sign_of_a_device(
    size: int, opened: int, held: int, strangers: int, device: bool
) -> None:
    """Of a small range it takes most of what was sampled and held together."""
    outcomes = [outcome(State.OPEN, 50000 + number) for number in range(opened)]
    seen = sight(outcome(State.CLOSED, 60000), *outcomes, sampled=range(50000, 50000 + opened), range_size=size)
    assert replace(seen, held=held, strangers=strangers).device_answers_all is device


def test_a_sampled_port_of_which_nothing_is_known_is_no_sign_of_a_device() -> None:
    outcomes = [outcome(State.OPEN, port) for port in (50000, 50001)]
    assert not sight(*outcomes, sampled=(50000, 50001, 50002)).device_answers_all


def test_open_ports_that_were_not_sampled_are_no_sign_of_a_device() -> None:
    outcomes = [outcome(State.OPEN, port) for port in (135, 1433, 50100, 50101)]
    assert not sight(*outcomes, sampled=(50100,)).device_answers_all


# What the endpoint mapper says of the services that must be there.


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (registration(50100), (V.REACHABLE, None)),
        (registration(required=()), (V.REACHABLE, None)),  # of a stand-in nothing is expected
        (registration(), (V.INCONCLUSIVE, C.NOT_REGISTERED)),
        (registration(known=["entsso"]), (V.SERVICE_DOWN, C.NOT_REGISTERED)),
        (registration(known=["msdtc"]), (V.INCONCLUSIVE, C.NOT_REGISTERED)),  # another one
        (registration(50100, required=["entsso", "x"], known=["entsso"]), (V.INCONCLUSIVE, C.NOT_REGISTERED)),
        (registration(required=["entsso", "x"], known=["entsso"]), (V.SERVICE_DOWN, C.NOT_REGISTERED)),
    ],
)
@pytest.mark.parametrize("device", [False, True])
def test_a_mapper_s_answer_stands(told: Registration, expected: tuple[Verdict, Cause | None], device: bool) -> None:
    seen = outcome(State.OPEN)
    if device:
        found = with_device(seen, registration=told)
    else:
        found = judge_port(Check.EPM, sight(seen, registration=told), 135)
    assert verdict(found) == expected
    assert found.evidence is Proof.NATURAL


def test_the_service_that_is_gone_is_the_one_that_is_named() -> None:
    told = registration(required=["entsso", "x"], known=["entsso"])
    assert (
        " entsso is not registered" in judge_port(Check.EPM, sight(outcome(State.OPEN), registration=told), 135).detail
    )


@pytest.mark.parametrize("state", [each for each in State if each is not State.OPEN])
def test_what_a_mapper_said_before_does_not_excuse_what_it_does_now(state: State) -> None:
    told = registration(50100)
    now = judge_port(Check.EPM, sight(outcome(state), registration=told), 135)
    assert verdict(now) == verdict(judged(Check.EPM, state))


# What SQL Server says of itself.

VERSION = Prelogin(Version(15, 0, 4430), Encryption.ON)


@pytest.mark.parametrize("device", [False, True])
def test_a_version_is_sql_server_s_own_answer(device: bool) -> None:
    seen = outcome(State.OPEN, 1433, answer=VERSION)
    found = with_device(seen) if device else judge_port(Check.SQL, sight(seen), 1433)
    assert (verdict(found), found.evidence) == ((V.REACHABLE, None), Proof.NATURAL)
    assert "SQL Server 2019, 15.0.4430, encryption on" in found.detail


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Prelogin(Version(99, 1, 2)), "as SQL Server, version 99.1.2 after"),
        (Prelogin(), "as SQL Server of an unknown version after"),
        (Prelogin(None, Encryption.REQ), "as SQL Server of an unknown version, encryption required after"),
    ],
)
def test_a_server_that_says_less(answer: Prelogin, said: str) -> None:
    assert said in judge_port(Check.SQL, sight(outcome(State.OPEN, 1433, answer=answer)), 1433).detail


def test_a_server_that_is_not_asked_only_takes_the_connection() -> None:
    assert judged(Check.SQL, State.OPEN).evidence is Proof.REPLY


def test_an_instance_whose_port_nobody_tells_is_not_our_fault() -> None:
    unknown = outcome(State.LOCAL_FAULT, 0, detail="SQL Server Browser did not tell")
    found = judge_port(Check.SQL, sight(unknown), 0)
    assert verdict(found) == (V.INCONCLUSIVE, C.NO_KNOWN_LISTENER)
    assert "hides the instance" in found.detail
    assert "UDP 1434" in found.remedy
