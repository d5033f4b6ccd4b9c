"""Every PDU of our conversations: golden bytes both ways, every way to arrive, and any value there and back."""

import dataclasses
from collections.abc import Callable
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.wire import dcerpc
from probes.wire.dcerpc import (
    NDR32,
    Bind,
    BindAck,
    BindNak,
    Context,
    ContextResult,
    ContextResultCode,
    Fault,
    FaultStatus,
    PacketFlags,
    PacketType,
    Pdu,
    ProviderReason,
    RejectReason,
    Request,
    Response,
    SyntaxId,
)
from probes.wire.epm import EPMAPPER
from tests.probes.wire.mapper_bytes import (
    BIND,
    BIND_ACK,
    BIND_ACK_OF_NOTHING,
    BIND_NAK,
    FAULT_BAD_OPNUM,
    FAULT_BAD_STUB,
    LOOKUP_ALL,
    MAP_ANSWER,
    STUB,
    handles,
    syntaxes,
    u16,
    u32,
)
from tests.probes.wire.reading import accepted, byte_by_byte, cut, mutations, refuses, refuses_cut_short

NO_SYNTAX = SyntaxId(UUID(int=0), 0)
REJECTION = ContextResultCode.PROVIDER_REJECTION
GOLDEN: dict[str, tuple[bytes, Pdu]] = {
    "bind": (BIND, Bind(1, (Context(0, EPMAPPER, (NDR32,)),))),
    "bind_ack": (
        BIND_ACK,
        BindAck(
            1,
            (ContextResult(ContextResultCode.ACCEPTANCE, ProviderReason.REASON_NOT_SPECIFIED, NDR32),),
            assoc_group=0x2502,
            sec_addr="135",
        ),
    ),
    "bind_ack of nothing": (
        BIND_ACK_OF_NOTHING,
        BindAck(
            1,
            (
                ContextResult(REJECTION, ProviderReason.PROPOSED_TRANSFER_SYNTAXES_NOT_SUPPORTED, NO_SYNTAX),
                ContextResult(REJECTION, ProviderReason.ABSTRACT_SYNTAX_NOT_SUPPORTED, NO_SYNTAX),
            ),
            assoc_group=0x7DD5,
            sec_addr="135",
        ),
    ),
    "bind_nak": (BIND_NAK, BindNak(1, RejectReason.PROTOCOL_VERSION_NOT_SUPPORTED)),
    "request": (LOOKUP_ALL, Request(2, 2, LOOKUP_ALL[STUB:])),
    "response": (MAP_ANSWER, Response(0x46, MAP_ANSWER[STUB:], alloc_hint=128)),
    "fault: opnum": (
        FAULT_BAD_OPNUM,
        Fault(3, FaultStatus.NCA_S_OP_RNG_ERROR, flags=dcerpc.WHOLE | PacketFlags.DID_NOT_EXECUTE),
    ),
    "fault: stub": (FAULT_BAD_STUB, Fault(3, FaultStatus.RPC_X_BAD_STUB_DATA)),
}
SIZES = {"bind": 72, "bind_ack": 60, "bind_nak": 24, "request": 64, "response": 152, "fault: opnum": 32}

golden = pytest.mark.parametrize(("frame", "value"), GOLDEN.values(), ids=GOLDEN)

# Any numbers, with a name or without.
results = st.builds(ContextResult, u16.map(ContextResultCode), u16.map(ProviderReason), syntaxes)
contexts = st.builds(Context, u16, syntaxes, st.lists(syntaxes, max_size=3).map(tuple))
versions = st.lists(st.tuples(st.integers(0, 255), st.integers(0, 255)), max_size=5).map(tuple)
flags = st.integers(0, 255).map(PacketFlags)
stubs = st.binary(max_size=200)
pdus: st.SearchStrategy[Pdu] = st.one_of(
    st.builds(Bind, u32, st.lists(contexts, max_size=4).map(tuple), u16, u16, u32),
    st.builds(
        BindAck,
        u32,
        st.lists(results, max_size=4).map(tuple),
        u16,
        u16,
        u32,
        st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=20),
    ),
    st.builds(BindNak, u32, u16.map(RejectReason), versions),
    st.builds(Request, u32, u16, stubs, u16, st.none() | st.uuids(), st.integers(0, 127).map(PacketFlags)),
    st.builds(Response, u32, stubs, u16, flags, u32, st.integers(0, 255)),
    st.builds(Fault, u32, u32.map(FaultStatus), u16, flags, st.integers(0, 255), st.booleans()),
)


def frame_of(kind: int, flags: int, auth_length: int, body: bytes) -> bytes:
    """Headed as it should be, whatever the body is."""
    return dcerpc.Header(PacketType(kind), PacketFlags(flags), 16 + len(body), auth_length, 7).encode() + body


def shortened(frame: bytes, size: int) -> bytes:
    """A frame that ends early and says so, which gets past the header."""
    return frame[:8] + size.to_bytes(2, "little") + frame[10:size]


@pytest.mark.parametrize("name", SIZES)
def test_golden_bytes_have_the_sizes_that_were_measured(name: str) -> None:
    assert len(GOLDEN[name][0]) == SIZES[name]


@golden
def test_reads_golden_bytes(frame: bytes, value: Pdu) -> None:
    assert dcerpc.decode(frame) == value
    assert type(value).decode(frame) == value


@golden
def test_writes_golden_bytes(frame: bytes, value: Pdu) -> None:
    assert value.encode().hex(" ") == frame.hex(" ")


@golden
def test_frames_arrive_byte_by_byte_and_with_a_tail(frame: bytes, value: Pdu) -> None:
    frames, left = cut(byte_by_byte(frame + BIND_NAK + frame[:20]), dcerpc.HEADER_SIZE, dcerpc.frame_size)
    assert frames == [frame, BIND_NAK]
    assert left == frame[:20]
    assert dcerpc.decode(frames[0]) == value


@golden
def test_a_frame_cut_short_or_with_a_tail_is_refused(frame: bytes, value: Pdu) -> None:
    refuses_cut_short(dcerpc.decode, frame)
    refuses(dcerpc.decode, frame + b"\0", because="bytes, of which")


@pytest.mark.parametrize(
    ("name", "needed"),
    {"bind": 72, "bind_ack": 60, "bind_nak": 18, "request": 24, "response": 24, "fault: stub": 32}.items(),
)
def test_a_body_cut_short_is_refused(name: str, needed: int) -> None:
    frame = GOLDEN[name][0]
    for size in range(16, needed):
        refuses(dcerpc.decode, shortened(frame, size), because="left")
    assert dcerpc.decode(shortened(frame, needed)).call_id == GOLDEN[name][1].call_id


@pytest.mark.parametrize("decode", [Bind.decode, BindAck.decode, BindNak.decode, Response.decode, Fault.decode])
def test_another_pdu_than_the_one_due_is_named(decode: Callable[[bytes], Pdu]) -> None:
    refuses(decode, LOOKUP_ALL, because=r"was due, and a request came")


def test_a_pdu_without_a_place_here_is_named() -> None:
    refuses(dcerpc.decode, frame_of(PacketType.SHUTDOWN, 3, 0, b""), because="type shutdown, which nobody asked for")


@given(pdus)
def test_any_value_there_and_back(value: Pdu) -> None:
    assert dcerpc.decode(value.encode()) == value


@given(st.binary(max_size=100))
def test_any_bytes_are_a_value_or_a_wire_error(data: bytes) -> None:
    assert accepted(dcerpc.decode, data) is None or data[:2] == b"\x05\x00"


@given(
    st.sampled_from(PacketType),
    st.integers(0, 255),
    st.integers(0, 40) | st.just(0),
    st.binary(max_size=150),
)
def test_any_body_is_a_value_that_stays_itself_or_a_wire_error(kind: int, flags: int, auth: int, body: bytes) -> None:
    value = accepted(dcerpc.decode, frame_of(kind, flags, auth, body))
    assert value is None or dcerpc.decode(value.encode()) == value


@given(st.sampled_from(list(GOLDEN.values())).flatmap(lambda row: mutations(row[0])))
def test_any_mutation_is_a_value_that_stays_itself_or_a_wire_error(data: bytes) -> None:
    value = accepted(dcerpc.decode, data)
    assert value is None or dcerpc.decode(value.encode()) == value


def test_a_result_says_whether_its_context_was_accepted() -> None:
    results = BindAck.decode(BIND_ACK).results + BindAck.decode(BIND_ACK_OF_NOTHING).results
    assert [result.accepted for result in results] == [True, False, False]


@pytest.mark.parametrize("address", ["", "1", "12", "49152", "\\PIPE\\x"])
def test_the_results_follow_an_address_of_any_length(address: str) -> None:
    ack = dataclasses.replace(BindAck.decode(BIND_ACK), sec_addr=address)
    assert BindAck.decode(ack.encode()) == ack
    assert len(ack.encode()) % 4 == 0


def test_an_address_of_no_length_is_none() -> None:
    body = bytes.fromhex("b8 10 b8 10 00 00 00 00 00 00 ff ff 00 00 00 00")
    assert BindAck.decode(frame_of(PacketType.BIND_ACK, 3, 0, body)) == BindAck(7, ())


def test_a_bind_nak_needs_no_versions() -> None:
    nak = BindNak.decode(frame_of(PacketType.BIND_NAK, 3, 0, b"\x02\x00"))
    assert nak == BindNak(7, RejectReason.LOCAL_LIMIT_EXCEEDED, ())


def test_extended_error_information_is_not_looked_at() -> None:
    signature = UUID("90740320-fad0-11d3-82d7-009027b130ab").bytes_le
    nak = BIND_NAK[16:] + signature + bytes(range(40))
    assert (
        BindNak.decode(frame_of(PacketType.BIND_NAK, 3, 0, nak)).reason is RejectReason.PROTOCOL_VERSION_NOT_SUPPORTED
    )
    fault = bytes.fromhex("40 00 00 00 00 00 00 01 05 00 00 00 00 00 00 00") + bytes(range(32))
    assert Fault.decode(frame_of(PacketType.FAULT, 3, 0, fault)) == Fault(7, FaultStatus.ACCESS_DENIED, extended=True)


def test_a_fault_says_whether_the_call_was_begun() -> None:
    assert PacketFlags.DID_NOT_EXECUTE in Fault.decode(FAULT_BAD_OPNUM).flags
    assert PacketFlags.DID_NOT_EXECUTE not in Fault.decode(FAULT_BAD_STUB).flags


def test_a_status_without_a_name_keeps_its_number() -> None:
    fault = Fault.decode(Fault(1, FaultStatus(0x1C00ABCD)).encode())
    assert (int(fault.status), str(fault.status)) == (0x1C00ABCD, "unknown (0x1c00abcd)")


@given(handles)
def test_a_request_for_an_object_says_so_in_its_flags(stub: bytes) -> None:
    request = Request(1, 3, stub, object=UUID(int=7))
    assert request.encode()[3] == 0x83
    assert Request.decode(request.encode()) == request
