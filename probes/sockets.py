"""The one place that opens sockets to knock with, alike on every platform."""

import contextlib
import socket
import sys

from probes.outcome import Endpoint, Target

if sys.platform == "win32":
    from probes.windows import defer_port, icmp_of, prepare, raise_descriptor_limit, sent
else:
    from probes.posix import defer_port, icmp_of, prepare, raise_descriptor_limit, sent

__all__ = ["close_politely", "icmp_of", "open_socket", "raise_descriptor_limit", "sent", "source_of"]

DRAIN = 65_536
if sys.platform == "linux":
    STREAM = socket.SOCK_STREAM | socket.SOCK_NONBLOCK  # one system call less than setblocking
else:
    STREAM = socket.SOCK_STREAM


def open_socket(target: Target) -> socket.socket:
    """A non-blocking TCP socket, ready to connect; OSError when there is none to be had."""
    family = socket.AF_INET6 if ":" in target.address else socket.AF_INET
    sock = socket.socket(family, STREAM)
    try:
        if sys.platform != "linux":
            sock.setblocking(False)
        prepare(sock, family)
        if target.source is not None:
            defer_port(sock)
            sock.bind((target.source, 0))
    except BaseException:
        sock.close()
        raise
    return sock


def source_of(sock: socket.socket) -> Endpoint | None:
    """The local end; None while the kernel has not chosen one (no route)."""
    try:
        name = sock.getsockname()
    except OSError:
        return None
    return Endpoint(name[0], name[1]) if name[1] else None


def close_politely(sock: socket.socket) -> None:
    """Close with FIN. What the peer has sent is read away first, once: left unread it would turn the FIN into RST."""
    with contextlib.suppress(OSError):
        sock.recv(DRAIN)
    sock.close()
