"""A master secret server with two addresses: how much of it could fail and not be missed."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.fakes.table import SSO_PORT

from .agents import PORT, running_in
from .listeners import listening
from .mapping import mapping
from .network import Network
from .site import once, probe, write_site
from .standin import StandIn, sso_name, standing_in

pytestmark = pytest.mark.lab

ALIVE, OTHER = "accept", "stealth"
DEAD = ("drop", "dead-host")  # a router that drops what goes there, and an address that nobody has


def site(net: Network, folder: Path, service: StandIn, *rows: str) -> Path:
    addresses = ", ".join(f'"{net.address(row)}"' for row in rows)
    hosts = [f"name: MSS, role: master-secret, address: [{addresses}]"]
    more = f'names: false\nsso: {{service: "{service.name}"}}\n'
    return write_site(folder, net, hosts, timeout="2500ms", web=f"127.0.0.1:{PORT}", more=more)


@pytest.fixture(scope="module")
def net(shared_net: Network) -> Iterator[Network]:
    """In which whoever is alive is a master secret server."""
    doors = [(shared_net.address(row), SSO_PORT) for row in (ALIVE, OTHER)]
    with ExitStack() as stack:
        stack.enter_context(listening(shared_net.server, doors))
        for address, _ in doors:
            stack.enter_context(mapping(shared_net.server, address))
        yield shared_net


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with standing_in(tmp_path_factory.mktemp("services"), sso_name()) as stand_in:
        yield stand_in


@pytest.mark.parametrize("dead", DEAD)
def test_of_two_addresses_a_dead_one_is_a_missing_spare(
    net: Network, service: StandIn, tmp_path: Path, dead: str
) -> None:
    config = site(net, tmp_path, service, ALIVE, dead)
    code, out, err = probe(net, "once", "--config", str(config))
    table = " ".join(out.split())
    assert (code, err) == (0, "")
    assert "Available, but not highly available: 1 of 2 addresses answers;" in table
    assert f"one spare is missing: {net.address(dead)}." in table

    code, document = once(net, config, "--check", "epm", "--check", "rpc-endpoint")
    sso = document["sso"]
    assert (code, [path["verdict"] for path in document["paths"]]) == (0, ["reachable", "reachable"])
    assert {finding["kind"] for finding in document["findings"]} >= {"addresses-disagree"}
    assert sso["availability"] == "available"
    assert f"one spare is missing: {net.address(dead)}." in sso["availability_detail"]
    assert {each["address"]: each["state"] for each in sso["addresses"]} == {
        net.address(ALIVE): "reachable",
        net.address(dead): "unreachable",
    }


def test_an_agent_counts_them(net: Network, service: StandIn, tmp_path: Path) -> None:
    config = site(net, tmp_path, service, ALIVE, DEAD[0])
    with running_in(net.prober, "BTS01", config) as agent:
        metrics = agent.until(lambda metrics: metrics.value("master_secret_addresses", state="reachable") == 1)
        assert metrics.value("master_secret_addresses", state="unreachable") == 1
        assert metrics.value("master_secret_addresses", state="unknown") == 0
        sso = agent.document()["sso"]
    assert sso["availability"] == "available"
    assert f"one spare is missing: {net.address(DEAD[0])}." in sso["availability_detail"]


def test_two_that_answer_are_highly_available(net: Network, service: StandIn, tmp_path: Path) -> None:
    config = site(net, tmp_path, service, ALIVE, OTHER)
    code, document = once(net, config, "--check", "epm", "--check", "rpc-endpoint")
    assert (code, document["sso"]["availability"]) == (0, "highly-available")
    assert "2 of 2 addresses answer." in document["sso"]["availability_detail"]
