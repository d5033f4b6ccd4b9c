"""What others are to probe of this machine and to tell: the mirror of what they plan."""

from hypothesis import given
from hypothesis import strategies as st

from agent.config.load import parse
from agent.config.model import Config
from agent.ground.path import Check, Direction, Path
from agent.ground.ports import PortSet
from agent.ground.roles import Role
from agent.site.plan import arranged, inbound, plan
from agent.site.topology import Site, Source, site_of

HOSTS = """
  - {name: BTS01, role: processing, address: 192.0.2.11}
  - {name: BTS02, role: processing, address: bts02.contoso.test}
  - {name: MSS, role: master-secret, address: mss.contoso.test, nodes: [{name: NODE1}, {name: NODE2}]}
  - {name: SQL01, role: sso-database, port: 1433}
"""


def setting(source: str, hosts: str = HOSTS, more: str = "") -> tuple[Config, Site, Source]:
    config = parse(f"site: s\nhosts:\n{hosts}\n{more}", "test.yaml")
    site = site_of(config)
    return config, site, next(machine for machine in site.sources() if machine.name == source)


def brief(planned: tuple[Path, ...]) -> list[str]:
    return [f"{path.peer} {path.check} {path.port}" for path in planned]


def test_the_nodes_of_the_master_probe_a_processing_server() -> None:
    assert brief(inbound(*setting("BTS01"))) == [
        "NODE1 epm 135",
        "NODE1 rpc-range 49152-65535",
        "NODE2 epm 135",
        "NODE2 rpc-range 49152-65535",
    ]


def test_every_processing_server_probes_the_cluster_that_a_node_speaks_for() -> None:
    assert brief(inbound(*setting("NODE2"))) == [
        "BTS01 epm 135",
        "BTS01 rpc-endpoint dynamic",
        "BTS01 rpc-range 49152-65535",
        "BTS02 epm 135",
        "BTS02 rpc-endpoint dynamic",
        "BTS02 rpc-range 49152-65535",
    ]


def test_a_database_server_with_an_agent_is_told_too_and_tells_nobody() -> None:
    assert brief(inbound(*setting("SQL01"))) == [
        "BTS01 sql 1433",
        "BTS02 sql 1433",
        "NODE1 sql 1433",
        "NODE2 sql 1433",
    ]
    assert not any(path.peer == "SQL01" for name in ("BTS01", "NODE1") for path in inbound(*setting(name)))


def test_an_inbound_path_is_named_after_the_machine_that_tells_it() -> None:
    path = inbound(*setting("BTS01"))[1]
    assert (path.source, path.peer, path.direction) == ("NODE1", "NODE1", Direction.INBOUND)
    assert (path.check, path.ports) == (Check.RPC_RANGE, PortSet.parse("49152-65535"))
    assert path.addresses == ("192.0.2.11",)
    assert path.requirements


def test_ports_are_those_of_this_host() -> None:
    hosts = HOSTS.replace("BTS01,", "BTS01, epm_port: 1135, fixed_ports: {entsso: 50100},")
    assert brief(inbound(*setting("BTS01", hosts)))[:2] == ["NODE1 epm 1135", "NODE1 rpc-endpoint 50100"]


TWO_CLUSTERS = """
  - {name: BTS01, role: processing}
  - {name: MSS, role: master-secret, address: [m1, m2], nodes: [{name: N1}, {name: N2}]}
  - {name: SQLC, role: sso-database, address: sqlc, epm_port: 1135, nodes: [{name: N1}, {name: N2}]}
"""


def test_what_is_asked_of_two_hosts_of_ours_under_one_check_is_one_path() -> None:
    found = inbound(*setting("N1", TWO_CLUSTERS, "requirements: {dtc_to_database: true}"))
    assert brief(found)[:4] == [
        "BTS01 sql 1433",
        "BTS01 epm 135,1135",
        "BTS01 rpc-endpoint dynamic",
        "BTS01 rpc-range 49152-65535",
    ]
    epm = found[1]
    assert epm.addresses == ("m1", "m2", "sqlc")
    assert len(epm.requirements) == 2


def test_a_node_is_probed_by_the_other_one_where_that_is_planned() -> None:
    assert brief(inbound(*setting("N1", TWO_CLUSTERS)))[-1] == "N2 sql 1433"


def test_nobody_tells_himself() -> None:
    hosts = "  - {name: A, roles: [processing, master-secret, sso-database]}\n  - {name: B, role: processing}"
    assert {path.peer for path in inbound(*setting("A", hosts))} == {"B"}
    # It speaks for one cluster and asks the other one, which may be itself at times.
    assert "N1" not in {path.peer for path in inbound(*setting("N1", TWO_CLUSTERS))}


def test_both_directions_stand_together_by_host_in_the_file_s_order() -> None:
    """Those from a cluster's nodes stand below those to the cluster."""
    config, site, source = setting("BTS01")
    paths = arranged(site, [*inbound(config, site, source), *plan(config, site, source)])
    assert [(path.peer, str(path.check), str(path.direction)) for path in paths] == [
        ("MSS", "epm", "outbound"),
        ("MSS", "rpc-endpoint", "outbound"),
        ("MSS", "rpc-range", "outbound"),
        ("NODE1", "epm", "inbound"),
        ("NODE1", "rpc-range", "inbound"),
        ("NODE2", "epm", "inbound"),
        ("NODE2", "rpc-range", "inbound"),
        ("SQL01", "sql", "outbound"),
    ]


ROLES = st.sets(st.sampled_from(list(Role)), min_size=1)


@given(st.lists(ROLES, min_size=1, max_size=5), st.booleans())
def test_whatever_one_plans_another_awaits(roles: list[set[Role]], dtc: bool) -> None:
    roles = [roles[0] | {Role.MASTER_SECRET}, *roles[1:]]
    hosts = "\n".join(f"  - {{name: H{at}, roles: [{', '.join(own)}]}}" for at, own in enumerate(roles))
    more = f"requirements: {{dtc_to_database: {str(dtc).lower()}}}"
    settings = [setting(f"H{at}", hosts, more) for at in range(len(roles))]
    planned = {
        (source.name, path.peer, path.check): path.ports
        for config, site, source in settings
        for path in plan(config, site, source)
    }
    awaited = {
        (path.source, source.name, path.check): path.ports
        for config, site, source in settings
        for path in inbound(config, site, source)
    }
    assert awaited == planned
