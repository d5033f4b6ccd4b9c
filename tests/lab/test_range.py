"""The dynamic range behind real firewalls, beside a real endpoint mapper: what is claimed equals the rules."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from agent.ground.ports import PortSet
from agent.survey.sampling import sample

from .network import Network
from .samba import PORTS, Samba, member
from .site import once, write_site

pytestmark = pytest.mark.lab

HOST = 'name: MSS, role: master-secret, address: "{}"'
RANGE = PortSet.parse("49152-65535")
KEPT = range(PORTS.start, PORTS.start + 12)  # Samba's own listeners and the ports around them
# More of them by hand: SSOREACH_SEEDS=20 make test ARGS=tests/lab/test_range.py
SEEDS = range(int(os.environ.get("SSOREACH_SEEDS", "1")))
REJECT = "reject with icmp admin-prohibited"
TRIES = 3  # a busy machine may need more attempts than one run has, and says then that not every edge is confirmed


@pytest.fixture(scope="module")
def samba(shared_net: Network, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Samba]:
    with member(shared_net, tmp_path_factory.mktemp("range")) as samba:
        yield samba


def site(folder: Path, net: Network, address: str) -> Path:
    config = write_site(folder, net, [HOST.format(address)], timeout="1200ms", interval="60s")
    text = config.read_text().replace("samples: 2", "samples: 16, services: {entsso: {required_on: []}}")
    config.write_text(text)
    return config


def cuts(count: int, seed: int, samples: int) -> PortSet:
    """So many intervals at random places; they and what lies between them are wide enough to be met by any sample."""
    random = Random(f"{count} {seed}")
    width = -(-len(RANGE) // samples)
    parts = 2 * count + 1
    slack = len(RANGE) - parts * width
    marks = sorted(random.randrange(slack) for _ in range(parts - 1))
    ends = [KEPT.start + (number + 1) * width + mark for number, mark in enumerate(marks)]
    return PortSet(tuple((first, end - 1) for first, end in zip(ends[::2], ends[1::2], strict=True)))


def ranged(net: Network, config: Path, *argv: str) -> dict[str, Any]:
    """What `probe once` says of the range."""
    _, document = once(net, config, "--check", "rpc-range", *argv, timeout=110)
    (path,) = document["paths"]
    found: dict[str, Any] = path
    return found


def shut(net: Network, address: str, statement: str, ports: PortSet) -> None:
    net.flip(address, statement, ports=", ".join(ports.texts()))


@pytest.mark.parametrize("count", range(1, 9))
def test_the_cuts_of_this_test_are_what_it_says(count: int) -> None:
    for seed in range(20):
        ports = cuts(count, seed, 32)
        assert len(ports.intervals) == count
        assert not any(port in ports for port in KEPT)
        ends = [KEPT.start, *(end for low, high in ports.intervals for end in (low, high + 1)), 65_536]
        for number in range(0, 5000, 131):
            asked = sample(RANGE, 32, "MSS", number)
            assert all(any(low <= port < high for port in asked) for low, high in itertools.pairwise(ends))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("count", range(1, 9))
def test_dropped_intervals_are_suspect_exactly(
    shared_net: Network, samba: Samba, tmp_path: Path, count: int, seed: int
) -> None:
    net, ports = shared_net, cuts(count, seed, 32)
    config = site(tmp_path, net, samba.address)
    shut(net, samba.address, "drop", ports)
    for _ in range(TRIES):
        found = ranged(net, config, "--samples", "32")
        if found["confirmed"] or found["suspect"] == [*ports.texts()]:
            break
    net.restore(samba.address)
    assert (found["suspect"], found["blocked"]) == (list(ports.texts()), [])
    assert (found["verdict"], found["cause"], found["evidence"]) == ("inconclusive", "no-known-listener", "reply")
    assert sum(found["attempts"].values()) <= 250
    assert found["confirmed"] or count > 3  # as far as the attempts reach, which depends on where the sample lies


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("count", range(1, 9))
def test_refused_intervals_are_blocked_exactly(
    shared_net: Network, samba: Samba, tmp_path: Path, count: int, seed: int
) -> None:
    net, ports = shared_net, cuts(count, seed, 32)
    config = site(tmp_path, net, samba.address)
    shut(net, samba.address, REJECT, ports)
    found = ranged(net, config, "--samples", "32")
    net.restore(samba.address)
    assert (found["blocked"], found["suspect"]) == (list(ports.texts()), [])
    assert (found["verdict"], found["cause"], found["evidence"]) == ("partly-blocked", "icmp-reject", "reply")
    assert (found["confirmed"], found["rejected_by"]) == (True, net.router_address())
    assert sum(found["attempts"].values()) <= 250


def test_an_open_range_is_reachable_and_says_what_could_be_missed(
    shared_net: Network, samba: Samba, tmp_path: Path
) -> None:
    found = ranged(shared_net, site(tmp_path, shared_net, samba.address))
    assert (found["verdict"], found["evidence"]) == ("reachable", "reply")
    assert found["passes"] == ["49152-65535"]
    assert "could be missed" in found["detail"]


def test_these_ports_verify_a_fix(shared_net: Network, samba: Samba, tmp_path: Path) -> None:
    net, config = shared_net, site(tmp_path, shared_net, samba.address)
    shut(net, samba.address, REJECT, PortSet.parse("50050-50099"))
    before = ranged(net, config, "--peer", "MSS", "--ports", "50000-50199")
    net.restore(samba.address)
    after = ranged(net, config, "--peer", "MSS", "--ports", "50000-50199")
    assert (before["blocked"], before["port"], before["tested"]) == (["50050-50099"], "50000-50199", 200)
    assert (after["verdict"], after["blocked"], after["tested"]) == ("reachable", [], 200)


def test_behind_stealth_mode_a_cut_shows_nothing(shared_net: Network, tmp_path: Path) -> None:
    """One end alone cannot know; a listener in the open part is met, and that is all."""
    net, address = shared_net, shared_net.address("stealth")
    (tmp_path / "samba").mkdir()
    with member(net, tmp_path / "samba", address=address):
        config = site(tmp_path, net, address)
        for cut in ("57344-65535", "49152-65535"):
            net.flip(address, "drop", ports=cut)
            found = ranged(net, config)
            net.restore(address)
            assert found["verdict"] == "inconclusive"
            assert (found["blocked"], found["suspect"]) == ([], [])
        net.flip(address, REJECT, ports="57344-65535")
        found = ranged(net, config)
        net.restore(address)
        assert (found["verdict"], found["blocked"]) == ("partly-blocked", ["57344-65535"])


def test_a_router_that_resets_half_of_a_silent_host_s_range_proves_nothing(shared_net: Network, tmp_path: Path) -> None:
    net, address = shared_net, shared_net.address("stealth")
    (tmp_path / "samba").mkdir()
    with member(net, tmp_path / "samba", address=address):
        config = site(tmp_path, net, address)
        net.flip(address, "reject with tcp reset", ports="57344-65535")
        found = ranged(net, config)
        net.restore(address)
    assert found["verdict"] == "inconclusive"
    assert (found["blocked"], found["suspect"]) == ([], [])


def test_a_router_with_its_usual_icmp_limits_makes_no_verdict_wrong(lab: None, tmp_path: Path) -> None:
    """Most of a burst of refusals is silence then. What is said to be blocked is, and nothing shut is said to pass."""
    ports = PortSet.parse("57344-65535")
    (tmp_path / "samba").mkdir()
    with Network(icmp_limits=True) as net, member(net, tmp_path / "samba") as samba:
        config = site(tmp_path, net, samba.address)
        shut(net, samba.address, REJECT, ports)
        found = ranged(net, config)
    assert found["verdict"] == "partly-blocked"
    assert set(PortSet.parse(found["blocked"])) <= set(ports)
    assert not set(PortSet.parse(found["passes"])) & set(ports)


def test_a_limit_on_new_connections_makes_no_verdict_wrong(lab: None, tmp_path: Path) -> None:
    (tmp_path / "samba").mkdir()
    with Network() as net, member(net, tmp_path / "samba") as samba:
        config = site(tmp_path, net, samba.address)
        net.flip(samba.address, "tcp flags syn limit rate over 6/second burst 6 packets drop")
        found = ranged(net, config)
    assert found["verdict"] in ("inconclusive", "reachable")
    assert found["blocked"] == []
    assert not (found["confirmed"] and found["suspect"])
