"""Which of the file's machines this one is."""

import pytest

from agent.config.load import parse
from agent.site.topology import site_of
from agent.site.whoami import Machine, UnknownHostError, this_machine, whoami

SITE = site_of(
    parse(
        """
site: contoso
hosts:
  - {name: BTS01, role: processing, address: 192.0.2.11}
  - {name: app-2, role: processing, address: bts02.contoso.test}
  - {name: BTS03, role: processing, address: [bts03.contoso.test, "2001:DB8:0::3"], source_address: 192.0.2.33}
  - {name: MSS, role: master-secret, address: 192.0.2.30, nodes: [{name: NODE1, address: 192.0.2.31}, {name: NODE2}]}
  - {name: SQL01, role: sso-database, address: 192.0.2.40}
  - {name: LOOP, role: processing, address: 127.0.0.9}
""",
        "test.yaml",
    )
)


def machine(*names: str, at: tuple[str, ...] = ()) -> Machine:
    return Machine(names, at)


@pytest.mark.parametrize(
    ("this", "name"),
    [
        (machine("BTS01"), "BTS01"),
        (machine("bts01"), "BTS01"),
        (machine("bts01.contoso.test"), "BTS01"),  # the file knows no domain
        (machine("bts02.contoso.test."), "app-2"),  # the file's address is a name
        (machine("BTS02"), "app-2"),  # the machine knows no domain
        (machine("localhost", at=("192.0.2.11",)), "BTS01"),
        (machine("x", at=("127.0.0.1", "::1", "2001:db8::3", "fe80::1")), "BTS03"),
        (machine("x", at=("192.0.2.33",)), "BTS03"),
        (machine("node1"), "NODE1"),
        (machine("x", at=("192.0.2.31", "192.0.2.30")), "NODE1"),  # the cluster's own address stands there now
        (machine("NODE2", at=("192.0.2.40",)), "NODE2"),  # and the SQL Server cluster's too
        (machine("x", at=("192.0.2.40",)), "SQL01"),
        (machine("x", at=("127.0.0.9",)), "LOOP"),  # loopback counts where the file has it
        (machine("BTS01", at=("192.0.2.11", "10.0.0.1")), "BTS01"),
    ],
)
def test_found_by_name_or_address(this: Machine, name: str) -> None:
    assert whoami(SITE, this).name == name


def test_another_domain_is_another_machine() -> None:
    with pytest.raises(UnknownHostError):
        whoami(SITE, machine("bts02.fabrikam.test"))


def test_a_whole_name_is_better_than_a_first_label() -> None:
    site = site_of(
        parse("site: s\nhosts: [{name: a.x.test, role: master-secret}, {name: a.y.test, role: processing}]", "t")
    )
    assert whoami(site, machine("a", "a.y.test")).name == "a.y.test"
    with pytest.raises(UnknownHostError, match=r"could be any of a\.x\.test, a\.y\.test"):
        whoami(site, machine("a"))


def test_an_address_has_no_first_label() -> None:
    with pytest.raises(UnknownHostError):
        whoami(SITE, machine("192"))


def test_none_lists_both_sides() -> None:
    with pytest.raises(UnknownHostError) as refusal:
        whoami(SITE, machine("elsewhere", at=("198.51.100.7", "127.0.0.1", "fe80::1")))
    assert str(refusal.value).split("\n") == [
        "this machine is none of the hosts in the file; say which one with --host NAME",
        "this machine: names elsewhere; addresses 198.51.100.7",
        "the file: BTS01 (192.0.2.11), app-2 (bts02.contoso.test), BTS03 (bts03.contoso.test, 2001:DB8:0::3), "
        "MSS [nodes NODE1 (192.0.2.31), NODE2 (NODE2)], SQL01 (192.0.2.40), LOOP (127.0.0.9)",
    ]


def test_several_lists_both_sides() -> None:
    with pytest.raises(UnknownHostError) as refusal:
        whoami(SITE, machine("BTS01", at=("192.0.2.33",)))
    first, this, file = str(refusal.value).split("\n")
    assert first == "this machine could be any of BTS01, BTS03; say which one with --host NAME"
    assert this == "this machine: names BTS01; addresses 192.0.2.33"
    assert file.startswith("the file: BTS01 (192.0.2.11), ")


@pytest.mark.parametrize(("explicit", "name"), [("bts03", "BTS03"), ("Node2", "NODE2"), ("SQL01", "SQL01")])
def test_the_operator_decides(explicit: str, name: str) -> None:
    assert whoami(SITE, machine("BTS01"), explicit).name == name


def test_a_cluster_is_no_machine() -> None:
    with pytest.raises(UnknownHostError, match="MSS is a cluster's name; --host takes one of its nodes: NODE1, NODE2"):
        whoami(SITE, machine("NODE1"), "mss")


def test_a_host_that_is_not_in_the_file() -> None:
    with pytest.raises(UnknownHostError, match=r"no host 'BTS9' in the file\nthe file: BTS01 \(192"):
        whoami(SITE, machine("BTS01"), "BTS9")


def test_a_long_list_is_cut() -> None:
    hosts = ", ".join(f"{{name: H{n}, role: master-secret}}" for n in range(300))
    with pytest.raises(UnknownHostError, match="and 200 more"):
        whoami(site_of(parse(f"site: s\nhosts: [{hosts}]", "t")), machine("x"))


def test_this_machine_has_a_name_and_the_loopback_address() -> None:
    found = this_machine()
    assert found.names
    assert {"127.0.0.1", "::1"} & set(found.addresses)
