"""How a DCE/RPC association begins: bind, and the two answers to it.

C706 12.6.4.3 to 12.6.4.5 <https://pubs.opengroup.org/onlinepubs/9629399/chap12.htm>; MS-RPCE 2.2.2.4, 2.2.2.5, 2.2.2.9.
Encoders write what they are given, mistakes included: our fakes misbehave with them.
"""

import struct
from dataclasses import dataclass
from typing import NamedTuple, Self

from probes.wire.names import Named
from probes.wire.pdu import MAX_XMIT_FRAG, PacketType, opened, sealed
from probes.wire.reader import Reader
from probes.wire.syntax import NDR32, SyntaxId

NEGOTIATION = struct.Struct("<HHI")  # max_xmit_frag, max_recv_frag, assoc_group_id
COUNT = struct.Struct("<Bxxx")
CONTEXT = struct.Struct("<HBx")
RESULT = struct.Struct("<HH")
SIZE = struct.Struct("<H")


class ContextResultCode(Named):
    """p_cont_def_result_t, with the member that MS-RPCE 2.2.2.4 adds."""

    ACCEPTANCE = 0
    USER_REJECTION = 1
    PROVIDER_REJECTION = 2
    NEGOTIATE_ACK = 3


class ProviderReason(Named):
    """p_provider_reason_t."""

    REASON_NOT_SPECIFIED = 0
    ABSTRACT_SYNTAX_NOT_SUPPORTED = 1
    PROPOSED_TRANSFER_SYNTAXES_NOT_SUPPORTED = 2
    LOCAL_LIMIT_EXCEEDED = 3


class RejectReason(Named):
    """p_reject_reason_t, with what MS-RPCE 2.2.2.5 adds. It calls 4 a protocol error of any sort."""

    REASON_NOT_SPECIFIED = 0
    TEMPORARY_CONGESTION = 1
    LOCAL_LIMIT_EXCEEDED = 2
    CALLED_PADDR_UNKNOWN = 3
    PROTOCOL_VERSION_NOT_SUPPORTED = 4
    DEFAULT_CONTEXT_NOT_SUPPORTED = 5
    USER_DATA_NOT_READABLE = 6
    NO_PSAP_AVAILABLE = 7
    AUTHENTICATION_TYPE_NOT_RECOGNIZED = 8
    INVALID_CHECKSUM = 9


class Context(NamedTuple):
    """p_cont_elem_t: an interface, and the transfer syntaxes that the client can speak it in."""

    context_id: int
    abstract: SyntaxId
    transfers: tuple[SyntaxId, ...] = (NDR32,)

    def encode(self) -> bytes:
        start = CONTEXT.pack(self.context_id, len(self.transfers)) + self.abstract.encode()
        return start + b"".join(syntax.encode() for syntax in self.transfers)

    @classmethod
    def read(cls, reader: Reader) -> Self:
        context_id, count = reader.unpack(CONTEXT)
        return cls(context_id, SyntaxId.read(reader), tuple(SyntaxId.read(reader) for _ in range(count)))


class ContextResult(NamedTuple):
    """p_result_t: the server's answer to one context. After a NEGOTIATE_ACK the reason is a bit mask."""

    result: ContextResultCode
    reason: ProviderReason
    transfer: SyntaxId

    @property
    def accepted(self) -> bool:
        return self.result is ContextResultCode.ACCEPTANCE

    def encode(self) -> bytes:
        return RESULT.pack(self.result, self.reason) + self.transfer.encode()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        result, reason = reader.unpack(RESULT)
        return cls(ContextResultCode(result), ProviderReason(reason), SyntaxId.read(reader))


@dataclass(frozen=True, slots=True)
class Bind:
    """The first PDU of a connection. `max_xmit`, `max_recv`: bytes of a fragment."""

    call_id: int
    contexts: tuple[Context, ...]
    max_xmit: int = MAX_XMIT_FRAG
    max_recv: int = MAX_XMIT_FRAG
    assoc_group: int = 0

    def encode(self) -> bytes:
        body = NEGOTIATION.pack(self.max_xmit, self.max_recv, self.assoc_group) + COUNT.pack(len(self.contexts))
        return sealed(PacketType.BIND, self.call_id, body + b"".join(context.encode() for context in self.contexts))

    @classmethod
    def decode(cls, frame: bytes) -> Self:
        header, body = opened(frame, PacketType.BIND)
        max_xmit, max_recv, assoc_group = body.unpack(NEGOTIATION)
        (count,) = body.unpack(COUNT)
        contexts = tuple(Context.read(body) for _ in range(count))
        return cls(header.call_id, contexts, max_xmit, max_recv, assoc_group)


@dataclass(frozen=True, slots=True)
class BindAck:
    """`sec_addr` is the server's port in decimal; MS-RPCE 3.3.1.5.5 has clients ignore it."""

    call_id: int
    results: tuple[ContextResult, ...]
    max_xmit: int = MAX_XMIT_FRAG
    max_recv: int = MAX_XMIT_FRAG
    assoc_group: int = 0
    sec_addr: str = ""

    def encode(self) -> bytes:
        address = self.sec_addr.encode("latin-1") + b"\0"
        body = NEGOTIATION.pack(self.max_xmit, self.max_recv, self.assoc_group) + SIZE.pack(len(address)) + address
        body += bytes(-len(body) % 4) + COUNT.pack(len(self.results))
        return sealed(PacketType.BIND_ACK, self.call_id, body + b"".join(result.encode() for result in self.results))

    @classmethod
    def decode(cls, frame: bytes) -> Self:
        header, body = opened(frame, PacketType.BIND_ACK)
        max_xmit, max_recv, assoc_group = body.unpack(NEGOTIATION)
        address = body.take(body.u16())
        body.align(4)
        (count,) = body.unpack(COUNT)
        results = tuple(ContextResult.read(body) for _ in range(count))
        sec_addr = address.split(b"\0")[0].decode("latin-1")
        return cls(header.call_id, results, max_xmit, max_recv, assoc_group, sec_addr)


@dataclass(frozen=True, slots=True)
class BindNak:
    """`versions` are the (major, minor) pairs that the server speaks, which C706 asks for with reason 4 only."""

    call_id: int
    reason: RejectReason
    versions: tuple[tuple[int, int], ...] = ((5, 0),)

    def encode(self) -> bytes:
        body = SIZE.pack(self.reason) + bytes([len(self.versions)]) + b"".join(map(bytes, self.versions))
        return sealed(PacketType.BIND_NAK, self.call_id, body + bytes(-len(body) % 4))

    @classmethod
    def decode(cls, frame: bytes) -> Self:
        """Extended error information, which Windows may put behind the versions, is not looked at."""
        header, body = opened(frame, PacketType.BIND_NAK)
        reason = RejectReason(body.u16())
        count = body.u8() if body.left else 0
        return cls(header.call_id, reason, tuple((body.u8(), body.u8()) for _ in range(count)))
