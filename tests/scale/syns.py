"""When each SYN left for a peer, by the kernel's own clock, and how late that was: seen from outside of the agent.

A round asks the same doors of a peer at the same places in the interval, so each attempt has one an interval earlier
to be held beside: what it came later than that is its lateness.
"""

import ctypes
import socket
import struct
import sys
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import NamedTuple

ETH_P_IP = 0x0800  # bound to it, a socket sees what arrives, and on loopback that is what leaves
BUFFER = 16 << 20  # bytes
SYN_AT, TIMESTAMP = 13, struct.Struct("@qq")
SO_TIMESTAMPNS, SO_ATTACH_FILTER = 35, 26
# tcpdump's program for "tcp[13] == 2" over Ethernet: a SYN, and no answer to one.
FILTER = (
    (0x28, 0, 0, 12),
    (0x15, 0, 8, 0x0800),
    (0x30, 0, 0, 23),
    (0x15, 0, 6, 6),
    (0x28, 0, 0, 20),
    (0x45, 4, 0, 0x1FFF),
    (0xB1, 0, 0, 14),
    (0x50, 0, 0, 14 + SYN_AT),
    (0x15, 0, 1, 2),
    (0x06, 0, 0, 262144),
    (0x06, 0, 0, 0),
)


class Syn(NamedTuple):
    """`at`: UTC, seconds."""

    at: float
    address: str
    port: int


@contextmanager
def overheard(interface: str = "lo") -> Iterator[list[Syn]]:
    """Every SYN that leaves by that interface of this very namespace, from the block's first line on."""
    if sys.platform != "linux":
        raise OSError("there are no such sockets here")
    seen: list[Syn] = []
    program = ctypes.create_string_buffer(b"".join(struct.pack("@HBBI", *line) for line in FILTER))
    where = struct.pack("@HP", len(FILTER), ctypes.addressof(program))
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_IP)) as ear:
        ear.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, where)
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        ear.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        ear.bind((interface, ETH_P_IP))
        ear.settimeout(0.2)
        ended = threading.Event()
        thread = threading.Thread(target=_listen, args=(ear, seen, ended))
        thread.start()
        try:
            yield seen
        finally:
            ended.set()
            thread.join()


def lateness(syns: Iterable[Syn], first: int, interval: float) -> list[tuple[float, float]]:
    """Of each attempt that has one a round before: when it was, and how much later than that in its round.

    `first`: the port that a round of a peer begins with. A round that asked more or less than the one before says
    nothing, as its places are others.
    """
    found = []
    for rounds in _rounds(syns, first).values():
        for before, after in pairwise(rounds):
            if len(before) == len(after):
                found += [(new, new - old - interval) for old, new in zip(before, after, strict=True)]
    return sorted(found)


def _rounds(syns: Iterable[Syn], first: int) -> Mapping[str, Sequence[list[float]]]:
    """By address; whatever came before the first beginning of a round is left out."""
    rounds: dict[str, list[list[float]]] = defaultdict(list)
    for syn in syns:
        if syn.port == first:
            rounds[syn.address].append([])
        if rounds[syn.address]:
            rounds[syn.address][-1].append(syn.at)
    return rounds


def _listen(ear: socket.socket, seen: list[Syn], ended: threading.Event) -> None:
    if sys.platform != "linux":
        raise OSError("there are no such sockets here")
    while not ended.is_set():
        try:
            frame, extra, _, _ = ear.recvmsg(128, 64)
        except TimeoutError:
            continue
        seconds, nanoseconds = TIMESTAMP.unpack(extra[0][2][: TIMESTAMP.size])
        packet = frame[14:]
        start = 4 * (packet[0] & 15)
        port = int.from_bytes(packet[start + 2 : start + 4])
        seen.append(Syn(seconds + nanoseconds / 1e9, socket.inet_ntoa(packet[16:20]), port))
