"""TDS: the header of a packet, and how much of a stream is one.

Spec: MS-TDS 2.2.3, https://learn.microsoft.com/openspecs/windows_protocols/ms-tds/
"""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from probes.wire.reader import Reader, WireError

HEADER_SIZE = 8
MAX_PACKET = 4096  # bytes: none may be larger before a login has agreed on more (2.2.3.1.3)
END_OF_MESSAGE = 0x01

_HEADER = struct.Struct(">BBHHBB")


class Byte(IntEnum):
    """A byte of the protocol: a value that the spec does not name gets a name instead of an error."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, int):
            return None
        unnamed = int.__new__(cls, value)
        unnamed._name_ = f"UNKNOWN_0x{value:02X}"
        unnamed._value_ = value
        return unnamed


class PacketType(Byte):
    """The first byte of a packet; those after the login are left out."""

    TABULAR_RESULT = 0x04  # whatever a server says, its PRELOGIN too
    PRELOGIN = 0x12


@dataclass(frozen=True, slots=True)
class Header:
    """The first eight bytes of a packet; `length` counts them in."""

    type: PacketType
    length: int
    status: int = END_OF_MESSAGE
    spid: int = 0
    packet_id: int = 1
    window: int = 0

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The header at the start of `data`, believed in nothing: framing is `frame_size`'s work."""
        type_, status, length, spid, packet_id, window = Reader(data).unpack(_HEADER)
        return cls(PacketType(type_), length, status, spid, packet_id, window)

    def encode(self) -> bytes:
        return _HEADER.pack(self.type, self.status, self.length, self.spid, self.packet_id, self.window)


def frame_size(start: bytes, *types: PacketType) -> int:
    """How many bytes the packet that begins with `start` needs, as far as `start` tells: the header's eight, then all.

    Of `types`, or a server's (TABULAR_RESULT) where none is named. One byte of another protocol is enough for a
    WireError: its third and fourth would be read as a length, and waited for.
    """
    expected = types or (PacketType.TABULAR_RESULT,)
    if start and start[0] not in expected:
        names = " or ".join(f"0x{type_:02X}" for type_ in expected)
        raise WireError(f"not TDS: the first byte is 0x{start[0]:02X}, not {names}")
    if len(start) < HEADER_SIZE:
        return HEADER_SIZE
    size = Header.decode(start).length
    if not HEADER_SIZE <= size <= MAX_PACKET:
        raise WireError(f"a TDS packet of {size} bytes; {HEADER_SIZE} to {MAX_PACKET} are possible before a login")
    return size
