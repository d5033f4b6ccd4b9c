"""Connection-oriented DCE/RPC, as far as asking an endpoint mapper needs it: the face of its rooms.

A conversation is `Bind` and `BindAck`, then `Request` and `Response` with a new `call_id` each time; a `BindNak` or a
`Fault` is the protocol's own refusal. `frame_size` cuts the stream, `decode` reads what was cut.
"""

from collections.abc import Callable

from probes.wire.bind import (
    Bind,
    BindAck,
    BindNak,
    Context,
    ContextResult,
    ContextResultCode,
    ProviderReason,
    RejectReason,
)
from probes.wire.call import Fault, FaultStatus, Request, Response
from probes.wire.fragments import MAX_STUB, Reassembly, fragments
from probes.wire.pdu import (
    HEADER_SIZE,
    MAX_FRAGMENT,
    MAX_XMIT_FRAG,
    WHOLE,
    Header,
    PacketFlags,
    PacketType,
    frame_size,
)
from probes.wire.reader import WireError
from probes.wire.syntax import NDR32, SyntaxId

__all__ = [
    "HEADER_SIZE",
    "MAX_FRAGMENT",
    "MAX_STUB",
    "MAX_XMIT_FRAG",
    "NDR32",
    "WHOLE",
    "Bind",
    "BindAck",
    "BindNak",
    "Context",
    "ContextResult",
    "ContextResultCode",
    "Fault",
    "FaultStatus",
    "Header",
    "PacketFlags",
    "PacketType",
    "Pdu",
    "ProviderReason",
    "Reassembly",
    "RejectReason",
    "Request",
    "Response",
    "SyntaxId",
    "decode",
    "fragments",
    "frame_size",
]

Pdu = Bind | BindAck | BindNak | Request | Response | Fault

DECODERS: dict[PacketType, Callable[[bytes], Pdu]] = {
    PacketType.REQUEST: Request.decode,
    PacketType.RESPONSE: Response.decode,
    PacketType.FAULT: Fault.decode,
    PacketType.BIND: Bind.decode,
    PacketType.BIND_ACK: BindAck.decode,
    PacketType.BIND_NAK: BindNak.decode,
}


def decode(frame: bytes) -> Pdu:
    """Whatever PDU this is; WireError for one that has no place in our conversations."""
    packet_type = Header.decode(frame).packet_type
    if packet_type not in DECODERS:
        raise WireError(f"a PDU of type {packet_type.name.lower()}, which nobody asked for")
    return DECODERS[packet_type](frame)
