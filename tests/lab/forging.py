"""Datagrams from a namespace in anybody's name, one by one or as noise, as an attacker sends them. IP version 4."""

import itertools
import socket
import struct
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from .inside import socket_in
from .namespace import Namespace

Door = tuple[str, int]
Forgery = tuple[Door, Door, bytes]  # from whom it pretends to be, to whom, what

IP = struct.Struct(">BBHHHBBH4s4s")  # the kernel fills in the checksum and an identification of 0
UDP = struct.Struct(">HHHH")  # a checksum of 0 says that there is none
BURST = 100  # sent at once, so that a pace can be kept


class Forger:
    def __init__(self, raw: socket.socket) -> None:
        self._raw = raw

    def send(self, source: Door, target: Door, data: bytes) -> None:
        self._raw.sendto(_packet(source, target, data), (target[0], 0))

    def send_all(self, forgeries: Sequence[Forgery]) -> int:
        """How many."""
        for forgery in forgeries:
            self.send(*forgery)
        return len(forgeries)

    @contextmanager
    def noise(self, forgeries: Iterable[Forgery], a_second: int) -> Iterator["Noise"]:
        """These over and over, at that pace, for as long as the block lasts."""
        noise = Noise(self._raw, [(_packet(*each), (each[1][0], 0)) for each in forgeries], a_second)
        noise.start()
        try:
            yield noise
        finally:
            noise.end()


class Noise(threading.Thread):
    """`sent`: how many datagrams there were so far."""

    def __init__(self, raw: socket.socket, packets: Iterable[tuple[bytes, Door]], a_second: int) -> None:
        super().__init__()
        self.sent = 0
        self._raw = raw
        self._packets = itertools.cycle(packets)
        self._a_second = a_second
        self._over = threading.Event()

    def run(self) -> None:
        began = time.monotonic()
        while not self._over.is_set():
            for packet, where in itertools.islice(self._packets, BURST):
                self._raw.sendto(packet, where)
            self.sent += BURST
            self._over.wait(max(0.0, began + self.sent / self._a_second - time.monotonic()))

    def end(self) -> None:
        self._over.set()
        self.join()


@contextmanager
def forging(namespace: Namespace) -> Iterator[Forger]:
    with socket_in(namespace, socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
        yield Forger(raw)


def _packet(source: Door, target: Door, data: bytes) -> bytes:
    size = UDP.size + len(data)
    ends = socket.inet_aton(source[0]), socket.inet_aton(target[0])
    head = IP.pack(0x45, 0, IP.size + size, 0, 0, 64, socket.IPPROTO_UDP, 0, *ends)
    return head + UDP.pack(source[1], target[1], size, 0) + data
