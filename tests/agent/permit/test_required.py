"""What is asked for: the documentation's rows, both ways, from every node; and what the program itself needs."""

from typing import Any

import pytest

from agent.config.model import Config
from agent.permit.change import only
from agent.permit.flow import Need
from agent.permit.required import plans, required
from agent.permit.settled import settled
from agent.site.topology import site_of
from tests.agent.permit.sites import NAMES, SCRAPER, SMALLEST, Packet, change, config, expanded

BTS01, BTS02, MSS, NODE1, NODE2, SQL01 = (f"192.0.2.{last}" for last in (11, 12, 30, 31, 32, 51))
PROCESSING, NODES = (BTS01, BTS02), (NODE1, NODE2)
SMALL = '{dynamic_ports: "50000-50009"}'


def tcp(source: str, destination: str, *ports: int, need: str = "required") -> set[Packet]:
    return {(need, source, destination, "TCP", port) for port in ports}


def between(ports: tuple[int, ...]) -> set[Packet]:
    """Processing servers and the master, both ways: the cluster is asked, its nodes ask."""
    forth = {packet for source in PROCESSING for packet in tcp(source, MSS, *ports)}
    return forth | {packet for source in NODES for host in PROCESSING for packet in tcp(source, host, *ports)}


DATABASE = {packet for source in (*PROCESSING, *NODES) for packet in tcp(source, SQL01, 1433)}
AGENTS = {
    ("monitoring", *ends, "UDP", 10135)
    for ends in (*((bts, MSS) for bts in PROCESSING), *((node, bts) for node in NODES for bts in PROCESSING))
}
SCRAPES = {packet for host in (*PROCESSING, *NODES) for packet in tcp(SCRAPER, host, 10135, need="monitoring")}


def test_all_that_the_documentation_asks_for_and_that_the_agents_need_is_in_it_and_nothing_else() -> None:
    of = config(rpc=SMALL)
    wanted = between((135, *range(50000, 50010))) | DATABASE | AGENTS | SCRAPES
    assert expanded(change(of).permits) == wanted
    assert change(of).questions == ()


def test_the_default_range_is_whole() -> None:
    found = expanded(change(config()).permits)
    assert {port for need, source, to, _, port in found if (need, source, to) == ("required", BTS01, MSS)} == {
        135,
        *range(49152, 65536),
    }


def test_a_fixed_port_takes_the_place_of_the_range() -> None:
    found = expanded(change(config(rpc="{fixed_ports: {entsso: 50100}}")).permits)
    assert {packet for packet in found if packet[0] == "required"} == between((135, 50100)) | DATABASE


def test_dtc_to_the_database_is_optional() -> None:
    found = expanded(change(config(rpc=SMALL, requirements="{dtc_to_database: true}")).permits)
    assert {packet for packet in found if packet[0] == "optional"} == {
        packet for source in PROCESSING for packet in tcp(source, SQL01, 135, *range(50000, 50010), need="optional")
    }


def test_of_an_instance_the_browser_is_asked_for_and_the_missing_port_is_told() -> None:
    of = config(SMALLEST.replace("port: 1433", "instance: PROD"), rpc=SMALL)
    found = change(of)
    browser = {
        (source, port) for _, source, to, protocol, port in expanded(found.permits) if (to, protocol) == (SQL01, "UDP")
    }
    assert browser == {(source, 1434) for source in (*PROCESSING, *NODES)}
    assert not [packet for packet in expanded(found.permits) if packet[2] == SQL01 and packet[3] == "TCP"]
    assert [line.split(":")[0] for line in found.questions] == [
        f"{name} to SQL01" for name in ("BTS01", "BTS02", "NODE1", "NODE2")
    ]
    assert all("PROD" in line for line in found.questions)


def test_without_an_address_of_prometheus_a_line_says_what_is_missing() -> None:
    found = change(config(rpc=SMALL), scrapers=())
    assert expanded(found.permits) == between((135, *range(50000, 50010))) | DATABASE | AGENTS
    assert any("--scraper" in note for note in found.notes)
    assert not any("--scraper" in note for note in change(config()).notes)


def test_every_rule_has_its_reason_in_the_documentation_s_words() -> None:
    for permit in change(config()).permits:
        assert permit.whys
        assert permit.need is Need.MONITORING or all(
            any(said in why.reason for said in ("retrieve", "SSO database")) and why.account for why, _ in permit.whys
        )


@pytest.mark.parametrize(
    ("more", "host", "ports"),
    [
        ('web: {listen: "0.0.0.0:9999"}\n', BTS01, {9999}),
        ('web: {listen: "192.0.2.11:9999"}\n', BTS01, {9999}),
        ('web: {listen: "0.0.0.0:0"}\n', BTS01, set()),
    ],
)
def test_prometheus_is_let_to_where_the_agents_listen(more: str, host: str, ports: set[int]) -> None:
    found = expanded(change(config(SMALLEST + more, rpc=SMALL)).permits)
    assert {port for _, source, to, _, port in found if (source, to) == (SCRAPER, host)} == ports


def test_datagrams_go_to_where_the_rendezvous_listens() -> None:
    found = expanded(change(config(rpc=SMALL, rendezvous='{listen: "0.0.0.0:20135"}')).permits)
    assert {port for *_, protocol, port in found if protocol == "UDP"} == {20135}


def test_a_source_connects_from_the_address_that_the_file_says() -> None:
    of = config(SMALLEST.replace("192.0.2.11}", "[192.0.2.11, 192.0.2.13], source_address: 192.0.2.13}"), rpc=SMALL)
    sources = {source for need, source, *_ in expanded(change(of).permits) if need == "required"}
    assert sources & {"192.0.2.11", "192.0.2.13"} == {"192.0.2.13"}


def test_ip_versions_are_never_mixed() -> None:
    text = SMALLEST.replace("192.0.2.11}", '[192.0.2.11, "2001:db8::11"]}').replace(
        "mss.contoso.test", '[192.0.2.30, "2001:db8::30"]'
    )
    for permit in change(config(text, rpc=SMALL)).permits:
        assert len({":" in spot.address for spot in (*permit.sources, *permit.destinations)}) == 1
    assert ("required", "2001:db8::11", "2001:db8::30", "TCP", 135) in expanded(change(config(text, rpc=SMALL)).permits)


def test_hosts_that_have_no_ip_version_in_common_are_a_question() -> None:
    found = change(config(SMALLEST.replace("192.0.2.11", '"2001:db8::11"'), rpc=SMALL))
    assert "BTS01 and MSS: no addresses that can speak to one another" in found.questions


def test_a_prometheus_on_a_host_of_the_site_needs_no_rule_to_itself() -> None:
    found = expanded(change(config(rpc=SMALL), (BTS01,)).permits)
    assert ("monitoring", BTS01, BTS02, "TCP", 10135) in found
    assert all(source != to for _, source, to, _, _ in found)


def test_a_name_that_nobody_knows_is_a_question_and_not_left_out_silently() -> None:
    found = change(config(SMALLEST.replace("mss.contoso", "nowhere.contoso"), rpc=SMALL))
    assert [line for line in found.questions if "nowhere.contoso.test, an address of MSS" in line]
    assert expanded(found.permits)


def test_unasked_names_stay_as_they_are() -> None:
    of: Config = config(rpc=SMALL)
    found = settled(required(site_of(of), plans(of, site_of(of))), None)
    assert ("required", "192.0.2.11", "mss.contoso.test", "TCP", 135) in expanded(found.permits)
    assert found.questions == ()


@pytest.mark.parametrize(
    ("host", "ends"),
    [
        ("bts01", {(BTS01, MSS), (BTS01, SQL01), (NODE1, BTS01), (NODE2, BTS01)}),
        ("NODE1", {(BTS01, MSS), (BTS02, MSS), (NODE1, BTS01), (NODE1, BTS02), (NODE1, SQL01)}),
        ("SQL01", {(source, SQL01) for source in (*PROCESSING, *NODES)}),
    ],
)
def test_one_host_is_asked_for_alone(host: str, ends: set[tuple[str, str]]) -> None:
    of = config(rpc=SMALL)
    found = settled(only(required(site_of(of), plans(of, site_of(of))), host), NAMES)
    assert {(source, to) for _, source, to, _, _ in expanded(found.permits)} == ends


SCOPES: list[Any] = ["fe80::1%$(calc)", "fe80::1%a' ; b", 'fe80::1%"', "fe80::1%`x`"]


@pytest.mark.parametrize("address", SCOPES)
def test_what_stands_in_the_scope_of_an_address_gets_nowhere(address: str) -> None:
    of = config(
        SMALLEST.replace("192.0.2.11", f"'{address.replace(chr(39), chr(39) * 2)}'").replace("192.0.2.31", '"fe80::2"')
    )
    addresses = {address for _, source, to, _, _ in expanded(change(of).permits) for address in (source, to)}
    assert "fe80::1" in addresses
    assert not any("%" in each for each in addresses)
