"""What Prometheus is told of where the agents are."""

import json
import re
from pathlib import Path

import pytest

from agent.config.load import parse
from agent.config.model import Config
from agent.web.sd import groups
from tests.agent.serving import FOREIGN, get, serving
from tests.agent.web.toolkit.papers import client, put, toolkit

# What Prometheus takes for JSON (discovery/http): anything else and it finds nobody.
JSON = re.compile(r"(?i:application/json(;\s*charset=(\"utf-8\"|utf-8))?)")


def site(*hosts: str, more: str = "") -> Config:
    lines = "".join(f"  - {{{host}}}\n" for host in hosts)
    return parse(f"site: contoso\nhosts:\n{lines}{more}", "test")


def found(*hosts: str, more: str = "") -> dict[str, str]:
    """Of each host its one target."""
    return {each["labels"]["host"]: "+".join(each["targets"]) for each in groups(site(*hosts, more=more), secure=False)}


MSS = "name: MSS, role: master-secret, address: 203.0.113.10"
SQL = "name: SQL01, role: sso-database, address: 203.0.113.20"


def test_every_machine_with_an_agent_is_told_with_its_site_its_host_and_its_zone() -> None:
    bts = "name: BTS01, role: processing, address: 192.0.2.11, zone: app"
    assert [*groups(site(bts, MSS, SQL), secure=False)] == [
        {"targets": ["192.0.2.11:10135"], "labels": {"site": "contoso", "host": "BTS01", "zone": "app"}},
        {"targets": ["203.0.113.10:10135"], "labels": {"site": "contoso", "host": "MSS"}},
    ]


def test_where_the_agents_serve_tls_that_is_told_of_each() -> None:
    told = [each["labels"] for each in groups(site(MSS, f"{SQL}, agent: 'sql01:10135'"), secure=True)]
    assert [each["__scheme__"] for each in told] == ["https", "https"]
    assert [each["host"] for each in told] == ["MSS", "SQL01"]


@pytest.mark.parametrize(
    ("host", "target"),
    [
        ("address: 192.0.2.11", "192.0.2.11:10135"),
        ("address: mss.contoso.test", "mss.contoso.test:10135"),
        ("zone: app", "MSS:10135"),
        ("address: '2001:db8::11', listen: '[::]:10135'", "[2001:db8::11]:10135"),
        ("address: '2001:db8::11'", "[2001:db8::11]:10135"),
        ("address: [192.0.2.11, 192.0.2.12]", "192.0.2.11:10135"),
        ("address: ['2001:db8::11', 192.0.2.11]", "192.0.2.11:10135"),
        ("address: ['2001:db8::11', 192.0.2.11], listen: '[::]:9000'", "[2001:db8::11]:9000"),
        ("address: [192.0.2.11, 192.0.2.12], listen: '192.0.2.12:9000'", "192.0.2.12:9000"),
        ("address: ['2001:db8:0::12', 192.0.2.12], listen: '[2001:db8::12]:9000'", "[2001:db8:0::12]:9000"),
        ("address: 192.0.2.11, listen: ['127.0.0.1:1', '192.0.2.11:2']", "192.0.2.11:2"),
        ("address: mss.contoso.test, listen: ['127.0.0.1:1', '192.0.2.11:2']", "mss.contoso.test:2"),
        ("address: 192.0.2.11, listen: '127.0.0.1:1'", "192.0.2.11:1"),
        ("address: 192.0.2.11, listen: ['0.0.0.0:0', '0.0.0.0:2']", "192.0.2.11:2"),
        ("address: 192.0.2.11, agent: 'proxy.contoso.test:443'", "proxy.contoso.test:443"),
        ("address: 192.0.2.11, agent: '[2001:db8::1]:9000', listen: '0.0.0.0:0'", "[2001:db8::1]:9000"),
    ],
)
def test_the_target_is_where_the_agent_says_it_is_or_else_where_it_listens(host: str, target: str) -> None:
    assert found(f"name: MSS, role: master-secret, {host}") == {"MSS": target}


def test_the_port_of_the_whole_site_is_that_of_web_listen() -> None:
    told = found("name: BTS01, role: processing, address: 192.0.2.11", MSS, more="web: {listen: '0.0.0.0:9000'}\n")
    assert told == {"BTS01": "192.0.2.11:9000", "MSS": "203.0.113.10:9000"}


def test_an_agent_whose_port_is_left_to_chance_cannot_be_found() -> None:
    assert found(MSS, more="web: {listen: '0.0.0.0:0'}\n") == {}


@pytest.mark.parametrize(
    ("roles", "agents"),
    [
        ("role: sso-database", []),
        ("role: sso-database, agent: 'sql01:10135'", ["SQL01"]),
        ("role: sso-database, listen: '0.0.0.0:10135'", ["SQL01"]),
        ("roles: [sso-database, processing]", ["SQL01"]),
        ("role: master-secret-standby", ["SQL01"]),
    ],
)
def test_a_machine_that_is_a_database_and_no_more_runs_no_agent(roles: str, agents: list[str]) -> None:
    assert [*found(f"name: SQL01, {roles}, address: 203.0.113.20", MSS)] == [*agents, "MSS"]


NODES = "nodes: [{name: NODE1, address: 192.0.2.31}, {name: NODE2, address: 192.0.2.32, agent: 'node2:9000'}]"


def test_of_a_cluster_the_nodes_are_told_each_once_and_in_its_zone() -> None:
    clusters = (
        f"name: SQLCL, role: sso-database, address: 203.0.113.20, {NODES}",
        f"name: MSS, role: master-secret, address: 203.0.113.10, zone: core, {NODES}",
    )
    told = [*groups(site(*clusters), secure=False)]
    assert [(each["labels"]["host"], each["labels"]["zone"], each["targets"]) for each in told] == [
        ("NODE1", "core", ["192.0.2.31:10135"]),
        ("NODE2", "core", ["node2:9000"]),
    ]


async def test_others_are_told_as_prometheus_wants_it() -> None:
    async with serving(remote=FOREIGN) as port:
        reply = await get(port, "/sd")
    assert reply.status == 200
    assert JSON.fullmatch(reply.headers["content-type"])
    assert [each["labels"]["host"] for each in json.loads(reply.body)] == ["BTS01", "MSS"]
    assert not any("__scheme__" in each["labels"] for each in json.loads(reply.body))


async def test_who_comes_by_tls_is_told_to_scrape_by_tls(tmp_path: Path) -> None:
    async with serving(toolkit=toolkit(tmp_path, put(tmp_path))) as port:
        told = json.loads((await get(port, "/sd", tls=client())).body)
    assert {each["labels"]["__scheme__"] for each in told} == {"https"}
