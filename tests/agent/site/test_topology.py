"""Hosts as peers, machines as sources."""

from agent.config.load import parse
from agent.ground.roles import Role
from agent.site.topology import Site, site_of


def site(hosts: str, more: str = "") -> Site:
    return site_of(parse(f"site: s\nhosts:\n{hosts}\n{more}", "test.yaml"))


CLUSTERS = """
  - {name: BTS01, role: processing, address: [192.0.2.11, 2001:db8::11], source_address: 192.0.2.11, zone: app}
  - {name: MSS, role: master-secret, nodes: [{name: N1, address: 192.0.2.31, listen: "192.0.2.31:1"}, {name: N2}]}
  - {name: SQLC, role: sso-database, port: 1444, nodes: [{name: N2}, {name: N3}]}
"""


def test_hosts_keep_their_order_and_their_settings() -> None:
    bts, mss, sql = site(CLUSTERS).hosts
    assert (bts.name, bts.addresses, bts.zone) == ("BTS01", ("192.0.2.11", "2001:db8::11"), "app")
    assert (mss.addresses, [node.name for node in mss.nodes]) == (("MSS",), ["N1", "N2"])
    assert (sql.sql_port, sql.instance, sql.epm_port) == (1444, None, 135)
    assert bts.sql_port == 1433


def test_a_cluster_is_no_source_and_its_nodes_are() -> None:
    sources = {source.name: source for source in site(CLUSTERS).sources()}
    assert list(sources) == ["BTS01", "N1", "N2", "N3"]
    assert sources["BTS01"].source_address == "192.0.2.11"
    assert [owner.name for owner in sources["BTS01"].owners] == ["BTS01"]
    assert (sources["N1"].addresses, sources["N1"].roles) == (("192.0.2.31",), (Role.MASTER_SECRET,))
    assert [str(place) for place in sources["N1"].listen or ()] == ["192.0.2.31:1"]
    assert sources["N3"].addresses == ("N3",)


def test_a_machine_of_two_clusters_speaks_for_both() -> None:
    both = next(source for source in site(CLUSTERS).sources() if source.name == "N2")
    assert [owner.name for owner in both.owners] == ["MSS", "SQLC"]
    assert both.roles == (Role.MASTER_SECRET, Role.SSO_DATABASE)


def test_fixed_ports_of_the_site_and_of_a_host() -> None:
    hosts = "  - {name: A, role: processing}\n  - {name: M, role: master-secret, fixed_ports: {entsso: 2, msdtc: 3}}"
    one, other = site(hosts, "rpc: {fixed_ports: {entsso: 1}}").hosts
    assert (one.fixed_ports, other.fixed_ports) == ({"entsso": 1}, {"entsso": 2, "msdtc": 3})


def test_a_stand_in_has_the_role_of_the_master() -> None:
    stand_in = site("  - {name: M, role: master-secret}\n  - {name: S, role: master-secret-standby}").hosts[1]
    assert stand_in.has_role(Role.MASTER_SECRET)
    assert not stand_in.has_role(Role.PROCESSING)
