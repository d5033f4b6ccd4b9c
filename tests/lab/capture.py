"""What tcpdump sees at a namespace's interface: TCP packets, as values."""

import socket
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from .daemon import need, need_users
from .namespace import LabCommandError, Namespace

FILE_HEADER, RECORD, ETHERNET = 24, struct.Struct("=IIII"), 14
TCP = struct.Struct(">HHIIBB")
FLAGS = "FSRPAUEW"  # from the lowest bit up
ADDRESSES = {4: (socket.AF_INET, slice(12, 16), slice(16, 20)), 6: (socket.AF_INET6, slice(8, 24), slice(24, 40))}
BUFFER_KIB = 64 * 1024

Door = tuple[str, int]


class Packet(NamedTuple):
    """A TCP packet. `flags` are letters of FLAGS."""

    source: Door
    target: Door
    flags: str
    sequence: int
    payload: bytes


class Capture:
    """Packets so far; the file is tcpdump's, and grows."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def packets(self) -> list[Packet]:
        return list(_packets(self._file.read_bytes()[FILE_HEADER:]))

    def until(self, seen: Callable[[list[Packet]], bool], seconds: float = 10) -> list[Packet]:
        """The packets, once they are as they should be. AssertionError, with the packets, if they never are."""
        deadline = time.monotonic() + seconds
        while not seen(packets := self.packets()):
            shown = "".join(f"\n{each.source} {each.flags} {len(each.payload)}" for each in packets)
            assert time.monotonic() < deadline, f"only these after {seconds} s:{shown}"
            time.sleep(0.01)
        return packets


@contextmanager
def capturing(namespace: Namespace, file: Path, door: Door, interface: str = "eth0") -> Iterator[Capture]:
    """All TCP packets from and to a door (address, port), from the block's first line on."""
    need("tcpdump")
    need_users("tcpdump sets its groups")
    wanted = ("host", door[0], "and", "tcp", "port", str(door[1]))
    # Nothing waits in a buffer, and there is room for a burst: a packet takes as much of it as the longest could.
    tcpdump = ("tcpdump", "--immediate-mode", "-U", "-s", "65535", "-B", str(BUFFER_KIB))
    argv = (*tcpdump, "-Z", "root", "-i", interface, "-w", "-", *wanted)
    with file.open("w", encoding="latin-1") as pcap:
        child = namespace.popen(*argv, stdout=pcap, stderr=subprocess.PIPE)
    with child:
        try:
            assert child.stderr
            said = child.stderr.readline()
            if "listening on" not in said:
                raise LabCommandError(f"no capture: {said}{child.stderr.read()}")
            yield Capture(file)
        finally:
            child.kill()


def said_by(packets: list[Packet], speaker: Door) -> bytes:
    """All that a door said, if it said it in one connection."""
    parts = {packet.sequence: packet.payload for packet in packets if packet.source == speaker and packet.payload}
    return b"".join(parts[sequence] for sequence in sorted(parts))


def _packets(records: bytes) -> Iterator[Packet]:
    """Of whole records only: the last one may still be being written."""
    while len(records) >= RECORD.size:
        size = RECORD.unpack_from(records)[2]
        frame, records = records[RECORD.size : RECORD.size + size], records[RECORD.size + size :]
        if len(frame) == size:
            yield _packet(frame[ETHERNET:])


def _packet(packet: bytes) -> Packet:
    version = packet[0] >> 4
    family, source, target = ADDRESSES[version]
    start = 4 * (packet[0] & 15) if version == 4 else 40
    end = struct.unpack_from(">H", packet, 2)[0] if version == 4 else 40 + struct.unpack_from(">H", packet, 4)[0]
    speaker, listener, sequence, _, offset, bits = TCP.unpack_from(packet, start)
    flags = "".join(letter for bit, letter in enumerate(FLAGS) if bits >> bit & 1)
    payload = packet[start + 4 * (offset >> 4) : end]
    doors = [(socket.inet_ntop(family, packet[part]), port) for part, port in ((source, speaker), (target, listener))]
    return Packet(doors[0], doors[1], flags, sequence, payload)
