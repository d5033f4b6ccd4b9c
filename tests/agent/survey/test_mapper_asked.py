"""What an endpoint mapper is asked, when, and what its answer makes of `epm` and `rpc-endpoint`."""

from dataclasses import replace

import pytest

from agent.ground.path import Check
from agent.survey.manners import Manners
from agent.survey.mapper import keys_of
from probes.epm import Consultation, Key
from probes.registry import Kind
from probes.state import State
from probes.wire.syntax import SyntaxId
from tests.agent.seen import path
from tests.agent.survey.mapped import (
    ABSENT,
    BOTH,
    DTC,
    ENTSSO,
    GONE,
    MOVED,
    MUTE_MAPPER,
    NEW_PORT,
    REACHABLE,
    WITHOUT,
    C,
    V,
    both,
    full,
    judged,
    judgement,
    network,
    of_endpoint,
    of_mapper,
)
from tests.agent.survey.network import Mapper, Site, agent, once
from tests.fakes.table import (
    MSDTC,
    MSDTC_CID,
    MSDTC_PORT,
    SSO,
    SSO_ANNOTATION,
    SSO_PORT,
    TABLE,
    crowd,
    local,
    tcp,
)

OPEN, FILTERED = State.OPEN, State.FILTERED


@pytest.mark.parametrize("manners", [once(), agent()])
async def test_a_service_that_is_registered_and_accepts_is_reachable(manners: Manners) -> None:
    net = network()
    results = await Site(net, both(), manners).round()
    assert [of_mapper(results), of_endpoint(results)] == [REACHABLE, REACHABLE]
    assert f"TCP {SSO_PORT}" in judgement(results, Check.RPC_ENDPOINT).detail
    assert [result.attempts for result in results] == [{"open": 1}, {"open": 1}]


async def test_the_mapper_is_asked_in_one_connection_a_round() -> None:
    net = network()
    await Site(net, both(), agent()).rounds(3)
    assert [(each.at, each.kind) for each in net.at(135)] == [(at, Kind.MAPPER) for at in (0.0, 60.0, 120.0)]


async def test_the_whole_table_is_read_at_first_and_hourly() -> None:
    net = network()
    await Site(net, both(), agent()).rounds(122)
    assert [number for number, whole in enumerate(full(net)) if whole] == [0, 60, 120]


async def test_in_between_only_what_is_looked_for_is_asked_for() -> None:
    net = network()
    await Site(net, both(), agent()).rounds(2)
    wanted = net.consulted()[1].wanted
    assert set(wanted) == {Key(SSO), Key(MSDTC, MSDTC_CID)}


async def test_the_port_is_connected_to_while_the_mapper_still_listens() -> None:
    net = network()
    await Site(net, both(), agent()).rounds(2)
    assert [(each.kind, each.meanwhile) for each in net.at(SSO_PORT)] == [(Kind.CONNECT, True)] * 2


async def test_what_need_not_be_there_is_not_connected_to() -> None:
    net = network()
    await Site(net, both(), agent()).round()
    assert net.at(MSDTC_PORT) == []


async def test_a_service_that_moved_is_met_at_its_new_port_without_a_new_table() -> None:
    net = network(Mapper(TABLE), Mapper(MOVED))
    first, second = await Site(net, both(), agent()).rounds(2)
    assert [of_endpoint(first), of_endpoint(second)] == [REACHABLE, REACHABLE]
    assert f"TCP {NEW_PORT}" in judgement(second, Check.RPC_ENDPOINT).detail
    assert full(net) == [True, False]


async def test_a_service_under_a_new_interface_is_found_in_a_new_table() -> None:
    newer = tcp(SyntaxId(SSO.uuid, 2), NEW_PORT, SSO_ANNOTATION)
    net = network(Mapper(TABLE), Mapper((*WITHOUT, newer)))
    first, second, third = await Site(net, both(), agent()).rounds(3)
    assert [of_endpoint(each) for each in (first, second, third)] == [REACHABLE] * 3
    assert full(net) == [True, False, True, False]


async def test_a_service_that_was_never_there_may_be_known_by_another_name() -> None:
    net = network(Mapper(WITHOUT))
    results = await Site(net, both(), agent()).round()
    assert [of_mapper(results), of_endpoint(results)] == [ABSENT, ABSENT]
    assert all("entsso" in result.judgement.detail for result in results)
    assert net.at(SSO_PORT) == []


async def test_an_empty_table_is_an_answer() -> None:
    results = await Site(network(Mapper(())), both(), once()).round()
    assert [of_mapper(results), of_endpoint(results)] == [ABSENT, ABSENT]


async def test_a_service_that_was_there_is_down() -> None:
    site = Site(network(Mapper(TABLE), Mapper(WITHOUT)), both(), agent())
    first, second, third = await site.rounds(3)
    assert of_mapper(first) == REACHABLE
    assert [of_mapper(second), of_mapper(third)] == [GONE, GONE]
    assert [of_endpoint(second), of_endpoint(third)] == [ABSENT, ABSENT]


async def test_a_service_that_the_operator_has_confirmed_is_down_at_once() -> None:
    matchers = (replace(ENTSSO, confirmed=True), DTC)
    results = await Site(network(Mapper(WITHOUT)), both(*matchers), once()).round()
    assert of_mapper(results) == GONE


async def test_a_service_that_need_not_be_there_may_be_absent() -> None:
    net = network(Mapper(tuple(entry for entry in TABLE if entry.object != MSDTC_CID)))
    rounds = await Site(net, both(), agent()).rounds(3)
    assert [of_mapper(results) for results in rounds] == [REACHABLE] * 3
    assert full(net) == [True, False, False]


async def test_while_a_service_is_absent_each_round_reads_the_table_once() -> None:
    """What it would come back as is not known, so there is nothing else to ask for."""
    net = network(Mapper(WITHOUT))
    await Site(net, both(), agent()).rounds(3)
    assert full(net) == [True] * 3


async def test_a_service_comes_back() -> None:
    lost = Mapper(WITHOUT)  # for two conversations of the round in which it is missed, and one of the next
    net = network(Mapper(TABLE), lost, lost, lost, Mapper(MOVED))
    rounds = await Site(net, both(), agent()).rounds(5)
    assert [of_mapper(results) for results in rounds] == [REACHABLE, GONE, GONE, REACHABLE, REACHABLE]
    assert [of_endpoint(results) for results in rounds] == [REACHABLE, ABSENT, ABSENT, REACHABLE, REACHABLE]
    assert full(net) == [True, False, True, True, True, False]


async def test_only_what_is_registered_over_tcp_counts() -> None:
    results = await Site(network(Mapper((local(SSO, "pipe", SSO_ANNOTATION),))), both(), once()).round()
    assert of_mapper(results) == ABSENT


@pytest.mark.parametrize(
    ("state", "epm_judged", "endpoint_judged"),
    [
        (State.DECLINED, (V.INCONCLUSIVE, C.QUERY_REFUSED), (V.INCONCLUSIVE, C.QUERY_REFUSED)),
        (State.GARBLED, (V.SERVICE_DOWN, C.WRONG_SERVICE), MUTE_MAPPER),
        (State.MUTE, (V.UNREACHABLE, C.CUT_OFF), MUTE_MAPPER),
        (State.HUNG_UP, (V.UNREACHABLE, C.CUT_OFF), MUTE_MAPPER),
        (State.RESET, (V.UNREACHABLE, C.CUT_OFF), MUTE_MAPPER),
        (State.CLOSED, (V.UNREACHABLE, C.REFUSED), MUTE_MAPPER),
        (State.LOCAL_FAULT, (V.INCONCLUSIVE, C.LOCAL_FAULT), (V.INCONCLUSIVE, C.LOCAL_FAULT)),
    ],
)
async def test_a_mapper_that_does_not_answer_says_nothing_of_the_service(
    state: State, epm_judged: object, endpoint_judged: object
) -> None:
    """Also after rounds in which it did; and once it does again, all is well."""
    net = network(Mapper(TABLE), state, Mapper(TABLE))
    rounds = await Site(net, both(), agent()).rounds(3)
    assert [of_mapper(results) for results in rounds] == [REACHABLE, epm_judged, REACHABLE]
    assert [of_endpoint(results) for results in rounds] == [REACHABLE, endpoint_judged, REACHABLE]
    assert len(net.at(SSO_PORT)) == 2


async def test_the_table_is_wanted_until_it_was_read() -> None:
    net = network(State.DECLINED, State.MUTE, Mapper(TABLE))
    await Site(net, both(), agent()).rounds(4)
    assert full(net) == [True, True, True, False]


async def test_a_silent_mapper_without_a_control_is_asked_once() -> None:
    net = network(FILTERED)
    results = await Site(net, both(), once()).round()
    assert [of_mapper(results), of_endpoint(results)] == [(V.UNREACHABLE, C.NO_ANSWER), MUTE_MAPPER]
    assert [each.kind for each in net.asked] == [Kind.MAPPER]


async def test_a_silent_mapper_is_asked_again_beside_a_control_and_then_blocked() -> None:
    net = network(FILTERED)
    net.say(1433, OPEN)
    results = await Site(net, (path(Check.SQL), *both()), once()).round()
    assert of_mapper(results) == (V.BLOCKED, C.SILENT_DROP)
    assert of_endpoint(results) == MUTE_MAPPER
    assert [each.kind for each in net.at(135)] == [Kind.MAPPER] + [Kind.CONNECT] * 3


async def test_a_mapper_that_answers_again_is_asked_in_the_same_round() -> None:
    net = network(FILTERED, FILTERED, Mapper(TABLE))
    net.say(1433, OPEN)
    results = await Site(net, (path(Check.SQL), *both()), once()).round()
    assert of_mapper(results) == REACHABLE
    assert "whatever must be registered is" in judgement(results, Check.EPM).detail
    assert [each.kind for each in net.at(135)] == [Kind.MAPPER, Kind.CONNECT, Kind.CONNECT, Kind.MAPPER]


async def test_a_mapper_that_answers_again_may_miss_the_service() -> None:
    net = network(Mapper(TABLE), FILTERED, Mapper(WITHOUT))
    net.say(1433, OPEN)
    _, results = await Site(net, (path(Check.SQL), *both()), agent()).rounds(2)
    assert of_mapper(results) == GONE


HOSTILE = ("\x1b[2J\x1b[31mSSOSecretServer", "<script>alert(1)</script>", "SSOSecretServer\n", "{peer.__class__}", "%s")


async def test_annotations_are_compared_and_never_shown() -> None:
    table = tuple(tcp(SSO, SSO_PORT + number, text) for number, text in enumerate(HOSTILE))
    results = await Site(network(Mapper(table)), both(), once()).round()
    assert of_mapper(results) == ABSENT
    for result in results:
        assert not any(text in result.judgement.detail + result.judgement.remedy for text in HOSTILE)


async def test_a_service_is_found_among_thousands() -> None:
    net = network(Mapper((*crowd(5_000), *TABLE)))
    results = await Site(net, both(), once()).round()
    assert of_endpoint(results) == REACHABLE
    assert len(net.asked) == 2


async def test_annotations_are_compared_without_regard_to_case() -> None:
    results = await Site(network(Mapper((tcp(SSO, SSO_PORT, "ssosecretSERVER"),))), both(), once()).round()
    assert of_endpoint(results) == REACHABLE


def test_a_service_is_looked_for_as_what_it_is_registered() -> None:
    assert keys_of(BOTH, TABLE) == {"entsso": {Key(SSO)}, "msdtc": {Key(MSDTC, MSDTC_CID)}}
    assert keys_of(BOTH, ()) == {"entsso": frozenset(), "msdtc": frozenset()}


RANGE = f"{SSO_PORT - 1}-{SSO_PORT + 2}"


async def test_registered_ports_that_a_sample_meets_make_no_middlebox() -> None:
    """Four ports of a small range accept, and each has a listener that the mapper knows."""
    busy = tuple(tcp(SSO, port, SSO_ANNOTATION) for port in range(SSO_PORT - 1, SSO_PORT + 3))
    net = network(Mapper(busy))
    net.rest = OPEN
    results = await Site(net, (*both(), path(Check.RPC_RANGE, RANGE)), agent()).round()
    assert of_endpoint(results) == REACHABLE
    assert judged(results, Check.RPC_RANGE)[1] is not C.MIDDLEBOX


async def test_ports_that_nobody_registered_do_make_one_but_the_mapper_has_spoken() -> None:
    net = network()
    net.rest = OPEN
    results = await Site(net, (*both(), path(Check.RPC_RANGE, "50000-59999")), agent()).round()
    assert of_mapper(results) == REACHABLE
    assert [of_endpoint(results), judged(results, Check.RPC_RANGE)] == [(V.INCONCLUSIVE, C.MIDDLEBOX)] * 2


async def test_what_is_asked_is_a_consultation() -> None:
    net = network()
    await Site(net, both(), once()).round()
    (question,) = net.consulted()
    assert isinstance(question, Consultation)
    assert question.meanwhile is not None
