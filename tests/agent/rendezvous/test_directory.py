"""Who runs an agent, by what names, and where it can be asked."""

import pytest

from agent.config.load import parse
from agent.rendezvous.directory import Directory, directory, listens
from agent.rendezvous.orders import Place
from agent.site.topology import site_of
from agent.site.whoami import Machine, whoami

SITE = """\
site: contoso
rendezvous: {listen: "0.0.0.0:20135"}
hosts:
  - {name: BTS01, role: processing, address: 192.0.2.11, source_address: 192.0.2.15}
  - {name: BTS02, role: processing, address: 192.0.2.12, rendezvous: "192.0.2.112:10136"}
  - {name: BTS03, role: processing, address: bts03.contoso.test, rendezvous: "bts03.contoso.test:10137"}
  - name: MSS
    role: master-secret
    address: 192.0.2.30
    nodes: [{name: NODE1, address: 192.0.2.31}, {name: NODE2, address: 192.0.2.32}]
  - {name: SQL01, role: sso-database, address: 192.0.2.41}
"""


def directory_of(host: str) -> Directory:
    config = parse(SITE, "test")
    return directory(config, whoami(site_of(config), Machine((), ()), host))


def test_a_node_answers_to_its_own_name_and_its_clusters() -> None:
    assert directory_of("NODE1").own == ("NODE1", "MSS")


def test_a_node_may_speak_from_its_own_addresses_and_its_clusters() -> None:
    others = directory_of("BTS02").others
    assert others["NODE2"] == ("192.0.2.32", "192.0.2.30")
    assert others["BTS01"] == ("192.0.2.11", "192.0.2.15")
    assert "MSS" not in others  # nobody speaks by a cluster's name
    assert "BTS02" not in others


def test_a_database_server_runs_no_agent() -> None:
    assert set(directory_of("BTS01").peers) == {"BTS01", "BTS02", "BTS03", "MSS"}


@pytest.mark.parametrize(
    ("peer", "address", "place"),
    [
        ("BTS01", "192.0.2.11", Place("192.0.2.11", 20_135)),
        ("BTS02", "192.0.2.12", Place("192.0.2.112", 10_136)),  # elsewhere, by the file
        ("BTS03", "192.0.2.13", Place("192.0.2.13", 10_137)),  # a name stands for the address that is probed
        ("MSS", "::ffff:192.0.2.30", Place("192.0.2.30", 20_135)),  # answers come from it in its usual spelling
        ("MSS", "2001:DB8:0::1", Place("2001:db8::1", 20_135)),
    ],
)
def test_an_agent_is_asked_at_the_address_that_is_probed_unless_the_file_says_otherwise(
    peer: str, address: str, place: Place
) -> None:
    assert directory_of("NODE1").place(peer, address) == place


@pytest.mark.parametrize(("sender", "peer"), [("node1", "MSS"), ("mss", "MSS"), ("BTS01", "BTS01"), ("SQL01", None)])
def test_a_node_speaks_for_its_cluster(sender: str, peer: str | None) -> None:
    assert directory_of("BTS02").peer_of(sender) == peer


@pytest.mark.parametrize(
    ("host", "at"),
    [("BTS01", "0.0.0.0:20135"), ("BTS02", "192.0.2.112:10136"), ("BTS03", "0.0.0.0:10137")],
)
def test_a_host_listens_where_the_file_says_that_it_is_asked(host: str, at: str) -> None:
    config = parse(SITE, "test")
    assert [str(each) for each in listens(config, whoami(site_of(config), Machine((), ()), host))] == [at]
