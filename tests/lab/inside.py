"""Sockets of this process inside a namespace: a test then speaks, listens and eavesdrops there without a program."""

import socket
import sys

from .namespace import Namespace

# Makes a socket of the family, type and protocol given, and hands it over through the descriptor that comes first.
MAKE = """
import socket, sys
hand, *kind = {arguments}
with socket.socket(fileno=hand) as over, socket.socket(*kind) as made:
    socket.send_fds(over, [b"x"], [made.fileno()])
"""


def socket_in(namespace: Namespace, family: int, kind: int, protocol: int = 0) -> socket.socket:
    """An unbound socket that lives in that namespace, whoever uses it."""
    if sys.platform != "linux":
        raise OSError("there are no namespaces here")
    ours, theirs = socket.socketpair()
    with ours, theirs:
        text = MAKE.format(arguments=(theirs.fileno(), int(family), int(kind), protocol))
        namespace.script(sys.executable, "-I", "-", text=text, descriptors=[theirs.fileno()])
        _, descriptors, _, _ = socket.recv_fds(ours, 1, 1)
    return socket.socket(family, kind, protocol, fileno=descriptors[0])


def udp(namespace: Namespace, address: str, port: int = 0) -> socket.socket:
    """Bound there; waits for an answer for 2 seconds at most."""
    made = socket_in(namespace, socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    made.settimeout(2.0)
    made.bind((address, port))
    return made
