"""What the ports come to that an endpoint mapper names, or that are fixed."""

from dataclasses import replace

import pytest

from agent.ground.path import Check
from probes.registry import Kind
from probes.state import State
from tests.agent.seen import PEER, outcome
from tests.agent.survey.mapped import (
    ABSENT,
    DTC,
    ENTSSO,
    MOVED,
    MUTE_MAPPER,
    NEW_PORT,
    REACHABLE,
    WITHOUT,
    C,
    V,
    both,
    endpoint,
    epm,
    full,
    judgement,
    network,
    of_endpoint,
    of_mapper,
)
from tests.agent.survey.network import Mapper, Network, Site, agent, once
from tests.fakes.table import (
    ADDRESS,
    MSDTC_PORT,
    SSO,
    SSO_ANNOTATION,
    SSO_PORT,
    TABLE,
    Table,
    tcp,
)

OTHER = "192.0.2.22"
OPEN, CLOSED, FILTERED = State.OPEN, State.CLOSED, State.FILTERED


async def test_a_port_that_is_silent_and_still_named_is_shown_to_be_blocked() -> None:
    """Beside the mapper itself, which answers; at the round's end the mapper still names it."""
    net = network(service=FILTERED)
    results = await Site(net, both(), once()).round()
    assert of_mapper(results) == REACHABLE
    assert of_endpoint(results) == (V.BLOCKED, C.SILENT_DROP)
    detail = judgement(results, Check.RPC_ENDPOINT).detail
    assert f"TCP {SSO_PORT}" in detail
    assert "while TCP 135 of the same address answered each time" in detail
    assert [each.meanwhile for each in net.at(SSO_PORT)] == [True, False, False, False, True]


async def test_a_port_that_stays_blocked_is_asked_once_a_round() -> None:
    net = network(service=FILTERED)
    rounds = await Site(net, both(), agent()).rounds(4)
    assert [of_endpoint(results) for results in rounds] == [(V.BLOCKED, C.SILENT_DROP)] * 4
    assert len(net.at(SSO_PORT)) == 5 + 3


async def test_a_silent_port_whose_control_falls_silent_is_only_unreachable() -> None:
    net = network(service=FILTERED)
    net.say(135, FILTERED, kind=Kind.CONNECT)
    results = await Site(net, both(), once()).round()
    assert of_endpoint(results) == (V.UNREACHABLE, C.NO_ANSWER)
    assert "down (a dead host)" in judgement(results, Check.RPC_ENDPOINT).detail


async def test_a_port_that_answers_when_asked_again_is_reachable() -> None:
    net = network()
    net.say(SSO_PORT, FILTERED, FILTERED, OPEN)
    results = await Site(net, both(), once()).round()
    assert of_endpoint(results) == REACHABLE


@pytest.mark.parametrize("service", [FILTERED, CLOSED])
@pytest.mark.parametrize("later", [WITHOUT, MOVED])
async def test_a_restart_between_question_and_connection_accuses_nobody(service: State, later: Table) -> None:
    net = network(Mapper(TABLE, later), service=service)
    results = await Site(net, both(), once()).round()
    assert of_endpoint(results) == ABSENT
    assert "restarted meanwhile" in judgement(results, Check.RPC_ENDPOINT).detail
    assert len(net.at(SSO_PORT)) == 1


async def test_a_service_that_stops_while_its_port_is_asked_again_accuses_nobody() -> None:
    """Behind a silent host firewall its port is silent on, and the mapper names it no more."""
    net = network(Mapper(TABLE), service=FILTERED)
    net.say(135, Mapper(TABLE), Mapper(WITHOUT), kind=Kind.MAPPER)
    results = await Site(net, both(), once()).round()
    assert of_endpoint(results) == ABSENT


async def test_a_service_that_moves_while_its_port_is_asked_again_is_met_at_the_new_one() -> None:
    net = network(Mapper(TABLE))
    net.say(SSO_PORT, FILTERED)
    net.say(135, Mapper(TABLE), Mapper(MOVED), kind=Kind.MAPPER)
    results = await Site(net, both(), once()).round()
    assert of_endpoint(results) == REACHABLE
    assert f"TCP {NEW_PORT}" in judgement(results, Check.RPC_ENDPOINT).detail


async def test_a_port_that_refuses_and_is_still_named_is_unreachable() -> None:
    net = network(service=CLOSED)
    results = await Site(net, both(), once()).round()
    assert of_endpoint(results) == (V.UNREACHABLE, C.REFUSED)
    assert len(net.at(SSO_PORT)) == 1


async def test_a_service_at_several_ports_works_if_one_does() -> None:
    net = network(Mapper((*TABLE, tcp(SSO, NEW_PORT, SSO_ANNOTATION))))
    net.say(SSO_PORT, CLOSED)
    results = await Site(net, both(), once()).round()
    assert of_endpoint(results) == REACHABLE
    assert results[1].attempts == {"closed": 1, "open": 1}


async def test_of_a_cluster_one_node_has_the_service() -> None:
    net = network(Mapper(WITHOUT))
    net.say(135, Mapper(TABLE), address=OTHER)
    net.say(SSO_PORT, OPEN, address=OTHER)
    for results in await Site(net, both(addresses=(PEER, OTHER)), agent()).rounds(2):
        assert [of_mapper(results), of_endpoint(results)] == [REACHABLE, REACHABLE]
        causes = [[each.judgement.cause for each in result.addresses] for result in results]
        assert causes == [[C.NOT_REGISTERED, None]] * 2
    assert (full(net), full(net, OTHER)) == ([True, True], [True, False])


async def test_the_service_of_a_cluster_moves_to_its_other_node() -> None:
    net = network(Mapper(TABLE), Mapper(WITHOUT))
    net.say(135, Mapper(WITHOUT), Mapper(TABLE), address=OTHER)
    net.say(SSO_PORT, OPEN, address=OTHER)
    rounds = await Site(net, both(addresses=(PEER, OTHER)), agent()).rounds(2)
    assert [of_mapper(results) for results in rounds] == [REACHABLE] * 2
    assert [of_endpoint(results) for results in rounds] == [REACHABLE] * 2


async def test_a_fixed_port_is_asked_whatever_the_mapper_says() -> None:
    fixed = replace(ENTSSO, fixed_port=SSO_PORT)
    net = network(FILTERED)
    (result,) = await Site(net, [endpoint(fixed, DTC, fixed=str(SSO_PORT))], once()).round()
    assert (result.verdict, result.judgement.cause) == REACHABLE
    assert result.attempts == {"open": 1}


async def test_a_silent_fixed_port_that_the_mapper_does_not_name_shows_no_block() -> None:
    """The service may be stopped, or listen elsewhere."""
    fixed = replace(ENTSSO, fixed_port=SSO_PORT)
    net = network(Mapper(MOVED), service=FILTERED)
    results = await Site(net, [epm(fixed, DTC), endpoint(fixed, DTC, fixed=str(SSO_PORT))], once()).round()
    assert of_endpoint(results) == (V.UNREACHABLE, C.NO_ANSWER)


async def test_a_fixed_and_a_dynamic_service_must_both_be_met() -> None:
    matchers = (replace(ENTSSO, fixed_port=SSO_PORT), replace(DTC, required=True))
    net = network()
    net.say(MSDTC_PORT, CLOSED)
    site = Site(net, [epm(*matchers), endpoint(*matchers, fixed=str(SSO_PORT))], agent())
    (results,) = await site.rounds(1)
    assert of_endpoint(results) == (V.UNREACHABLE, C.REFUSED)
    detail = judgement(results, Check.RPC_ENDPOINT).detail
    assert f"TCP {MSDTC_PORT}" in detail
    assert f"TCP {SSO_PORT}" not in detail
    net.say(MSDTC_PORT, OPEN)
    assert of_endpoint(await site.round()) == REACHABLE


async def test_the_endpoint_alone_is_found_by_its_mapper() -> None:
    """As `--check rpc-endpoint` leaves it: there is no `epm` path in the survey."""
    net = network()
    (result,) = await Site(net, [endpoint()], once()).round()
    assert (result.verdict, result.judgement.cause) == REACHABLE
    assert result.attempts == {"open": 1}
    assert [each.kind for each in net.at(135)] == [Kind.MAPPER]


@pytest.mark.parametrize(
    ("mapper", "expected"),
    [
        (Mapper(WITHOUT), ABSENT),
        (FILTERED, MUTE_MAPPER),
        (State.DECLINED, (V.INCONCLUSIVE, C.QUERY_REFUSED)),
    ],
)
async def test_the_endpoint_alone_without_an_answer(mapper: Mapper | State, expected: object) -> None:
    (result,) = await Site(network(mapper), [endpoint()], once()).round()
    assert (result.verdict, result.judgement.cause) == expected
    assert result.attempts == {}


async def test_the_mapper_alone_knocks_at_what_it_names_too() -> None:
    """Otherwise `--check epm` would judge from less than the whole does."""
    net = network()
    (result,) = await Site(net, [epm()], once()).round()
    assert (result.verdict, result.judgement.cause) == REACHABLE


async def test_a_mapper_at_a_port_of_its_own() -> None:
    net = Network()
    net.say(10135, Mapper(TABLE))
    net.say(SSO_PORT, OPEN)
    (result,) = await Site(net, [replace(endpoint(), epm_port=10135)], once()).round()
    assert result.verdict is V.REACHABLE


async def test_a_mapper_whose_answer_takes_its_time_is_no_late_control() -> None:
    """Its conversation lasts while the silent port is waited for; its own connection came at once."""
    net = network(service=FILTERED)
    site = Site(net, both(), once())
    await site.round()
    silence = site.survey._memory.silence(PEER, SSO_PORT)
    assert net.consulted()[0].full
    assert silence.confirmed
    assert net.times(SSO_PORT)[:4] == [0.0, 4.0, 9.0, 14.0]


async def test_an_endpoint_that_is_rejected_names_who_did() -> None:
    from_peer = outcome(State.REJECTED)
    net = network()
    net.say(SSO_PORT, from_peer)
    results = await Site(net, both(), once()).round()
    assert of_endpoint(results) == (V.UNREACHABLE, C.HOST_DOWN)


@pytest.mark.parametrize("gone", [State.RESET, State.MUTE, State.HUNG_UP, State.DECLINED])
async def test_a_mapper_that_will_not_say_any_more_accuses_nobody(gone: State) -> None:
    """Half a minute of silence, and then nobody to confirm that the service was still to be there."""
    net = network(service=FILTERED)
    net.say(135, Mapper(TABLE), outcome(gone), kind=Kind.MAPPER)
    results = await Site(net, both(), once()).round()
    assert of_endpoint(results)[0] is not V.BLOCKED


async def test_a_mapper_that_names_ever_so_many_ports_makes_no_scanner_of_us() -> None:
    net = network(service=FILTERED)
    net.say(135, Mapper(tuple(tcp(SSO, 50_000 + number, SSO_ANNOTATION) for number in range(400))), kind=Kind.MAPPER)
    await Site(net, both(), once()).round()
    asked = {each.target.port for each in net.asked if 50_000 <= each.target.port < 50_400}
    assert 1 <= len(asked) <= 8


async def test_what_a_mapper_has_of_another_node_is_not_ours() -> None:
    """A tower may name the address at which its service listens: that of another machine of the file does not count."""
    net = network()
    own = [replace(path, elsewhere=frozenset({str(ADDRESS)})) for path in both()]
    results = await Site(net, own, once()).round()
    assert of_mapper(results) == ABSENT
    assert net.at(SSO_PORT) == []
