"""What an endpoint mapper tells beside the verdicts."""

from dataclasses import replace
from uuid import UUID

from agent.asking import findings
from agent.found.finding import Finding, Kind
from agent.ground.path import Check
from probes.registry import Kind as Knock
from probes.state import State
from tests.agent.seen import PEER, path
from tests.agent.survey.mapped import DTC, ENTSSO, MOVED, NEW_PORT, WITHOUT, V, both, endpoint, epm, of_endpoint
from tests.agent.survey.network import Mapper, Network, Site, agent, once
from tests.fakes.table import MSDTC, MSDTC_CID, MSDTC_PORT, SSO, SSO_ANNOTATION, SSO_PORT, TABLE, Table, local, tcp

OTHER = "192.0.2.22"
OPEN, FILTERED = State.OPEN, State.FILTERED
HOUR = 60  # rounds


def network(table: Table = TABLE) -> Network:
    made = Network(rest=State.CLOSED)
    made.say(135, Mapper(table))
    made.say(SSO_PORT, OPEN)
    return made


def kinds(found: list[Finding] | tuple[Finding, ...]) -> list[Kind]:
    return [each.kind for each in found]


async def test_nothing_is_noticed_where_all_is_as_it_should_be() -> None:
    site = Site(network(), (*both(), path(Check.RPC_RANGE)), once())
    await site.round()
    assert site.survey.findings == ()


async def test_services_outside_of_the_range_are_noticed() -> None:
    """Those that need not be there as well: the others' calls go to them too."""
    site = Site(network(), (*both(), path(Check.RPC_RANGE, "50000-50019")), once())
    results = await site.round()
    assert of_endpoint(results) == (V.REACHABLE, None)
    assert [(each.peer, each.kind) for each in site.survey.findings] == [("MSS", Kind.ENDPOINT_OUTSIDE_RANGE)] * 2
    assert "entsso" in site.survey.findings[0].detail
    assert str(SSO_PORT) in site.survey.findings[0].detail
    assert "msdtc" in site.survey.findings[1].detail
    assert str(MSDTC_PORT) in site.survey.findings[1].detail


async def test_without_a_range_nothing_is_outside_of_it() -> None:
    site = Site(network(), both(), once())
    await site.round()
    assert site.survey.findings == ()


async def test_a_fixed_port_that_the_mapper_does_not_know_is_noticed() -> None:
    fixed = replace(ENTSSO, fixed_port=50_100)
    site = Site(network(), [epm(fixed, DTC), endpoint(fixed, DTC, fixed="50100")], once())
    await site.round()
    (found,) = site.survey.findings
    assert found.kind is Kind.FIXED_PORT_DIFFERS
    assert str(SSO_PORT) in found.detail
    assert "50100" in found.detail


async def test_a_fixed_port_that_the_mapper_knows_need_not_be_in_the_range() -> None:
    fixed = replace(ENTSSO, fixed_port=SSO_PORT)
    paths = [epm(fixed), endpoint(fixed, fixed=str(SSO_PORT)), path(Check.RPC_RANGE, "50000-50019")]
    site = Site(network(), paths, once())
    await site.round()
    assert site.survey.findings == ()


async def test_a_fixed_port_of_a_service_that_is_absent_does_not_differ() -> None:
    fixed = replace(ENTSSO, fixed_port=50_100)
    site = Site(network(WITHOUT), [epm(fixed, DTC), endpoint(fixed, DTC, fixed="50100")], once())
    await site.round()
    assert site.survey.findings == ()


async def test_a_mapper_that_does_not_answer_tells_nothing() -> None:
    net = network()
    net.say(135, State.DECLINED)
    site = Site(net, (*both(), path(Check.RPC_RANGE, "50000-50019")), once())
    await site.round()
    assert site.survey.findings == ()


async def test_what_is_mended_is_noticed_no_more() -> None:
    net = network(MOVED)
    net.say(135, Mapper(TABLE), Mapper(MOVED))
    site = Site(net, (*both(ENTSSO), path(Check.RPC_RANGE, f"{NEW_PORT}-{NEW_PORT + 9}")), agent())
    await site.round()
    assert kinds(site.survey.findings) == [Kind.ENDPOINT_OUTSIDE_RANGE]
    await site.round()
    assert site.survey.findings == ()


async def aware(net: Network, rounds: int) -> tuple[Site, list[list[Kind]]]:
    """What was noticed in each round."""
    site, told = Site(net, both(), agent()), []
    for _ in range(rounds):
        await site.rounds(1)
        told.append(kinds(site.survey.findings))
    return site, told


def pinhole(net: Network) -> None:
    """A firewall that lets one through while a conversation with the mapper is open."""
    net.script(SSO_PORT, lambda _: OPEN if net.at(SSO_PORT)[-1].meanwhile else FILTERED)


async def test_a_port_that_opens_only_for_the_mapper_is_reachable_and_noticed_within_the_hour() -> None:
    net = network()
    pinhole(net)
    site, told = await aware(net, HOUR + 3)
    assert told == [[]] * HOUR + [[Kind.RPC_AWARE_FIREWALL]] * 3
    assert str(SSO_PORT) in site.survey.findings[0].detail
    assert {result.verdict for _, result in site.published} == {V.REACHABLE}
    assert [each.meanwhile for each in net.at(SSO_PORT)].count(False) == 1


async def test_a_firewall_that_understands_rpc_no_more_is_forgotten_at_the_next_look() -> None:
    net = network()
    pinhole(net)
    site, told = await aware(net, HOUR + 1)
    net.say(SSO_PORT, OPEN)
    assert told[-1] == [Kind.RPC_AWARE_FIREWALL]
    for _ in range(HOUR):
        await site.rounds(1)
    assert site.survey.findings == ()


async def test_a_port_that_refuses_at_first_was_only_started() -> None:
    net = network()
    net.script(SSO_PORT, lambda _: OPEN if net.at(SSO_PORT)[-1].meanwhile else State.CLOSED)
    _, told = await aware(net, HOUR + 1)
    assert told == [[]] * (HOUR + 1)


async def test_a_port_that_is_silent_before_and_after_is_no_pinhole() -> None:
    net = network()
    net.say(SSO_PORT, FILTERED)
    _, told = await aware(net, HOUR + 1)
    assert told == [[]] * (HOUR + 1)


async def test_once_has_nothing_to_compare_with() -> None:
    net = network()
    pinhole(net)
    site = Site(net, both(), once())
    results = await site.round()
    assert of_endpoint(results) == (V.REACHABLE, None)
    assert [each.kind for each in net.at(SSO_PORT)] == [Knock.CONNECT]


async def test_the_objects_of_msdtc_are_its_contact_identifiers() -> None:
    second = UUID(int=7)
    table = (*TABLE, tcp(MSDTC, MSDTC_PORT + 1, target=second), local(MSDTC, "x", target=UUID(int=8)))
    site = Site(network((*table, tcp(MSDTC, 50_000), tcp(SSO, 50_001, target=UUID(int=9)))), both(), once())
    assert site.survey.contact_identifiers == set()
    await site.round()
    assert site.survey.contact_identifiers == {MSDTC_CID, second}


async def test_the_identifiers_of_all_nodes_are_the_peers() -> None:
    net = network()
    net.say(135, Mapper((tcp(MSDTC, MSDTC_PORT, target=UUID(int=7)),)), address=OTHER)
    site = Site(net, both(addresses=(PEER, OTHER)), once())
    await site.round()
    assert site.survey.contact_identifiers == {MSDTC_CID, UUID(int=7)}


async def two_peers(one: Table, other: Table) -> list[Finding]:
    """What is found of two machines with these tables."""
    net = network(one)
    net.say(135, Mapper(other), address=OTHER)
    net.say(SSO_PORT, OPEN, address=OTHER)
    peers = {"MSS1": PEER, "MSS2": OTHER}
    sites = [
        Site(net, [replace(each, peer=peer) for each in both(addresses=[address])], once())
        for peer, address in peers.items()
    ]
    results = [result for site in sites for result in await site.round()]
    return findings([site.survey for site in sites], results)


async def test_two_peers_with_one_identifier_are_clones() -> None:
    (found,) = await two_peers(TABLE, TABLE)
    assert found.kind is Kind.CLONED_MSDTC
    assert "MSS1" in found.detail
    assert "MSS2" in found.detail


async def test_two_peers_with_identifiers_of_their_own_are_not() -> None:
    own = tcp(MSDTC, MSDTC_PORT, target=UUID(int=7))
    assert await two_peers(TABLE, (tcp(SSO, SSO_PORT, SSO_ANNOTATION), own)) == []


async def test_what_is_noticed_carries_no_text_of_the_peers() -> None:
    """A service is called by its name in the configuration."""
    hostile = "\x1b[31msSoSecretServer"
    table = (tcp(SSO, SSO_PORT, SSO_ANNOTATION.upper()), tcp(MSDTC, MSDTC_PORT, hostile, MSDTC_CID))
    site = Site(network(table), (*both(), path(Check.RPC_RANGE, "50000-50019")), once())
    await site.round()
    assert len(site.survey.findings) == 2
    for found in site.survey.findings:
        assert "\x1b" not in found.detail
        assert SSO_ANNOTATION.upper() not in found.detail
