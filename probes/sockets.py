"""The one place that opens sockets to knock with, alike on every platform."""

import contextlib
import socket
import sys

from probes.outcome import Endpoint, Target
from probes.wire.icmp import Icmp

if sys.platform == "win32":
    from probes.windows import defer_port, icmp_of, limit_hops, prepare, quiet, raise_descriptor_limit, sent
else:
    from probes.posix import defer_port, icmp_of, limit_hops, prepare, quiet, raise_descriptor_limit, sent

__all__ = [
    "close_politely",
    "icmp_of",
    "is_ours",
    "open_socket",
    "quiet",
    "raise_descriptor_limit",
    "sent",
    "sockaddr",
    "source_of",
    "source_towards",
]

DRAIN = 65_536
UNCHOSEN = ("0.0.0.0", "::")  # noqa: S104 (an address that sockets have, not one to listen on)
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
        if target.hops is not None:
            limit_hops(sock, family, target.hops)
        if target.source_port:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((target.source or "", target.source_port))
        elif target.source is not None:
            defer_port(sock)
            sock.bind((target.source, 0))
    except BaseException:
        sock.close()
        raise
    return sock


def sockaddr(target: Target) -> tuple[str, int] | tuple[str, int, int, int]:
    """What an event loop connects to: Windows' ConnectEx takes two parts for IPv4 only, and no scope in the text."""
    if ":" not in target.address:
        return target.address, target.port
    address, _, scope = target.address.partition("%")
    return address, target.port, 0, _scope_id(scope)


def _scope_id(scope: str) -> int:
    """Of an interface by its name or number; OSError when there is none of that name."""
    if not scope:
        return 0
    return int(scope) if scope.isdecimal() else socket.if_nametoindex(scope)


def source_of(sock: socket.socket) -> Endpoint | None:
    """The local end; None while the system has not chosen one (no route; on Windows, no answer)."""
    try:
        name = sock.getsockname()
    except OSError:
        return None
    return Endpoint(name[0], name[1]) if name[1] and name[0] not in UNCHOSEN else None


def source_towards(target: Target) -> str | None:
    """The local address that an attempt would be made from; None without a route. Sends nothing."""
    family = socket.AF_INET6 if ":" in target.address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            if target.source is not None:
                sock.bind((target.source, 0))
            sock.connect(sockaddr(target))
            return str(sock.getsockname()[0])
    except OSError:
        return None


def is_ours(icmp: Icmp | None) -> bool:
    """Whether an ICMP error came from this machine: its sender is an address that a socket here can have.

    Linux sends its own errors from the primary address of an interface, whichever one we speak from.
    """
    if icmp is None or icmp.sender is None:
        return False
    try:
        with socket.socket(socket.AF_INET6 if icmp.version == 6 else socket.AF_INET, socket.SOCK_STREAM) as sock:
            sock.bind((icmp.sender, 0))
    except OSError:  # not ours; or no descriptor left to ask with
        return False
    return True


def close_politely(sock: socket.socket) -> None:
    """Close with FIN. What the peer has sent is read away first, once: left unread it would turn the FIN into RST."""
    with contextlib.suppress(OSError):
        sock.recv(DRAIN)
    sock.close()
