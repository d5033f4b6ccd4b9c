"""Whether a node holds the cluster's name, by the addresses that it has."""

from collections.abc import Collection, Mapping

import pytest

from agent.sso.cluster import Holding, given, holding, spelled
from tests.agent.sso.standing import host

OWN = ("192.0.2.31", "192.0.2.21", "2001:db8::21", "127.0.0.1")
HERE, THERE = "192.0.2.21", "192.0.2.22"
NAME = "mss.contoso.test"
NODES = ("NODE1", "NODE2")


@pytest.mark.parametrize(
    ("addresses", "resolved", "found"),
    [
        ([HERE], {}, Holding.HERE),
        ([THERE], {}, Holding.ELSEWHERE),
        ([NAME], {}, Holding.UNKNOWN),
        ([NAME], {NAME: ()}, Holding.UNKNOWN),
        ([NAME], {NAME: (HERE,)}, Holding.HERE),
        ([NAME], {NAME: (THERE,)}, Holding.ELSEWHERE),
        ([NAME], {NAME: (THERE, HERE)}, Holding.HERE),  # of several subnets: one is here at a time
        ([NAME], {"other.contoso.test": (HERE,)}, Holding.UNKNOWN),
        ([THERE, HERE], {}, Holding.HERE),
        ([THERE, "192.0.2.23"], {}, Holding.ELSEWHERE),
        ([THERE, NAME], {NAME: (HERE,)}, Holding.HERE),
        ([HERE, NAME], {NAME: (THERE,)}, Holding.HERE),  # the name is stale
        ([THERE, NAME], {NAME: ()}, Holding.ELSEWHERE),
        ([NAME, "sso.contoso.test"], {NAME: (THERE,), "sso.contoso.test": (HERE,)}, Holding.HERE),
        (["2001:db8::21"], {}, Holding.HERE),
        (["2001:DB8:0:0::21"], {}, Holding.HERE),
        (["2001:db8:0000:0000:0000:0000:0000:0021"], {}, Holding.HERE),
        (["2001:db8::22"], {}, Holding.ELSEWHERE),
        (["::ffff:192.0.2.21"], {}, Holding.HERE),  # an IPv4 address in another dress
        ([NAME], {NAME: ("2001:DB8:0:0::21",)}, Holding.HERE),
        ([NAME], {NAME: ("2001:db8::21%eth0",)}, Holding.HERE),
        ([NAME], {NAME: ("192.0.2.2",)}, Holding.ELSEWHERE),  # the beginning of an own one is none
    ],
)
def test_by_addresses(addresses: list[str], resolved: Mapping[str, Collection[str]], found: Holding) -> None:
    assert holding([host("MSS", *addresses, nodes=NODES)], OWN, resolved) is found


def test_a_machine_that_knows_no_address_of_its_own_holds_nothing() -> None:
    assert holding([host("MSS", HERE, nodes=NODES)], (), {}) is Holding.ELSEWHERE


def test_a_machine_without_clusters_does_not_know() -> None:
    assert holding([], OWN, {NAME: (HERE,)}) is Holding.UNKNOWN


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        (THERE, HERE, Holding.HERE),
        (HERE, THERE, Holding.HERE),
        (THERE, "192.0.2.23", Holding.ELSEWHERE),
        (THERE, "unheard.contoso.test", Holding.ELSEWHERE),
        ("nowhere.contoso.test", "unheard.contoso.test", Holding.UNKNOWN),
    ],
)
def test_of_two_clusters_one_that_is_here_is_enough(one: str, other: str, found: Holding) -> None:
    clusters = (host("MSS", one, nodes=NODES), host("MSS2", other, nodes=NODES))
    assert holding(clusters, OWN, {}) is found


def test_the_addresses_of_nodes_are_not_the_cluster_s() -> None:
    """Each node has its own whoever is active."""
    cluster = host("MSS", THERE, nodes=("192.0.2.31", "192.0.2.32"))
    assert holding([cluster], OWN, {}) is Holding.ELSEWHERE


@pytest.mark.parametrize(
    ("name", "stands_for"),
    [
        (HERE, (HERE,)),
        ("2001:DB8::0021", ("2001:db8::21",)),
        (NAME, (THERE, "2001:db8::22")),
        ("MSS", ()),
    ],
)
def test_what_a_configured_address_stands_for(name: str, stands_for: tuple[str, ...]) -> None:
    """A name service's word about an address is not asked."""
    resolved = {NAME: [THERE, "2001:db8::22%3"], HERE: ["203.0.113.9"]}
    assert given(name, resolved) == stands_for


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("192.0.2.21", "192.0.2.21"),
        ("fe80::1%eth0", "fe80::1"),
        ("FE80:0::1%3", "fe80::1"),
        ("::ffff:192.0.2.21", "192.0.2.21"),
        ("not-an-address", "not-an-address"),
        ("", ""),
    ],
)
def test_one_spelling(written: str, plain: str) -> None:
    assert spelled(written) == plain
