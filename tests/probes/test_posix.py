"""What Linux tells of a socket: TCP_INFO, the error queue, the descriptor limit."""

import socket
import struct
import sys
from collections.abc import Callable
from typing import cast

import pytest

from probes.outcome import Target
from probes.sockets import open_socket
from probes.state import Sent
from probes.wire.icmp import Icmp

if sys.platform != "linux":
    pytest.skip("what Linux tells", allow_module_level=True)

import resource

from probes import posix

LOW = 512


def tcp_info(*, timers: int, taken: int, tried: int) -> bytes:
    """struct tcp_info: 8 bytes, retransmits the third of them; then words, retrans and total_retrans among them."""
    words = [0] * 24
    words[7], words[23] = taken, tried
    return struct.pack("=2xB5x24I", timers, *words)


class Socket:
    """As much of a socket as `sent` asks."""

    def __init__(self, answer: Callable[[], bytes]) -> None:
        self._answer = answer

    def getsockopt(self, level: int, option: int, size: int) -> bytes:
        assert (level, option) == (socket.IPPROTO_TCP, socket.TCP_INFO)
        return self._answer()[:size]


def sent_of(answer: Callable[[], bytes]) -> Sent:
    return posix.sent(cast(socket.socket, Socket(answer)))


@pytest.mark.parametrize(
    ("timers", "taken", "tried", "sent"),
    [
        (0, 0, 0, Sent.UNKNOWN),  # no retransmission was due yet
        (1, 0, 0, Sent.HELD),
        (1, 0, 1, Sent.REFUSED),
        (1, 1, 1, Sent.YES),
        (2, 2, 2, Sent.YES),
        (2, 1, 2, Sent.YES),
    ],
)
def test_sent(timers: int, taken: int, tried: int, sent: Sent) -> None:
    assert sent_of(lambda: tcp_info(timers=timers, taken=taken, tried=tried)) is sent


def test_sent_is_unknown_where_the_kernel_tells_less() -> None:
    assert sent_of(lambda: tcp_info(timers=1, taken=1, tried=1)[:100]) is Sent.UNKNOWN
    assert sent_of(lambda: b"") is Sent.UNKNOWN


def test_sent_of_real_sockets() -> None:
    with socket.socket() as sock:
        assert posix.sent(sock) is Sent.UNKNOWN
    assert posix.sent(sock) is Sent.UNKNOWN


def test_a_reset_leaves_no_icmp_error() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        with open_socket(Target(*deaf.getsockname())) as sock:
            sock.connect_ex(deaf.getsockname())
            assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0
            assert posix.icmp_of(sock) is None


@pytest.mark.parametrize(
    ("address", "level", "option"),
    [("192.0.2.1", socket.IPPROTO_IP, posix.IP_RECVERR), ("2001:db8::1", socket.IPPROTO_IPV6, posix.IPV6_RECVERR)],
)
def test_icmp_errors_will_be_queued(address: str, level: int, option: int) -> None:
    with open_socket(Target(address, 1)) as sock:
        assert sock.getsockopt(level, option) == 1


class Queue:
    """As much of a socket as `icmp_of` asks: an error queue with these records in it."""

    def __init__(self, *records: str) -> None:
        self._records = [bytes.fromhex(record) for record in records]

    def recvmsg(self, size: int, control: int, flags: int) -> tuple[bytes, list[tuple[int, int, bytes]], int, None]:
        assert flags == socket.MSG_ERRQUEUE
        if not self._records:
            raise BlockingIOError
        return b"", [(socket.IPPROTO_IP, posix.IP_RECVERR, self._records.pop(0)[:control])], flags, None


EXPIRED = "71000000 020b0000 00000000 00000000 02000000 c6336401 00000000 00000000"  # ICMP 11/0 from 198.51.100.1
PROHIBITED = "71000000 02030d00 00000000 00000000 02000000 cb007101 00000000 00000000"  # 3/13 from 203.0.113.1
OURS = "5a000000 01000000 00000000 00000000 02000000 00000000 00000000 00000000"  # EMSGSIZE, origin LOCAL


@pytest.mark.parametrize(
    ("records", "icmp"),
    [
        ([], None),
        ([OURS], None),
        ([EXPIRED], Icmp(4, 11, 0, "198.51.100.1")),
        ([EXPIRED, PROHIBITED], Icmp(4, 3, 13, "203.0.113.1")),
        ([PROHIBITED, OURS], Icmp(4, 3, 13, "203.0.113.1")),
    ],
)
def test_the_newest_icmp_error_of_the_queue(records: list[str], icmp: Icmp | None) -> None:
    queue = Queue(*records)
    assert posix.icmp_of(cast(socket.socket, queue)) == icmp
    assert posix.icmp_of(cast(socket.socket, queue)) is None


class Limits:
    """The descriptor limits of a process of the test's own making."""

    def __init__(self, soft: int, hard: int, *, rigid: bool = False) -> None:
        self.now = (soft, hard)
        self._rigid = rigid

    def get(self, which: int) -> tuple[int, int]:
        assert which == resource.RLIMIT_NOFILE
        return self.now

    def set(self, which: int, limits: tuple[int, int]) -> None:
        assert which == resource.RLIMIT_NOFILE
        if self._rigid:
            raise ValueError("current limit exceeds maximum limit")
        self.now = limits


@pytest.mark.parametrize(
    ("limits", "most", "soft"),
    [
        (Limits(1024, 4096), 4096, 4096),
        (Limits(4096, 4096), 4096, 4096),
        (Limits(1024, resource.RLIM_INFINITY), 1_048_576, resource.RLIM_INFINITY),
        (Limits(1024, 4096, rigid=True), 1024, 1024),
    ],
)
def test_the_soft_descriptor_limit_is_raised(
    limits: Limits, most: int, soft: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "getrlimit", limits.get)
    monkeypatch.setattr(resource, "setrlimit", limits.set)
    assert posix.raise_descriptor_limit() == most
    assert limits.now[0] == soft


def test_the_real_soft_descriptor_limit_is_raised() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(LOW, before[1]), before[1]))
        most = posix.raise_descriptor_limit()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (before[1], before[1])
        assert most == before[1] or before[1] == resource.RLIM_INFINITY
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
