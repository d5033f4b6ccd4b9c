"""A listening TCP socket that shares its address and port with nobody, and how a connection of it is ended at once.

All that differs between platforms. Linux refuses a port where another socket listens, at this address or at a wildcard;
SO_REUSEADDR changes nothing about that and only keeps TIME_WAIT from being in the way. Windows admits an address beside
somebody else's wildcard, SO_EXCLUSIVEADDRUSE or not (Microsoft, "Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE").
"""

import asyncio
import contextlib
import socket
import struct
import sys

from probes.outcome import Target
from probes.sockets import sockaddr

BACKLOG = 128  # where it is full, SYNs are dropped: it takes more than `EXPLAINED` of one address, which is noticed

# Whether the system may let us take connections away from a listener at a wildcard: then only the TCP table tells.
BESIDE_WILDCARDS = sys.platform != "linux"

if sys.platform == "win32":
    _RESET = struct.pack("HH", 1, 0)  # struct linger: on, after no seconds

    def _claim(sock: socket.socket) -> None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
else:
    _RESET = struct.pack("ii", 1, 0)

    def _claim(sock: socket.socket) -> None:
        """Elsewhere than on Linux, SO_REUSEADDR would let us in beside a wildcard."""
        if sys.platform == "linux":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)


def listening_socket(local: str, port: int) -> socket.socket:
    """At an address of this host, with its scope if it is link-local. Raises OSError."""
    sock = socket.socket(socket.AF_INET6 if ":" in local else socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        _claim(sock)
        if sock.family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind(sockaddr(Target(local, port)))
        sock.listen(BACKLOG)
    except BaseException:
        sock.close()
        raise
    return sock


def reset(transport: asyncio.Transport) -> None:
    """End a connection by RST, so that nothing of it stays on our port."""
    with contextlib.suppress(OSError):  # it has ended already
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    transport.abort()
