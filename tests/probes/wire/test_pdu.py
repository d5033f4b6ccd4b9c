"""The header and the framing rule, against strangers and liars; authentication that nobody asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.wire.pdu import HEADER_SIZE, WHOLE, Header, PacketFlags, PacketType, frame_size, opened, sealed
from probes.wire.reader import WireError
from tests.probes.wire.mapper_bytes import BIND_ACK, u16, u32
from tests.probes.wire.reading import accepted, refuses, refuses_cut_short

HEAD = BIND_ACK[:HEADER_SIZE]


def changed(at: int, new: bytes) -> bytes:
    return HEAD[:at] + new + HEAD[at + len(new) :]


@pytest.mark.parametrize(
    ("header", "says"),
    [
        (b"HTTP/1.1 400 Bad Request", "version 72.84 and not 5.0"),
        (b"SSH-2.0-OpenSSH_9.2p1", "version 83.83 and not 5.0"),
        (bytes.fromhex("15 03 03 00 02 02 46") + bytes(9), "version 21.3 and not 5.0"),
        (bytes.fromhex("04 01 00 25 00 00 01 00") + bytes(8), "version 4.1 and not 5.0"),
        (changed(0, b"\x04"), "version 4.0 and not 5.0"),
        (changed(1, b"\x01"), "version 5.1 and not 5.0"),
        (changed(2, b"\x04"), "not DCE/RPC over TCP: packet type 4"),
        (changed(2, b"\xff"), "not DCE/RPC over TCP: packet type 255"),
        (changed(4, bytes(4)), r"big-endian byte order \(00 00 00 00\)"),
        (changed(4, b"\x01"), r"big-endian byte order \(01 00 00 00\)"),
        (changed(4, b"\x11"), r"an unknown data representation \(11 00 00 00\)"),
        (bytes.fromhex("05 00 00 01 c6 33 64 07 c3 50") + bytes(6), "an unknown data representation"),  # SOCKS 5
        (changed(8, b"\x00\x00"), "fragment of 0 bytes; 16 to 5840 are allowed"),
        (changed(8, b"\x0f\x00"), "fragment of 15 bytes"),
        (changed(8, b"\xd1\x16"), "fragment of 5841 bytes"),
        (changed(8, b"\xff\xff"), "fragment of 65535 bytes"),
    ],
)
def test_a_stranger_or_a_liar_is_named_by_its_first_bytes(header: bytes, says: str) -> None:
    refuses(frame_size, header[:HEADER_SIZE], because=says)


@pytest.mark.parametrize("field", [0, 1, 2, 4])
def test_the_length_of_a_stranger_is_not_believed(field: int) -> None:
    stranger = bytearray(changed(8, b"\xff\xff"))
    stranger[field] = 0x50
    with pytest.raises(WireError) as refusal:
        frame_size(bytes(stranger))
    assert "65535" not in str(refusal.value)


@pytest.mark.parametrize("size", [16, 17, 4280, 5840])
def test_every_length_that_is_allowed_is_believed(size: int) -> None:
    assert frame_size(changed(8, size.to_bytes(2, "little"))) == size


def test_a_header_cut_short_is_refused() -> None:
    refuses_cut_short(frame_size, HEAD)


def test_the_framing_knows_every_type_of_connection_oriented_rpc() -> None:
    """C706 12.1, and MS-RPCE 2.2.2.10 for 16."""
    known = [kind for kind in range(256) if accepted(frame_size, changed(2, bytes([kind]))) is not None]
    assert known == [0, 2, 3, *range(11, 20)]
    assert PacketType(17) is PacketType.SHUTDOWN


def test_flags_are_the_bits_of_the_specification() -> None:
    assert [int(flag) for flag in PacketFlags] == [0x01, 0x02, 0x04, 0x10, 0x20, 0x40, 0x80]
    assert Header.decode(changed(3, b"\x08")).flags == 0x08


@given(st.binary(max_size=40))
def test_any_header_is_a_size_within_bounds_or_a_wire_error(data: bytes) -> None:
    size = accepted(frame_size, data)
    assert size is None or 16 <= size <= 5840


@given(st.sampled_from(PacketType), st.integers(0, 255), st.integers(16, 5840), u16, u32)
def test_any_header_there_and_back(kind: PacketType, flags: int, frag: int, auth: int, call_id: int) -> None:
    header = Header(kind, PacketFlags(flags), frag, auth, call_id)
    assert Header.decode(header.encode()) == header


@given(st.binary(max_size=100))
def test_what_is_sealed_can_be_opened(body: bytes) -> None:
    header, reader = opened(sealed(PacketType.REQUEST, 9, body), PacketType.REQUEST)
    assert (header.call_id, header.flags, reader.rest()) == (9, WHOLE, body)


def authenticated(body: bytes, pad: int, token: bytes, auth_length: int | None = None) -> bytes:
    trailer = bytes([10, 6, pad, 0]) + bytes(4)  # NTLM, privacy, auth_pad_length, context 0
    frame = body + bytes(pad) + trailer + token
    length = len(token) if auth_length is None else auth_length
    return Header(PacketType.RESPONSE, WHOLE, HEADER_SIZE + len(frame), length, 1).encode() + frame


def test_a_body_may_be_empty_but_for_its_verifier() -> None:
    _, reader = opened(authenticated(b"", 0, bytes(16)), PacketType.RESPONSE)
    assert reader.rest() == b""


@pytest.mark.parametrize("pad", [0, 1, 3, 15])
def test_a_verifier_and_its_padding_are_not_of_the_body(pad: int) -> None:
    _, reader = opened(authenticated(b"stub data", pad, bytes(16)), PacketType.RESPONSE)
    assert reader.rest() == b"stub data"


@pytest.mark.parametrize(
    "frame",
    [
        authenticated(b"", 0, bytes(16), auth_length=17),
        authenticated(b"", 0, bytes(16), auth_length=0xFFFF),
        authenticated(b"stub", 0, bytes(16)).replace(bytes([10, 6, 0]), bytes([10, 6, 5])),
        authenticated(b"", 0, bytes(16)).replace(bytes([10, 6, 0]), bytes([10, 6, 1])),
    ],
    ids=["one byte more", "all the bytes there are", "padding before the body", "padding of no body"],
)
def test_a_verifier_larger_than_its_fragment_is_refused(frame: bytes) -> None:
    refuses(lambda data: opened(data, PacketType.RESPONSE), frame, because="authentication token of")
