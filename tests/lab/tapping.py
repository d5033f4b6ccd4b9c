"""Every datagram that crosses a link of the router, as values: what is said between agents, for tests to look at."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from .inside import socket_in
from .rules import RENDEZVOUS
from .star import Star, link

AF_PACKET, ETH_P_ALL = 17, 3
ETHERNET, IP_HEADER, UDP_HEADER = 14, 20, struct.Struct(">HHHH")
VERSION_4 = 0x0800
BUFFER = 8 << 20  # bytes

Door = tuple[str, int]


class Datagram(NamedTuple):
    """`seconds`: monotonic, when it was read from the link."""

    seconds: float
    source: Door
    target: Door
    data: bytes


class Tap:
    """What was heard so far."""

    def __init__(self, ear: socket.socket) -> None:
        self._ear = ear
        self._heard: list[Datagram] = []
        self._ended = False
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def heard(self) -> list[Datagram]:
        return list(self._heard)

    def until(self, enough: Callable[[list[Datagram]], bool], seconds: float = 20) -> list[Datagram]:
        """All datagrams, once they are as they should be. AssertionError if they never are."""
        deadline = time.monotonic() + seconds
        while not enough(heard := self.heard()):
            assert time.monotonic() < deadline, f"only {len(heard)} datagrams after {seconds} s"
            time.sleep(0.01)
        return heard

    def end(self) -> None:
        self._ended = True
        self._thread.join()
        self._ear.close()

    def _listen(self) -> None:
        while True:
            try:
                frame = self._ear.recv(65536)
            except TimeoutError:
                if self._ended:
                    return
            else:
                if (datagram := _datagram(frame)) is not None:
                    self._heard.append(datagram)


@contextmanager
def tapping(star: Star, host: str) -> Iterator[Tap]:
    """What crosses a host's link to or from the rendezvous' port, by IP version 4, from the block's first line on."""
    ear = socket_in(star.router, AF_PACKET, socket.SOCK_RAW)
    ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    ear.bind((link(host), ETH_P_ALL))
    ear.settimeout(0.05)
    tap = Tap(ear)
    try:
        yield tap
    finally:
        tap.end()


def _datagram(frame: bytes) -> Datagram | None:
    """None: it is something else. Nothing here is cut into fragments."""
    packet = frame[ETHERNET:]
    if frame[12:ETHERNET] != VERSION_4.to_bytes(2) or packet[9] != socket.IPPROTO_UDP:
        return None
    start = 4 * (packet[0] & 15)
    from_port, to_port, size, _ = UDP_HEADER.unpack_from(packet, start)
    if RENDEZVOUS not in (from_port, to_port):
        return None
    source, target = socket.inet_ntoa(packet[12:16]), socket.inet_ntoa(packet[16:20])
    data = packet[start + UDP_HEADER.size : start + size]
    return Datagram(time.monotonic(), (source, from_port), (target, to_port), data)
