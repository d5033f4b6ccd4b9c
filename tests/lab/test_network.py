"""The lab does what its table says: otherwise no test that stands on it means anything."""

import sys
from pathlib import Path

import pytest

from . import wiring
from .connects import Told, connect
from .listeners import listening
from .namespace import LabCommandError
from .network import Network
from .rows import ROWS, Row, Seen
from .wiring import ADDRESSES, SERVER_ADDRESSES

pytestmark = pytest.mark.lab

LISTENED, UNLISTENED = 7000, 7001
AFTER_ARP = 4.5  # seconds; a dead neighbour is reported after 3.07 s
SOON = 1.5  # seconds; after one SYN retransmit


def seen_at(net: Network, address: str, port: int) -> Seen:
    return connect(net.prober, [(address, port)], SOON)[0].seen


@pytest.fixture(scope="module")
def told(shared_net: Network) -> dict[tuple[Row, int], Told]:
    """What each row's address answers, on a port with a listener and on one without."""
    asked = [(row, port) for row in ROWS for port in (LISTENED, UNLISTENED)]
    with listening(shared_net.server, [(address, LISTENED) for address in SERVER_ADDRESSES]):
        answers = connect(shared_net.prober, [(ADDRESSES[row], port) for row, port in asked], AFTER_ARP)
    return dict(zip(asked, answers, strict=True))


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_port_without_a_listener(row: Row, told: dict[tuple[Row, int], Told], shared_net: Network) -> None:
    answer = told[row, UNLISTENED]
    assert answer.seen is row.seen
    assert answer.error == row.errno
    assert answer.icmp == row.icmp
    assert answer.sender == shared_net.sender(row)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_port_with_a_listener(row: Row, told: dict[tuple[Row, int], Told]) -> None:
    assert told[row, LISTENED].seen is (Seen.OPEN if row.passes else row.seen)


def test_tables_addresses_differ() -> None:
    assert len(set(ADDRESSES.values())) == len(ROWS)


def test_two_networks_at_once_do_not_meet(net: Network) -> None:
    with Network() as other, listening(net.server, [(net.address("accept"), LISTENED)]):
        other.flip(other.address("accept"), "drop")
        assert seen_at(net, net.address("accept"), LISTENED) is Seen.OPEN
        assert seen_at(other, other.address("accept"), LISTENED) is Seen.SILENT


def open_namespaces() -> set[str]:
    """The descriptors of this process that hold a namespace."""
    held = {fd: str(fd.readlink()) for fd in Path("/proc/self/fd").iterdir() if fd.is_symlink()}
    return {f"{fd} {link}" for fd, link in held.items() if link.startswith(("net:", "user:"))}


@pytest.mark.usefixtures("lab")
def test_end_leaves_no_namespace_and_no_process() -> None:
    held = open_namespaces()
    with Network() as net:
        child = net.server.popen("sleep", "600")
        assert len(open_namespaces()) >= len(held) + 3
    assert open_namespaces() == held
    assert child.returncode is not None


@pytest.mark.usefixtures("lab")
def test_set_up_that_fails_half_way_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    held = open_namespaces()
    monkeypatch.setattr(wiring, "server_links", lambda: "address add nonsense dev eth0\n")
    with pytest.raises(LabCommandError, match="nonsense"), Network():
        pass
    assert open_namespaces() == held


def test_no_route_leads_out(net: Network) -> None:
    for namespace in (net.prober, net.router, net.server):
        for family in ("-4", "-6"):
            assert "default" not in namespace.run("ip", family, "route").stdout


def test_program_in_the_prober_namespace_has_the_probers_address(net: Network) -> None:
    done = net.prober.python("-c", "import sys; print(sys.executable)")
    shown = net.prober.run("ip", "-o", "address", "show", "dev", "eth0").stdout
    assert done.stdout.strip() == sys.executable
    assert net.prober_address(4) in shown
    assert net.prober_address(6) in shown


@pytest.mark.parametrize("version", [4, 6])
def test_newest_flip_wins_until_it_is_restored(net: Network, version: int) -> None:
    address = net.address("drop", version)
    seen = []
    with listening(net.server, [(address, LISTENED), (address, 7500)]):
        seen.append(seen_at(net, address, LISTENED))
        net.flip(address, "accept")
        seen.append(seen_at(net, address, LISTENED))
        net.flip(address, "reject with tcp reset", ports="135, 7000-7499")
        seen.append(seen_at(net, address, LISTENED))
        seen.append(seen_at(net, address, 7500))
        net.restore(address)
        seen.append(seen_at(net, address, LISTENED))
    assert seen == [Seen.SILENT, Seen.OPEN, Seen.CLOSED, Seen.OPEN, Seen.SILENT]


def test_flip_of_the_replies_leaves_the_server_half_open(net: Network) -> None:
    address = net.address("accept")
    net.flip(address, ports=str(LISTENED), replies=True)
    with listening(net.server, [(address, LISTENED), (address, UNLISTENED)]):
        assert seen_at(net, address, LISTENED) is Seen.SILENT
        assert seen_at(net, address, UNLISTENED) is Seen.OPEN


def test_flip_that_nft_refuses_changes_nothing(net: Network) -> None:
    net.flip(net.address("accept"), "drop")
    with pytest.raises(LabCommandError, match="nft"):
        net.flip(net.address("accept"), "explode")
    net.restore(net.address("drop"))
    assert seen_at(net, net.address("accept"), LISTENED) is Seen.SILENT


def test_firewall_again_takes_everything_back(net: Network) -> None:
    net.flip(net.address("accept"), "drop")
    net.server.nft("flush ruleset")
    net.firewall()
    assert seen_at(net, net.address("accept"), UNLISTENED) is Seen.CLOSED
    assert seen_at(net, net.address("stealth"), UNLISTENED) is Seen.SILENT


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.usefixtures("lab")
def test_icmp_limits_turn_a_burst_of_rejects_into_silence(version: int) -> None:
    burst = range(6000, 6200)
    told = {}
    for limits in (False, True):
        with Network(icmp_limits=limits) as net:
            address = net.address("admin-prohibited", version)
            answers = connect(net.prober, [(address, port) for port in burst], SOON)
            told[limits] = sum(answer.seen is Seen.REJECTED for answer in answers)
    assert told[False] == len(burst)
    assert told[True] < len(burst) / 2


def test_failed_command_says_what_it_was_told(net: Network) -> None:
    with pytest.raises(LabCommandError, match=r"ip -batch -: .*nowhere"):
        net.router.ip("link set nowhere up\n")


def test_popen_gives_text(net: Network) -> None:
    with net.server.popen("ip", "-o", "link") as child:
        assert child.stdout
        assert "eth0" in child.stdout.read()
