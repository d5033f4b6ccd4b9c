"""Which part a machine has, by its roles and where it stands in the file, and whom it asks for that."""

import itertools

import pytest

from agent.config.load import parse
from agent.ground.roles import Role
from agent.site.topology import Host, Node, Site, Source, site_of
from agent.site.whoami import Machine, whoami
from agent.sso.part import Part, Place, part_of


def part_in(text: str, here: str) -> Part:
    site = site_of(parse(f"site: contoso\nhosts:\n{text}", "test"))
    return part_of(site, whoami(site, Machine((), ()), here))


def names(hosts: tuple[Host, ...]) -> list[str]:
    return [host.name for host in hosts]


USUAL = """\
  - {name: BTS01, role: processing}
  - {name: BTS02, role: processing}
  - {name: MSS, role: master-secret}
  - {name: SPARE, role: master-secret-standby}
  - {name: SQL01, role: sso-database}
"""


def test_a_processing_server_asks_the_master_and_the_database() -> None:
    found = part_in(USUAL, "BTS01")
    assert (found.here, found.place) == ("BTS01", Place.PROCESSING)
    assert names(found.masters) == ["MSS"]
    assert names(found.standbys) == ["SPARE"]
    assert names(found.databases) == ["SQL01"]
    assert (found.processing, found.clusters, found.secret_of) == ((), (), ("MSS",))
    assert not found.is_node


def test_the_master_asks_the_database_and_is_asked_by_the_processing_servers() -> None:
    found = part_in(USUAL, "MSS")
    assert found.place is Place.MASTER
    assert found.masters == ()
    assert names(found.standbys) == ["SPARE"]
    assert names(found.databases) == ["SQL01"]
    assert found.processing == ("BTS01", "BTS02")
    assert (found.clusters, found.is_node, found.secret_of) == ((), False, ("MSS",))


def test_a_stand_in_asks_the_database_alone_and_is_no_stand_in_of_its_own() -> None:
    found = part_in(USUAL, "SPARE")
    assert found.place is Place.STANDBY
    assert (found.masters, found.standbys, found.processing) == ((), (), ())
    assert names(found.databases) == ["SQL01"]
    assert found.secret_of == ("MSS",)


def test_a_database_server_has_no_part_and_asks_nobody() -> None:
    found = part_in(USUAL, "SQL01")
    assert found.place is Place.NONE
    assert (found.masters, found.databases, found.processing, found.clusters) == ((), (), (), ())


@pytest.mark.parametrize(
    ("roles", "place"),
    [
        ("processing", Place.PROCESSING),
        ("master-secret", Place.MASTER),
        ("master-secret-standby", Place.STANDBY),
        ("sso-database", Place.NONE),
    ],
)
def test_each_role_has_its_place(roles: str, place: Place) -> None:
    source = Source("X", (Role(roles),), ("X",), (Host("X", (Role(roles),), ("X",)),))
    assert part_of(Site("contoso", source.owners), source).place is place


def test_of_several_roles_the_first_that_applies_is_the_place_whatever_their_order() -> None:
    order = [Role.MASTER_SECRET, Role.PROCESSING, Role.MASTER_SECRET_STANDBY, Role.SSO_DATABASE]
    places = dict(zip(order, (Place.MASTER, Place.PROCESSING, Place.STANDBY, Place.NONE), strict=True))
    for count in range(1, len(order) + 1):
        for roles in itertools.permutations(order, count):
            here = Host("X", roles, ("X",))
            other = Host("SQL01", (Role.SSO_DATABASE,), ("SQL01",))
            found = part_of(Site("contoso", (here, other)), Source("X", roles, ("X",), (here,)))
            assert found.place is places[min(roles, key=order.index)]
            assert names(found.databases) == ([] if found.place is Place.NONE else ["SQL01"])
            assert found.secret_of == (("X",) if Role.MASTER_SECRET in roles else ())
            assert (found.masters, found.standbys) == ((), ())


def test_a_machine_without_a_role_has_no_part() -> None:
    assert part_of(Site("contoso", ()), Source("X", (), ("X",), ())).place is Place.NONE


# More than one role.


def test_a_master_that_is_a_processing_server_too_does_not_ask_itself() -> None:
    text = USUAL.replace("{name: MSS, role: master-secret}", "{name: MSS, roles: [processing, master-secret]}")
    found = part_in(text, "MSS")
    assert found.place is Place.MASTER
    assert found.masters == ()
    assert found.processing == ("BTS01", "BTS02")
    asking = part_in(text, "BTS01")
    assert names(asking.masters) == ["MSS"]


def test_a_database_on_the_own_host_is_not_asked() -> None:
    text = USUAL.replace("{name: MSS, role: master-secret}", "{name: MSS, roles: [master-secret, sso-database]}")
    assert names(part_in(text, "MSS").databases) == ["SQL01"]
    assert names(part_in(text, "BTS01").databases) == ["MSS", "SQL01"]


def test_everything_on_one_machine_asks_nobody() -> None:
    found = part_in("  - {name: ALL, roles: [processing, master-secret, sso-database]}\n", "ALL")
    assert found.place is Place.MASTER
    assert (found.masters, found.databases, found.processing) == ((), (), ())
    assert found.secret_of == ("ALL",)


def test_a_processing_server_that_can_be_made_master_is_one_for_now() -> None:
    text = USUAL.replace("{name: BTS01, role: processing}", "{name: BTS01, roles: [master-secret-standby, processing]}")
    found = part_in(text, "BTS01")
    assert found.place is Place.PROCESSING
    assert names(found.masters) == ["MSS"]
    assert names(found.standbys) == ["SPARE"]


def test_several_masters_and_databases_are_all_asked_in_the_order_of_the_file() -> None:
    text = USUAL + "  - {name: MSS2, role: master-secret}\n  - {name: SQL00, role: sso-database}\n"
    found = part_in(text, "BTS01")
    assert names(found.masters) == ["MSS", "MSS2"]
    assert names(found.databases) == ["SQL01", "SQL00"]
    assert found.secret_of == ("MSS", "MSS2")
    master = part_in(text, "MSS")
    assert master.masters == ()
    assert master.secret_of == ("MSS", "MSS2")


# Clusters.

CLUSTER = """\
  - {name: BTS01, role: processing}
  - {name: MSS, role: master-secret, nodes: [{name: NODE1}, {name: NODE2}]}
  - {name: SQL, role: sso-database, nodes: [{name: NODE2}, {name: NODE3}]}
  - {name: BTSC, role: processing, nodes: [{name: NODE4}, {name: NODE5}]}
"""


def test_a_node_of_the_master_s_cluster_is_master_and_node() -> None:
    found = part_in(CLUSTER, "NODE1")
    assert (found.here, found.place) == ("NODE1", Place.MASTER)
    assert names(found.clusters) == ["MSS"]
    assert found.is_node
    assert names(found.databases) == ["SQL"]
    assert found.secret_of == ("MSS",)


def test_those_who_ask_are_machines_and_not_clusters_names() -> None:
    """They have an agent each, and connect from their own address."""
    assert part_in(CLUSTER, "NODE1").processing == ("BTS01", "NODE4", "NODE5")


def test_a_node_of_two_clusters_asks_neither_of_them() -> None:
    found = part_in(CLUSTER, "NODE2")
    assert found.place is Place.MASTER
    assert names(found.clusters) == ["MSS"]  # of its master secret servers alone
    assert found.databases == ()


def test_a_node_of_a_database_s_cluster_has_no_part() -> None:
    found = part_in(CLUSTER, "NODE3")
    assert (found.place, found.clusters, found.is_node) == (Place.NONE, (), False)


def test_a_node_of_a_processing_cluster_asks_the_cluster_s_name() -> None:
    found = part_in(CLUSTER, "NODE4")
    assert found.place is Place.PROCESSING
    assert names(found.masters) == ["MSS"]
    assert names(found.databases) == ["SQL"]
    assert (found.clusters, found.is_node) == ((), False)


def test_a_node_of_the_master_s_and_of_a_processing_cluster_does_not_ask_its_own() -> None:
    text = CLUSTER.replace("{name: NODE4}", "{name: NODE1}")
    found = part_in(text, "NODE1")
    assert found.place is Place.MASTER
    assert found.masters == ()
    assert names(found.clusters) == ["MSS"]  # the other one is no master's
    assert found.processing == ("BTS01", "NODE5")
    other = part_in(text, "NODE2")  # which NODE1 asks, when this one holds the name
    assert other.processing == ("BTS01", "NODE1", "NODE5")


def test_a_cluster_of_stand_ins_makes_no_node_of_a_master() -> None:
    stand_in = Host("SPARE", (Role.MASTER_SECRET_STANDBY,), ("SPARE",), (Node("NODE1", ("NODE1",)),))
    master = Host("MSS", (Role.MASTER_SECRET,), ("MSS",))
    site = Site("contoso", (stand_in, master))
    (node, _) = site.sources()
    found = part_of(site, node)
    assert (found.place, found.clusters, found.is_node) == (Place.STANDBY, (), False)
    assert found.standbys == ()
