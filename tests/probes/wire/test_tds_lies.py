"""PRELOGIN that lies, is cut short or changed, and what hypothesis makes of it: a value, or a WireError."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.wire import tds
from probes.wire.reader import WireError
from probes.wire.tds import Encryption, Option, Prelogin, Version
from probes.wire.tds_packet import HEADER_SIZE, Header, PacketType, frame_size

CLIENT, SERVER = PacketType.PRELOGIN, PacketType.TABULAR_RESULT
REQUEST = tds.hello("MSSQLServer")
ANSWER = Prelogin(Version(15, 0, 4430), Encryption.OFF, instance_matches=True, raw=((Option.THREADID, b""),)).encode(
    SERVER
)
EVERYTHING = Prelogin(
    Version(16, 0, 4150, 7), Encryption.REQ, "SSO", None, 1, True, bytes(36), True, bytes(32), ((Option(0x42), b"x"),)
).encode()
WHOLE = [(REQUEST, CLIENT), (ANSWER, SERVER), (EVERYTHING, CLIENT)]


def packet(payload: bytes, type_: PacketType = SERVER) -> bytes:
    return Header(type_, HEADER_SIZE + len(payload)).encode() + payload


def answer(*options: tuple[int, int, int], data: bytes = b"", end: bytes = b"\xff") -> bytes:
    """A server's packet with these (token, offset, length) and the data after them."""
    table = b"".join(bytes([token]) + offset.to_bytes(2) + length.to_bytes(2) for token, offset, length in options)
    return packet(table + end + data)


@pytest.mark.parametrize(
    ("token", "data"),
    [
        (Option.VERSION, b""),
        (Option.VERSION, b"\x0f\0\x11"),
        (Option.VERSION, b"\x0f\0\x11\x4e\0"),
        (Option.VERSION, b"\x0f\0\x11\x4e\0\0\0"),
        (Option.ENCRYPTION, b""),
        (Option.ENCRYPTION, b"\0\0"),
        (Option.INSTOPT, b""),
        (Option.INSTOPT, b"\x02"),
        (Option.INSTOPT, b"\0\0"),
        (Option.THREADID, b"\1\2\3"),
        (Option.MARS, b"\x02"),
        (Option.MARS, b"\0\0"),
        (Option.TRACEID, b"t" * 35),
        (Option.FEDAUTHREQUIRED, b"\x80"),
        (Option.NONCEOPT, b"n" * 33),
        (Option(0x42), b""),
        (Option(0x42), b"anything"),
    ],
)
def test_what_the_spec_does_not_foresee_is_kept_raw(token: Option, data: bytes) -> None:
    value = Prelogin(raw=((token, data),))
    assert Prelogin.decode(answer((token, 6, len(data)), data=data)) == value
    assert Prelogin.decode(value.encode(SERVER)) == value


@pytest.mark.parametrize("data", [b"", b"no end", b"\0x", b"a\0b\0"])
def test_an_instance_name_that_is_none_is_kept_raw(data: bytes) -> None:
    value = Prelogin(raw=((Option.INSTOPT, data),))
    assert Prelogin.decode(value.encode(CLIENT), CLIENT) == value


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (packet(b""), "."),
        (answer((0, 6, 6), end=b"", data=b""), "."),
        (packet(b"\0\0\6\0"), "."),
        (answer((0, 6, 6), data=b"\x0f\0\x11\x4e\0"), "option VERSION lies outside the packet"),
        (answer((0, 7, 6), data=b"\x0f\0\x11\x4e\0\0"), "option VERSION lies outside the packet"),
        (answer((3, 7, 0)), "option THREADID lies outside the packet"),
        (answer((3, 65535, 65535)), "option THREADID lies outside the packet"),
        (answer((1, 5, 1), data=b"\0"), "option ENCRYPTION lies over another part"),
        (answer((0, 0, 6), data=b"\0"), "option VERSION lies over another part"),
        (answer((0, 11, 6), (1, 16, 1), data=b"\x0f\0\x11\x4e\0\0"), "option ENCRYPTION lies over another part"),
        (answer((1, 11, 1), (2, 11, 1), data=b"\0"), "lies over another part"),
        (answer((3, 0, 0), (1, 5, 1)), "option ENCRYPTION lies over another part"),
        (
            answer((0, 16, 6), (3, 18, 0), (1, 19, 1), data=b"\x0f\0\x11\x4e\0\0"),
            "option ENCRYPTION lies over another part",
        ),
        (answer((1, 11, 1), (1, 12, 1), data=b"\0\0"), "names the option ENCRYPTION twice"),
        (answer((0x42, 11, 0), (0x42, 11, 0)), "names the option UNKNOWN_0x42 twice"),
        (packet(b"".join(bytes([token, 0, 0, 0, 0]) for token in range(33)) + b"\xff"), "more than 32 options"),
        # A login that failed, as SQL Server 6.5 says it: the right type, and no PRELOGIN.
        (
            packet(
                b"\xaa\0\0\0/\x0f\xa2\x01\x0e.. Login failed\r\n\x14Microsoft SQL Server\0\0\0\xfd\0\xfd\0\0\0\0\0\2"
            ),
            "names the option UNKNOWN_0x69 twice",
        ),
        (ANSWER + b"\0", "a TDS packet of 37 bytes, and 38 came"),
        (ANSWER[:-1], "a TDS packet of 37 bytes, and 36 came"),
        (b"", "a TDS packet of 8 bytes, and 0 came"),
    ],
)
def test_lies_are_told(data: bytes, says: str) -> None:
    with pytest.raises(WireError, match=says):
        Prelogin.decode(data)


def test_as_many_options_as_are_taken() -> None:
    options = [(token, 0, 0) for token in range(tds.MAX_OPTIONS)]
    assert len(Prelogin.decode(answer(*options)).raw) == 32


@pytest.mark.parametrize(("data", "type_"), WHOLE)
def test_truncated_at_each_byte(data: bytes, type_: PacketType) -> None:
    for size in range(len(data)):
        with pytest.raises(WireError):
            Prelogin.decode(data[:size], type_)


@pytest.mark.parametrize(("data", "type_"), WHOLE)
def test_truncated_at_each_byte_with_a_length_that_agrees(data: bytes, type_: PacketType) -> None:
    payload = data[HEADER_SIZE:]
    for size in range(len(payload)):
        with pytest.raises(WireError):
            Prelogin.decode(packet(payload[:size], type_), type_)


@given(st.binary(max_size=200), st.sampled_from([CLIENT, SERVER]))
def test_arbitrary_bytes(data: bytes, type_: PacketType) -> None:
    assert _decoded_or_refused(data, type_)


@given(st.binary(max_size=200), st.sampled_from([CLIENT, SERVER]))
def test_arbitrary_bytes_behind_an_honest_header(payload: bytes, type_: PacketType) -> None:
    assert _decoded_or_refused(packet(payload, type_), type_)


places = st.tuples(st.integers(0, 255), st.integers(0, 70), st.integers(0, 40))


@given(st.lists(places, max_size=8), st.binary(max_size=60))
def test_arbitrary_option_tables(options: list[tuple[int, int, int]], data: bytes) -> None:
    assert _decoded_or_refused(answer(*options, data=data), SERVER)


@given(st.sampled_from(WHOLE), st.data())
def test_one_byte_changed(whole: tuple[bytes, PacketType], data: st.DataObject) -> None:
    changed = bytearray(whole[0])
    changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    assert _decoded_or_refused(bytes(changed), whole[1])


def _decoded_or_refused(data: bytes, type_: PacketType) -> bool:
    """Either a value that comes back from its own bytes, or a WireError; nothing else may be raised."""
    try:
        value = Prelogin.decode(data, type_)
    except WireError as error:
        return bool(str(error))
    return Prelogin.decode(value.encode(type_), type_) == value


versions = st.builds(Version, st.integers(0, 255), st.integers(0, 255), st.integers(0, 65535), st.integers(0, 65535))
shared = {
    "version": st.none() | versions,
    "encryption": st.none() | st.integers(0, 255).map(Encryption),
    "thread_id": st.none() | st.integers(0, 2**32 - 1),
    "mars": st.none() | st.booleans(),
    "trace_id": st.none() | st.binary(min_size=36, max_size=36),
    "fed_auth": st.none() | st.booleans(),
    "nonce": st.none() | st.binary(min_size=32, max_size=32),
    "raw": st.dictionaries(st.integers(0x20, 0xFE).map(Option), st.binary(max_size=90), max_size=20).map(
        lambda options: tuple(sorted(options.items()))
    ),
}
names = st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=300)


@given(st.builds(Prelogin, instance=st.none() | names, **shared))
def test_a_clients_value_comes_back(value: Prelogin) -> None:
    data = value.encode(CLIENT)
    assert frame_size(data[:HEADER_SIZE], CLIENT) == len(data)
    assert Prelogin.decode(data, CLIENT) == value


@given(st.builds(Prelogin, instance_matches=st.none() | st.booleans(), **shared))
def test_a_servers_value_comes_back(value: Prelogin) -> None:
    data = value.encode(SERVER)
    assert frame_size(data[:HEADER_SIZE]) == len(data)
    assert Prelogin.decode(data) == value


@pytest.mark.parametrize(
    ("size", "good"), [(0, True), (1, True), (255, True), (4081, True), (4082, True), (4083, False)]
)
def test_no_packet_is_sent_that_could_not_be_read(size: int, good: bool) -> None:
    value = Prelogin(raw=((Option(0x42), bytes(size)),))
    if good:
        assert Prelogin.decode(value.encode(SERVER)) == value
    else:
        with pytest.raises(ValueError, match="a PRELOGIN of 4097 bytes; 4096 are possible"):
            value.encode(SERVER)
