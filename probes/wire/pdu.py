"""The header of every DCE/RPC PDU, and the rule that cuts a stream into PDUs.

C706 12.6 <https://pubs.opengroup.org/onlinepubs/9629399/chap12.htm>, as MS-RPCE 2.2.2 and 3.3.1.5.1 narrow it
<https://learn.microsoft.com/openspecs/windows_protocols/ms-rpce/290c38b1-92fe-4229-91e6-4fc376610c15>.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Self

from probes.wire.reader import Reader, WireError

VERSION = (5, 0)
LITTLE_ENDIAN = bytes.fromhex("10 00 00 00")  # and ASCII, and IEEE: C706 14.1

HEADER = struct.Struct("<BBBB4sHHI")
HEADER_SIZE = HEADER.size
MAX_XMIT_FRAG = 4280  # what we offer in a bind, to send and to receive, in bytes
MAX_FRAGMENT = 5840  # what Windows itself would offer: no peer has a reason to send more
SEC_TRAILER_SIZE = 8


class PacketType(IntEnum):
    """PTYPE: all of connection-oriented RPC, so that the framing knows a stranger by this byte."""

    REQUEST = 0
    RESPONSE = 2
    FAULT = 3
    BIND = 11
    BIND_ACK = 12
    BIND_NAK = 13
    ALTER_CONTEXT = 14
    ALTER_CONTEXT_RESP = 15
    RPC_AUTH_3 = 16
    SHUTDOWN = 17
    CO_CANCEL = 18
    ORPHANED = 19


class PacketFlags(IntFlag):
    """pfc_flags. Bits without a name are kept."""

    FIRST_FRAG = 0x01
    LAST_FRAG = 0x02
    PENDING_CANCEL = 0x04
    CONC_MPX = 0x10
    DID_NOT_EXECUTE = 0x20
    MAYBE = 0x40
    OBJECT_UUID = 0x80


WHOLE = PacketFlags.FIRST_FRAG | PacketFlags.LAST_FRAG


@dataclass(frozen=True, slots=True)
class Header:
    """Of a PDU. `frag_length`: bytes of this fragment, the header among them."""

    packet_type: PacketType
    flags: PacketFlags
    frag_length: int
    auth_length: int
    call_id: int

    def encode(self) -> bytes:
        lengths = self.frag_length, self.auth_length
        return HEADER.pack(*VERSION, self.packet_type, self.flags, LITTLE_ENDIAN, *lengths, self.call_id)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """From the first 16 bytes. What sort of thing this is comes first, and only then how long it says it is."""
        fields = HEADER.unpack(Reader(data).take(HEADER_SIZE))
        major, minor, kind, flags, drep, frag_length, auth_length, call_id = fields
        if (major, minor) != VERSION:
            raise WireError(f"not DCE/RPC: version {major}.{minor} and not 5.0")
        packet_type = _packet_type(kind)
        _check_representation(drep)
        if not HEADER_SIZE <= frag_length <= MAX_FRAGMENT:
            raise WireError(f"a DCE/RPC fragment of {frag_length} bytes; {HEADER_SIZE} to {MAX_FRAGMENT} are allowed")
        return cls(packet_type, PacketFlags(flags), frag_length, auth_length, call_id)


def _packet_type(kind: int) -> PacketType:
    try:
        return PacketType(kind)
    except ValueError:
        raise WireError(f"not DCE/RPC over TCP: packet type {kind}") from None


def _check_representation(drep: bytes) -> None:
    if drep != LITTLE_ENDIAN:
        order = "big-endian byte order" if drep[0] >> 4 == 0 else "an unknown data representation"
        raise WireError(f"DCE/RPC in {order} ({drep.hex(' ')}); only little-endian, 10 00 00 00, is spoken here")


def frame_size(header: bytes) -> int:
    """The framing rule: bytes of the whole PDU, when its first `HEADER_SIZE` bytes are these."""
    return Header.decode(header).frag_length


def sealed(packet_type: PacketType, call_id: int, body: bytes, flags: PacketFlags = WHOLE) -> bytes:
    """A whole PDU without an authentication verifier, which is how we and our fakes speak."""
    return Header(packet_type, flags, HEADER_SIZE + len(body), 0, call_id).encode() + body


def opened(frame: bytes, wanted: PacketType) -> tuple[Header, Reader]:
    """The header, and a reader over the body, which begins at a multiple of eight bytes as the header ends at one."""
    header = Header.decode(frame)
    if header.packet_type is not wanted:
        raise WireError(f"a {wanted.name.lower()} was due, and a {header.packet_type.name.lower()} came")
    if len(frame) != header.frag_length:
        raise WireError(f"a fragment of {header.frag_length} bytes, of which {len(frame)} came")
    return header, Reader(frame[HEADER_SIZE : HEADER_SIZE + _body_size(header, frame)])


def _body_size(header: Header, frame: bytes) -> int:
    """Without the sec_trailer, the authentication token behind it and the padding before it: MS-RPCE 2.2.2.11."""
    size = header.frag_length - HEADER_SIZE
    if not header.auth_length:
        return size
    size -= header.auth_length + SEC_TRAILER_SIZE
    if size >= 0:
        size -= frame[HEADER_SIZE + size + 2]  # auth_pad_length
    if size < 0:
        raise WireError(f"an authentication token of {header.auth_length} bytes in {header.frag_length}")
    return size
