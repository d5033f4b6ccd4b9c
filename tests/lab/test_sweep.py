"""`probe sweep` draws the firewall's rules as they are, port by port, and confirms their edges."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from .listeners import listening
from .network import Network
from .site import probe

pytestmark = pytest.mark.lab

FIRST, LAST = 65024, 65535  # 512 ports
RANGE = f"{FIRST}-{LAST}"
WHOLE = "49152-65535"
PROHIBITED = {4: "reject with icmp admin-prohibited", 6: "reject with icmpv6 admin-prohibited"}


def sweep(net: Network, address: str, *argv: str, ports: str = RANGE) -> tuple[int, dict[str, Any]]:
    """Exit code, and the one address of the document."""
    options = ("--ports", ports, "--pace", "max", "--yes", "--format", "json")
    code, out, err = probe(net, "sweep", address, *options, *argv)
    assert out, err
    document = json.loads(out)
    assert len(document["addresses"]) == 1
    found: dict[str, Any] = document["addresses"][0]
    return code, found


def states(found: dict[str, Any]) -> dict[str, list[str]]:
    return {name: found[name] for name in ("open", "closed", "silent", "refused", "untested") if found[name]}


@pytest.fixture
def address(shared_net: Network) -> Iterator[str]:
    """One at which everything refuses, until a test has the router do something else."""
    found = shared_net.address("accept")
    yield found
    shared_net.restore(found)


def test_a_range_that_refuses_has_no_edge(shared_net: Network, address: str) -> None:
    code, found = sweep(shared_net, address)
    assert states(found) == {"closed": [RANGE]}
    assert (code, found["asked"], found["confirmed"]) == (0, 512, False)


@pytest.mark.parametrize(
    ("rules", "wanted"),
    [
        ({"65280-65535": "drop"}, {"closed": ["65024-65279"], "silent": ["65280-65535"]}),
        ({"65024-65100": "drop"}, {"closed": ["65101-65535"], "silent": ["65024-65100"]}),
        ({"65100": "drop"}, {"closed": ["65024-65099", "65101-65535"], "silent": ["65100"]}),
        (
            {"65100-65199": "drop", "65300-65399": PROHIBITED[4]},
            {
                "closed": ["65024-65099", "65200-65299", "65400-65535"],
                "silent": ["65100-65199"],
                "refused": ["65300-65399"],
            },
        ),
        (
            {"65100-65199": "drop", "65200-65299": PROHIBITED[4]},
            {"closed": ["65024-65099", "65300-65535"], "silent": ["65100-65199"], "refused": ["65200-65299"]},
        ),
    ],
    ids=["upper half", "lower end", "one port", "apart", "side by side"],
)
def test_the_intervals_are_the_rules(
    shared_net: Network, address: str, rules: dict[str, str], wanted: dict[str, list[str]]
) -> None:
    for ports, statement in rules.items():
        shared_net.flip(address, statement, ports=ports)
    code, found = sweep(shared_net, address)
    assert states(found) == wanted
    assert (code, found["confirmed"]) == (0, True)
    assert all(int(behind) == int(before) + 1 for before, behind in found["edges"])
    assert found["rejected_by"] == ([shared_net.router_address()] if "refused" in wanted else [])


@pytest.mark.quiet
def test_the_upper_half_of_the_whole_range_at_full_speed(shared_net: Network, address: str) -> None:
    """No packet is lost to our own haste: neither among those that answer nor among 8,192 that do not."""
    shared_net.flip(address, "drop", ports="57344-65535")
    code, found = sweep(shared_net, address, ports=WHOLE)
    assert states(found) == {"closed": ["49152-57343"], "silent": ["57344-65535"]}
    assert (code, found["asked"], found["confirmed"]) == (0, 16_384, True)


def test_version_6(shared_net: Network) -> None:
    address = shared_net.address("accept", 6)
    shared_net.flip(address, PROHIBITED[6], ports="65280-65535")
    _, found = sweep(shared_net, address)
    shared_net.restore(address)
    assert states(found) == {"closed": ["65024-65279"], "refused": ["65280-65535"]}
    assert found["rejected_by"] == [shared_net.router_address(6)]
    assert found["confirmed"]


def test_listeners_stand_out_of_stealth(shared_net: Network) -> None:
    """Nothing resets there: silence is no edge, and nothing is asked again but the listeners."""
    address = shared_net.address("stealth")
    with listening(shared_net.server, [(address, 65100), (address, 65101)]):
        code, found = sweep(shared_net, address)
    assert states(found) == {"open": ["65100-65101"], "silent": ["65024-65099", "65102-65535"]}
    assert (code, found["confirmed"], found["attempts"]["filtered"]) == (0, False, 510)


@pytest.mark.parametrize(
    ("name", "state"), [("drop", "filtered"), ("no-route", "local-fault"), ("host-unreachable", "rejected")]
)
def test_where_nobody_says_anything_of_any_port_it_is_exit_3(shared_net: Network, name: str, state: str) -> None:
    code, found = sweep(shared_net, shared_net.address(name), ports="65024-65055")
    assert code == 3
    assert found["attempts"] == {state: 32}
    assert states(found) == {"silent" if name == "drop" else "untested": ["65024-65055"]}


def test_no_way_to_some_ports_is_not_lost(shared_net: Network, address: str) -> None:
    shared_net.flip(address, "reject with icmp host-unreachable", ports="65280-65535")
    code, found = sweep(shared_net, address)
    what = f"ICMP 3/1, host unreachable, from {shared_net.router_address()}"
    assert states(found) == {"closed": ["65024-65279"], "untested": ["65280-65535"]}
    assert (code, found["edges"]) == (0, [])
    assert found["obstacles"] == [{"what": what, "count": 256, "ports": ["65280-65535"]}]


def test_who_refuses_and_why_is_said_to_people(shared_net: Network, address: str) -> None:
    shared_net.flip(address, PROHIBITED[4], ports="65280-65535")
    code, out, err = probe(shared_net, "sweep", address, "--ports", RANGE, "--pace", "1000", "--yes")
    assert code == 0
    assert f"from {shared_net.prober_address()} to {address}" in err
    text = " ".join(out.split())
    assert "ICMP 3/13, communication administratively prohibited" in text
    assert f"from {shared_net.router_address()}" in text
    assert "65279|65280: confirmed" in text
