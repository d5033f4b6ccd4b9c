"""Doors on loopback to knock at, made by the kernel itself: nothing here runs, and nothing is random."""

import contextlib
import socket
import struct
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from probes.outcome import Target

QUEUE_CLIENTS = 4  # a queue of length 0 holds one connection on Linux; the rest find it full
WAIT = 10.0  # seconds that a test waits for its own loopback at most
SOON, LATER = 0.1, 0.3  # seconds; deadlines that tests wait for
LONG = 30.0  # one that they do not


def has_version_6() -> bool:
    """Whether this host has an IPv6 loopback; containers often have none."""
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


NEEDS_VERSION_6 = pytest.mark.skipif(not has_version_6(), reason="this host has no IPv6 loopback")


@contextmanager
def listener(address: str = "127.0.0.1") -> Iterator[socket.socket]:
    """The kernel accepts; a test may take the connection."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, 0), family=family, backlog=128) as server:
        server.settimeout(WAIT)
        yield server


@contextmanager
def closed_port(address: str = "127.0.0.1") -> Iterator[int]:
    """A port that is taken, so that nobody else opens it, and on which nobody listens."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as deaf:
        deaf.bind((address, 0))
        yield deaf.getsockname()[1]


@contextmanager
def silent_port(address: str = "127.0.0.1") -> Iterator[int]:
    """A listener whose queue is full: the kernel drops every further SYN."""
    with socket.create_server((address, 0), backlog=0) as server, ExitStack() as clients:
        for _ in range(QUEUE_CLIENTS):
            client = clients.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(server.getsockname())
        yield server.getsockname()[1]


def at(door: socket.socket | int, timeout: float = LONG) -> Target:
    """A listener, or a port of 127.0.0.1, as something to knock at."""
    port = door if isinstance(door, int) else door.getsockname()[1]
    return Target("127.0.0.1", port, timeout)


def taken(server: socket.socket) -> socket.socket:
    """The connection that the kernel accepted for `server`."""
    peer, _ = server.accept()
    peer.settimeout(WAIT)
    return peer


def reset(peer: socket.socket) -> None:
    """Close with RST."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


def fill(peer: socket.socket, size: int) -> int:
    """Send up to `size` bytes, as many as fit; how many that were."""
    peer.setblocking(False)
    sent = 0
    with contextlib.suppress(BlockingIOError):
        while sent < size:
            sent += peer.send(bytes(min(size - sent, 65_536)))
    return sent


def open_sockets() -> set[tuple[str, str]]:
    """The sockets that this process has open, by descriptor and by the kernel's number of each."""
    found = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # the one that lists them
            found.add((descriptor.name, str(descriptor.readlink())))
    return {(name, what) for name, what in found if what.startswith("socket:")}
