"""A DCE/RPC call: the request, and the response or the fault that answers it.

C706 12.6.4.7 to 12.6.4.10 <https://pubs.opengroup.org/onlinepubs/9629399/chap12.htm>; MS-RPCE 2.2.2.6, 2.2.2.8.
Encoders write what they are given, mistakes included: our fakes misbehave with them.
"""

import struct
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from probes.wire.names import Named
from probes.wire.pdu import WHOLE, PacketFlags, PacketType, opened, sealed

REQUEST = struct.Struct("<IHH")  # alloc_hint, p_cont_id, opnum
RESPONSE = struct.Struct("<IHBx")  # alloc_hint, p_cont_id, cancel_count
FAULT = struct.Struct("<IHBBI4x")  # alloc_hint, p_cont_id, cancel_count, flags, status
FAULT_ALLOC_HINT = 24  # as Samba writes it; nobody reads it without extended error information
EXTENDED_ERROR = 0x01


class FaultStatus(Named):
    """Why a call failed: C706 appendix E (nca_…), MS-ERREF 2.2 for the Win32 codes."""

    ACCESS_DENIED = 0x00000005
    RPC_X_BAD_STUB_DATA = 0x000006F7
    NCA_S_FAULT_CONTEXT_MISMATCH = 0x1C00001A
    NCA_S_FAULT_REMOTE_NO_MEMORY = 0x1C00001B
    NCA_S_INVALID_PRES_CONTEXT_ID = 0x1C00001C
    NCA_S_UNSUPPORTED_AUTHN_LEVEL = 0x1C00001D
    NCA_S_OP_RNG_ERROR = 0x1C010002
    NCA_S_UNK_IF = 0x1C010003
    NCA_S_PROTO_ERROR = 0x1C01000B
    NCA_S_SERVER_TOO_BUSY = 0x1C010014


@dataclass(frozen=True, slots=True)
class Request:
    """`stub` holds the arguments. Its size is written as the alloc_hint, which on reading is not believed."""

    call_id: int
    opnum: int
    stub: bytes
    context_id: int = 0
    object: UUID | None = None
    flags: PacketFlags = WHOLE

    def encode(self) -> bytes:
        body = REQUEST.pack(len(self.stub), self.context_id, self.opnum)
        if self.object is None:
            return sealed(PacketType.REQUEST, self.call_id, body + self.stub, self.flags)
        flags = self.flags | PacketFlags.OBJECT_UUID
        return sealed(PacketType.REQUEST, self.call_id, body + self.object.bytes_le + self.stub, flags)

    @classmethod
    def decode(cls, frame: bytes) -> Self:
        header, body = opened(frame, PacketType.REQUEST)
        _, context_id, opnum = body.unpack(REQUEST)
        target = body.uuid() if PacketFlags.OBJECT_UUID in header.flags else None
        flags = header.flags & ~PacketFlags.OBJECT_UUID
        return cls(header.call_id, opnum, body.rest(), context_id, target, flags)


@dataclass(frozen=True, slots=True)
class Response:
    """One fragment of an answer; `alloc_hint` is what it says of its own and all later stub bytes."""

    call_id: int
    stub: bytes
    context_id: int = 0
    flags: PacketFlags = WHOLE
    alloc_hint: int = 0
    cancel_count: int = 0

    def encode(self) -> bytes:
        body = RESPONSE.pack(self.alloc_hint, self.context_id, self.cancel_count)
        return sealed(PacketType.RESPONSE, self.call_id, body + self.stub, self.flags)

    @classmethod
    def decode(cls, frame: bytes) -> Self:
        header, body = opened(frame, PacketType.RESPONSE)
        alloc_hint, context_id, cancel_count = body.unpack(RESPONSE)
        return cls(header.call_id, body.rest(), context_id, header.flags, alloc_hint, cancel_count)


@dataclass(frozen=True, slots=True)
class Fault:
    """`extended` says that extended error information (MS-EERR) follows, which is not looked at."""

    call_id: int
    status: FaultStatus
    context_id: int = 0
    flags: PacketFlags = WHOLE
    cancel_count: int = 0
    extended: bool = False

    def encode(self) -> bytes:
        more = EXTENDED_ERROR if self.extended else 0
        body = FAULT.pack(FAULT_ALLOC_HINT, self.context_id, self.cancel_count, more, self.status)
        return sealed(PacketType.FAULT, self.call_id, body, self.flags)

    @classmethod
    def decode(cls, frame: bytes) -> Self:
        header, body = opened(frame, PacketType.FAULT)
        _, context_id, cancel_count, more, status = body.unpack(FAULT)
        extended = bool(more & EXTENDED_ERROR)
        return cls(header.call_id, FaultStatus(status), context_id, header.flags, cancel_count, extended)
