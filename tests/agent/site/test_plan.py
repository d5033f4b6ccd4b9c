"""From a site and one of its machines to the paths that are probed there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.config.load import parse
from agent.ground.path import Check, Direction, Matcher, Path
from agent.ground.ports import PortSet
from agent.ground.roles import Role
from agent.site.plan import plan
from agent.site.topology import site_of

HOSTS = """
  - {name: BTS01, role: processing, address: 192.0.2.11}
  - {name: BTS02, role: processing, address: bts02.contoso.test}
  - {name: MSS, role: master-secret, address: mss.contoso.test, nodes: [{name: NODE1}, {name: NODE2}]}
  - {name: SQL01, role: sso-database, port: 1433}
"""


def paths(source: str, hosts: str = HOSTS, more: str = "") -> tuple[Path, ...]:
    config = parse(f"site: s\nhosts:\n{hosts}\n{more}", "test.yaml")
    site = site_of(config)
    return plan(config, site, next(machine for machine in site.sources() if machine.name == source))


def brief(planned: tuple[Path, ...]) -> list[str]:
    return [f"{path.peer} {path.check} {path.port}" for path in planned]


def test_a_processing_server() -> None:
    assert brief(paths("BTS01")) == [
        "MSS epm 135",
        "MSS rpc-endpoint dynamic",
        "MSS rpc-range 49152-65535",
        "SQL01 sql 1433",
    ]


def test_a_node_of_the_master_secret_server() -> None:
    assert brief(paths("NODE1")) == [
        "BTS01 epm 135",
        "BTS01 rpc-range 49152-65535",
        "BTS02 epm 135",
        "BTS02 rpc-range 49152-65535",
        "SQL01 sql 1433",
    ]


def test_the_database_server_asks_nothing() -> None:
    assert paths("SQL01") == ()


def test_a_path_has_all_that_is_needed_to_knock_and_to_say_why() -> None:
    hosts = HOSTS.replace("192.0.2.11}", "192.0.2.11, source_address: 192.0.2.12}").replace(
        "MSS,", "MSS, epm_port: 1135,"
    )
    epm, endpoint, rpc, sql = paths("BTS01", hosts)
    assert (epm.source, epm.direction, epm.addresses) == ("BTS01", Direction.OUTBOUND, ("mss.contoso.test",))
    assert (epm.port, epm.ports, epm.epm_port, rpc.epm_port) == ("1135", PortSet.of([1135]), 1135, 1135)
    assert (endpoint.ports, endpoint.services, endpoint.epm_port) == (PortSet(), ("entsso",), 1135)
    assert (rpc.ports, rpc.services) == (PortSet.parse("49152-65535"), ("entsso",))
    assert sql.addresses == ("SQL01",)
    assert {path.source_address for path in (epm, endpoint, rpc, sql)} == {"192.0.2.12"}
    (why,) = epm.requirements
    assert why.account == "Single Sign-On service account"
    assert "retrieve the master secret key" in why.reason


def test_a_host_does_not_probe_itself() -> None:
    hosts = "  - {name: A, roles: [processing, master-secret, sso-database]}\n  - {name: B, role: processing}"
    assert brief(paths("A", hosts)) == ["B epm 135", "B rpc-range 49152-65535"]
    assert brief(paths("B", hosts)) == [
        "A sql 1433",
        "A epm 135",
        "A rpc-endpoint dynamic",
        "A rpc-range 49152-65535",
    ]


def test_a_node_of_two_clusters_still_probes_the_other_one() -> None:
    hosts = """
  - {name: MSS, role: master-secret, nodes: [{name: N1}, {name: N2}]}
  - {name: SQLC, role: sso-database, nodes: [{name: N1}, {name: N2}]}
"""
    assert brief(paths("N1", hosts)) == ["SQLC sql 1433"]


def test_rows_that_ask_for_the_same_path_share_it() -> None:
    hosts = """
  - {name: A, roles: [processing, master-secret]}
  - {name: B, roles: [master-secret, processing, sso-database]}
"""
    planned = paths("A", hosts, "requirements: {dtc_to_database: true}")
    assert brief(planned) == ["B sql 1433", "B epm 135", "B rpc-endpoint dynamic", "B rpc-range 49152-65535"]
    sql, epm, endpoint, rpc = planned
    assert [row.source for row in sql.requirements] == [Role.PROCESSING, Role.MASTER_SECRET]
    assert [row.service for row in epm.requirements] == ["Single Sign-On service", "Single Sign-On service", "DTC"]
    assert rpc.services == ("entsso", "msdtc")
    assert endpoint.services == ("entsso",)  # the other one must be nowhere
    assert len(endpoint.requirements) == 2


def test_a_stand_in_is_probed_and_probes_like_the_master() -> None:
    hosts = """
  - {name: A, role: processing}
  - {name: M, role: master-secret}
  - {name: S, role: master-secret-standby}
  - {name: D, role: sso-database}
"""
    assert brief(paths("A", hosts)) == [
        "M epm 135",
        "M rpc-endpoint dynamic",
        "M rpc-range 49152-65535",
        "S epm 135",
        "S rpc-range 49152-65535",
        "D sql 1433",
    ]
    assert (
        brief(paths("S", hosts)) == brief(paths("M", hosts)) == ["A epm 135", "A rpc-range 49152-65535", "D sql 1433"]
    )


def test_where_all_ports_are_fixed_the_range_is_not_needed() -> None:
    planned = paths("BTS01", more="rpc: {fixed_ports: {entsso: 50100}}")
    assert brief(planned) == ["MSS epm 135", "MSS rpc-endpoint 50100", "SQL01 sql 1433"]
    assert (planned[1].ports, planned[1].services) == (PortSet.of([50100]), ("entsso",))
    assert brief(paths("NODE1", more="rpc: {fixed_ports: {entsso: 50100}}"))[:2] == [
        "BTS01 epm 135",
        "BTS01 rpc-endpoint 50100",
    ]


def test_a_fixed_port_of_one_host_is_that_host_s_alone() -> None:
    hosts = HOSTS.replace("BTS02,", "BTS02, fixed_ports: {entsso: 50100},")
    assert [path.port for path in paths("NODE1", hosts)] == ["135", "49152-65535", "135", "50100", "1433"]


def test_a_fixed_port_of_a_service_that_nobody_requires_changes_nothing() -> None:
    assert brief(paths("BTS01", more="rpc: {fixed_ports: {msdtc: 50101}}")) == brief(paths("BTS01"))


def test_where_some_ports_are_fixed_both_are_needed() -> None:
    more = "rpc: {fixed_ports: {entsso: 50100}, services: {x: {annotation: X, required_on: [master-secret]}}}"
    planned = paths("BTS01", more=more)
    assert brief(planned)[1:3] == ["MSS rpc-endpoint 50100", "MSS rpc-range 49152-65535"]
    assert [path.services for path in planned[1:3]] == [("entsso", "x"), ("x",)]
    assert planned[1].ports == PortSet.of([50100])


def test_several_fixed_ports_are_one_path() -> None:
    more = "rpc: {fixed_ports: {entsso: 50100, x: 50200}, services: {x: {annotation: X, required_on: [master-secret]}}}"
    assert brief(paths("BTS01", more=more))[1] == "MSS rpc-endpoint 50100,50200"


def test_without_any_required_service_the_range_is_probed() -> None:
    more = "rpc: {fixed_ports: {entsso: 50100}, services: {entsso: {required_on: []}}}"
    assert brief(paths("BTS01", more=more))[1] == "MSS rpc-range 49152-65535"


def test_transactions_with_the_database() -> None:
    more = "requirements: {dtc_to_database: true}"
    assert brief(paths("BTS01", more=more))[3:] == ["SQL01 sql 1433", "SQL01 epm 135", "SQL01 rpc-range 49152-65535"]
    assert brief(paths("NODE1", more=more))[4:] == ["SQL01 sql 1433"]
    fixed = f"{more}\nrpc: {{fixed_ports: {{msdtc: 50101}}}}"
    assert brief(paths("BTS01", more=fixed))[3:] == ["SQL01 sql 1433", "SQL01 epm 135", "SQL01 rpc-endpoint 50101"]


def test_fixed_for_one_service_and_anywhere_for_another() -> None:
    hosts = "  - {name: A, role: processing}\n  - {name: B, roles: [master-secret, sso-database]}"
    more = "requirements: {dtc_to_database: true}\nrpc: {fixed_ports: {entsso: 50100}}"
    assert brief(paths("A", hosts, more))[2:] == ["B rpc-endpoint 50100", "B rpc-range 49152-65535"]


def test_a_named_instance_has_no_port_yet() -> None:
    sql = paths("BTS01", HOSTS.replace("port: 1433", "instance: PROD"))[-1]
    assert (sql.port, sql.ports) == ("PROD", PortSet())
    hosts = "  - {name: A, roles: [processing, master-secret]}\n  - {name: D, role: sso-database, instance: PROD}"
    assert brief(paths("A", hosts)) == ["D sql PROD"]  # two rows, merged


def test_a_site_with_its_own_range() -> None:
    assert brief(paths("BTS01", more="rpc: {dynamic_ports: [5000-5020, 20000]}"))[2] == "MSS rpc-range 5000-5020,20000"


# What is looked for in the endpoint mapper of a peer.


STAND_IN = """
  - {name: A, role: processing}
  - {name: M, role: master-secret}
  - {name: S, role: master-secret-standby}
"""


def looked_for(planned: tuple[Path, ...], peer: str, check: Check = Check.EPM) -> dict[str, Matcher]:
    (one,) = [path for path in planned if path.peer == peer and path.check is check]
    return {each.service: each for each in one.matchers}


def test_every_service_is_looked_for_and_only_the_required_one_must_be_there() -> None:
    found = looked_for(paths("BTS01"), "MSS")
    assert {name: each.required for name, each in found.items()} == {"entsso": True, "msdtc": False}
    assert (found["entsso"].annotation, found["entsso"].interface) == ("SSOSecretServer", None)
    assert str(found["msdtc"].interface) == "906b0ce0-c70b-1067-b317-00dd010662da"
    assert (found["msdtc"].annotation, found["msdtc"].confirmed) == (None, False)


def test_a_processing_server_must_have_nothing_registered() -> None:
    planned = paths("NODE1")
    assert not any(each.required for each in looked_for(planned, "BTS01").values())
    assert "BTS01 rpc-endpoint dynamic" not in brief(planned)


def test_of_a_stand_in_nothing_is_expected() -> None:
    found = looked_for(paths("A", STAND_IN), "S")
    assert set(found) == {"entsso", "msdtc"}
    assert not any(each.required for each in found.values())
    assert brief(paths("A", STAND_IN))[3:] == ["S epm 135", "S rpc-range 49152-65535"]


def test_unless_the_file_says_so() -> None:
    more = "rpc: {services: {entsso: {required_on: [master-secret-standby]}}}"
    assert looked_for(paths("A", STAND_IN, more), "S")["entsso"].required
    assert "S rpc-endpoint dynamic" in brief(paths("A", STAND_IN, more))


def test_a_service_that_is_required_of_everybody_has_its_own_port_everywhere() -> None:
    more = "rpc: {services: {entsso: {required_on: [master-secret, processing]}}}"
    assert brief(paths("NODE1", more=more))[:3] == [
        "BTS01 epm 135",
        "BTS01 rpc-endpoint dynamic",
        "BTS01 rpc-range 49152-65535",
    ]


@pytest.mark.parametrize("check", [Check.EPM, Check.RPC_ENDPOINT])
def test_what_the_operator_says_of_a_service_goes_with_the_path(check: Check) -> None:
    hosts = HOSTS.replace("MSS,", "MSS, fixed_ports: {entsso: 50100},")
    more = "rpc: {services: {entsso: {annotation: Mine, confirmed: true}}}"
    mine = looked_for(paths("BTS01", hosts, more), "MSS", check)["entsso"]
    assert mine == Matcher("entsso", "Mine", required=True, confirmed=True, fixed_port=50100)


def test_a_fixed_port_goes_with_the_host_it_is_of() -> None:
    found = looked_for(paths("BTS01", more="rpc: {fixed_ports: {msdtc: 50101}}"), "MSS")
    assert {name: each.fixed_port for name, each in found.items()} == {"entsso": None, "msdtc": 50101}


def test_only_what_is_told_by_a_mapper_is_looked_for_there() -> None:
    asked = {path.check for path in paths("BTS01") if path.matchers}
    assert asked == {Check.EPM, Check.RPC_ENDPOINT, Check.RPC_RANGE}


def test_a_fixed_port_of_one_row_and_a_dynamic_one_of_another_are_one_path() -> None:
    hosts = "  - {name: A, role: processing}\n  - {name: B, roles: [master-secret, sso-database]}"
    more = "requirements: {dtc_to_database: true}\nrpc: {fixed_ports: {msdtc: 50101}}"
    planned = paths("A", hosts, more)
    assert brief(planned)[2:] == ["B rpc-endpoint 50101", "B rpc-range 49152-65535"]
    assert planned[2].services == ("entsso", "msdtc")


# SQL Server's version.


@pytest.mark.parametrize(("more", "asked"), [("", False), ("sql: {prelogin: true}", True)])
def test_a_database_is_asked_for_its_version_only_if_the_file_says_so(more: str, asked: bool) -> None:
    assert {path.check: path.prelogin for path in paths("BTS01", more=more)} == {
        Check.SQL: asked,
        Check.EPM: False,
        Check.RPC_ENDPOINT: False,
        Check.RPC_RANGE: False,
    }


ROLES = st.sets(st.sampled_from(list(Role)), min_size=1)


@given(st.lists(ROLES, min_size=1, max_size=5), st.booleans())
def test_whatever_the_roles(roles: list[set[Role]], dtc: bool) -> None:
    roles = [roles[0] | {Role.MASTER_SECRET}, *roles[1:]]
    hosts = "\n".join(f"  - {{name: H{at}, roles: [{', '.join(own)}]}}" for at, own in enumerate(roles))
    for at in range(len(roles)):
        planned = paths(f"H{at}", hosts, f"requirements: {{dtc_to_database: {str(dtc).lower()}}}")
        keys = [(int(path.peer[1:]), list(Check).index(path.check)) for path in planned]
        assert keys == sorted(set(keys))
        assert f"H{at}" not in {path.peer for path in planned}
        for path in planned:
            peer_roles = {role.counts_as for role in roles[int(path.peer[1:])]}
            own_roles = {role.counts_as for role in roles[at]}
            assert path.requirements
            required = any(each.required for each in path.matchers)
            assert required == (path.matchers != () and Role.MASTER_SECRET in roles[int(path.peer[1:])])
            assert path.check is not Check.RPC_ENDPOINT or required
            assert all(row.source in own_roles and row.destination in peer_roles for row in path.requirements)


def test_addresses_of_single_nodes_are_known_as_theirs() -> None:
    """What a cluster's mapper has at a node's own address is not what the cluster's name offers."""
    text = """
site: contoso
hosts:
  - {name: BTS01, role: processing, address: 192.0.2.11}
  - name: MSS
    role: master-secret
    address: 192.0.2.30
    nodes: [{name: N1, address: 192.0.2.31}, {name: N2, address: n2.test}]
"""
    config = parse(text, "test")
    site = site_of(config)
    (epm, *_) = plan(config, site, site.sources()[0])
    assert epm.elsewhere == {"192.0.2.31"}
