"""Services behind a real endpoint mapper, with a firewall between their ports, and a mapper that is restarted."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .network import Network
from .samba import Listed, Samba, listed, member
from .site import once, write_site

pytestmark = pytest.mark.lab

HOST = 'name: MSS, role: master-secret, address: "{}"'


@pytest.fixture(scope="module")
def samba(shared_net: Network, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Samba]:
    with member(shared_net, tmp_path_factory.mktemp("services")) as samba:
        yield samba


def lowest_and_highest(found: frozenset[Listed]) -> tuple[Listed, Listed]:
    """Two services that Samba registered on two ports."""
    by_port = sorted(found, key=lambda each: (each.port, each.interface))
    assert by_port[0].port < by_port[-1].port
    return by_port[0], by_port[-1]


def looking_for(config: Path, **services: Listed) -> None:
    """Have the file look for these services, by their interfaces; both must be there."""
    keys = ", ".join(
        f'{name}: {{uuid: "{each.interface}", required_on: [master-secret]}}' for name, each in services.items()
    )
    config.write_text(
        config.read_text().replace("samples: 2", f"samples: 2, services: {{entsso: {{required_on: []}}, {keys}}}")
    )


def test_the_service_whose_port_is_cut_is_named(shared_net: Network, samba: Samba, tmp_path: Path) -> None:
    """The firewall's edge lies between two registered ports: one service is met, the other one's port is shut."""
    net = shared_net
    low, high = lowest_and_highest(listed(net.prober, samba))
    config = write_site(tmp_path, net, [HOST.format(samba.address)], timeout="1200ms")
    looking_for(config, low=low, high=high)
    code, document = once(net, config, "--check", "epm", "--check", "rpc-endpoint")
    assert code == 0, document
    net.flip(samba.address, "drop", ports=str(high.port))
    code, document = once(net, config, "--check", "epm", "--check", "rpc-endpoint")
    net.restore(samba.address)
    epm, endpoint = document["paths"]
    assert (epm["verdict"], endpoint["verdict"], endpoint["cause"]) == ("reachable", "blocked", "silent-drop")
    assert f"TCP {high.port} " in endpoint["detail"]
    assert code == 1
