"""Sockets to knock with: opened ready, closed in order."""

import errno
import socket
import struct
import sys
from collections.abc import Iterator

import pytest

from probes import sockets
from probes.outcome import Endpoint, Target
from probes.sockets import close_politely, is_ours, open_socket, sockaddr, source_of
from probes.wire.icmp import Icmp
from tests.probes.engine.doors import NEEDS_VERSION_6, WAIT


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(WAIT)
        yield listener


@pytest.fixture
def pair(server: socket.socket) -> Iterator[tuple[socket.socket, socket.socket]]:
    """Our end, not blocking as an engine's, and the peer's."""
    ours = socket.create_connection(server.getsockname())
    ours.setblocking(False)
    theirs, _ = server.accept()
    theirs.settimeout(WAIT)
    with ours, theirs:
        yield ours, theirs


@pytest.mark.parametrize(
    ("address", "family"), [("192.0.2.1", socket.AF_INET), ("2001:db8::1", socket.AF_INET6)], ids=["v4", "v6"]
)
def test_open_socket_does_not_block(address: str, family: socket.AddressFamily) -> None:
    with open_socket(Target(address, 1)) as sock:
        assert (sock.family, sock.type) == (family, socket.SOCK_STREAM)
        assert not sock.getblocking()
        assert source_of(sock) is None


@pytest.mark.parametrize("address", ["127.0.0.1", pytest.param("::1", marks=NEEDS_VERSION_6)])
def test_open_socket_speaks_from_the_source_that_was_asked_for(address: str) -> None:
    with open_socket(Target(address, 1, source=address)) as sock:
        assert sock.getsockname()[0] == address


@pytest.mark.parametrize(
    ("target", "source"),
    [("127.0.0.1", "192.0.2.77"), ("::1", "2001:db8::77"), ("127.0.0.1", "::1"), ("::1", "127.0.0.1")],
)
def test_open_socket_closes_what_it_cannot_prepare(target: str, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared: list[socket.socket] = []
    monkeypatch.setattr(sockets, "prepare", lambda sock, family: prepared.append(sock))
    with pytest.raises(OSError, match=r".+"):
        open_socket(Target(target, 1, source=source))
    assert [sock.fileno() for sock in prepared] == [-1]


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("192.0.2.1", ("192.0.2.1", 135)),
        ("2001:db8::1", ("2001:db8::1", 135, 0, 0)),
        ("fe80::1%7", ("fe80::1", 135, 0, 7)),
    ],
)
def test_sockaddr(address: str, parts: tuple[object, ...]) -> None:
    assert sockaddr(Target(address, 135)) == parts


def test_sockaddr_with_an_interface_by_name() -> None:
    number, name = socket.if_nameindex()[0]
    assert sockaddr(Target(f"fe80::1%{name}", 135)) == ("fe80::1", 135, 0, number)
    with pytest.raises(OSError, match="interface"):
        sockaddr(Target("fe80::1%no-such-one", 135))


def test_source_of_a_connected_socket(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    assert source_of(ours) == Endpoint(*theirs.getpeername())


def test_source_of_a_socket_that_was_given_no_address_yet() -> None:
    """As Windows has it while a connect is on its way, and for good when nobody answers."""
    for family, anywhere in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
        with socket.socket(family) as sock:
            sock.bind((anywhere, 0))
            assert source_of(sock) is None


def test_source_of_a_closed_socket() -> None:
    with socket.socket() as sock:
        pass
    assert source_of(sock) is None


@pytest.mark.parametrize(
    ("icmp", "ours"),
    [
        (Icmp(4, 3, 1, "127.0.0.1"), True),
        (Icmp(4, 3, 1, "192.0.2.77"), False),
        (Icmp(6, 1, 3, "2001:db8::77"), False),
        pytest.param(Icmp(6, 1, 3, "::1"), True, marks=NEEDS_VERSION_6),
        (Icmp(4, 3, 1), False),
        (None, False),
    ],
)
def test_whether_an_icmp_error_is_ours(icmp: Icmp | None, ours: bool) -> None:
    assert is_ours(icmp) is ours


def test_whose_an_icmp_error_is_cannot_be_asked_without_a_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> socket.socket:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(socket, "socket", refuse)
    assert not is_ours(Icmp(4, 3, 1, "127.0.0.1"))


def test_close_politely_says_fin(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    close_politely(ours)
    assert theirs.recv(1) == b""


def test_close_politely_says_fin_to_a_peer_that_spoke_first(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    theirs.sendall(b"220 a banner\r\n")
    close_politely(ours)
    assert theirs.recv(1) == b""  # a reset would raise


def test_close_politely_answers_a_fin(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    theirs.sendall(b"bye")
    theirs.shutdown(socket.SHUT_WR)
    close_politely(ours)
    assert theirs.recv(1) == b""


def test_close_politely_survives_a_reset(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    theirs.close()
    close_politely(ours)
    assert ours.fileno() == -1


if sys.platform == "linux":

    def test_a_bound_source_leaves_the_port_to_connect(server: socket.socket) -> None:
        """Bound to an address alone, a port is not spent before the peer is known: many peers can share one."""
        with open_socket(Target("127.0.0.1", 1, source="127.0.0.7")) as sock:
            assert source_of(sock) is None
            sock.connect_ex(server.getsockname())
            source = source_of(sock)
            assert source is not None
            assert source.address == "127.0.0.7"
            assert source.port > 0
