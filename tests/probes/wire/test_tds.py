"""TDS packets and PRELOGIN: golden bytes of the spec, of other clients and of other servers, and how servers vary."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.wire import tds, tds_words
from probes.wire.reader import WireError
from probes.wire.tds import Encryption, Option, Prelogin, Version
from probes.wire.tds_packet import HEADER_SIZE, Header, PacketType, frame_size

CLIENT, SERVER = PacketType.PRELOGIN, PacketType.TABULAR_RESULT

# MS-TDS 4.1.
SPEC_SAMPLE = bytes.fromhex(
    "12 01 00 2F 00 00 01 00 00 00 1A 00 06 01 00 20 00 01 02 00 21 00 01 03 00 22 00 04 04 00 26 00 01 FF"
    "09 00 00 00 00 00 01 00 B8 0D 00 00 01"
)
# What nmap 7.93 sends to learn the version. Its packet id is 0.
NMAP_PROBE = (
    bytes.fromhex("12 01 00 34 00 00 00 00 00 00 15 00 06 01 00 1b 00 01 02 00 1c 00 0c 03 00 28 00 04 ff 08 00 01 55")
    + b"\0\0\0MSSQLServer\0\x48\x0f\0\0"
)
# The form in which nmap 7.93 knows SQL Server 2000 to 2019, filled in with 15.0.4430.
TYPICAL_ANSWER = bytes.fromhex(
    "04 01 00 25 00 00 01 00 00 00 15 00 06 01 00 1b 00 01 02 00 1c 00 01 03 00 1d 00 00 ff 0f 00 11 4e 00 00 00 00"
)
# Servers that only look like one: opencanary 0.9.10 and honeypots 0.66, received on loopback; dionaea as nmap knows it.
OPENCANARY_ANSWER = bytes.fromhex(
    "04 01 00 30 00 00 01 00 00 00 1f 00 06 01 00 25 00 01 02 00 26 00 01 03 00 27 00 00 04 00 27 00 01 05 00 28 00 00"
    "ff 0c 00 10 04 00 00 02 00 00"
)
HONEYPOTS_ANSWER = bytes.fromhex(
    "04 01 00 25 00 00 01 00 00 00 15 00 06 01 00 1b 00 01 02 00 1c 00 01 03 00 1d 00 00 ff 11 00 00 00 00 00 02 00"
)
DIONAEA_ANSWER = bytes.fromhex(
    "04 01 00 2b 00 00 00 00 00 00 1a 00 06 01 00 20 00 01 02 00 21 00 01 03 00 22 00 00 04 00 22 00 01 ff"
    "08 00 02 10 00 00 02 00 00"
)
EMPTY_THREADID = (Option.THREADID, b"")

GOLDEN = {
    "spec": (SPEC_SAMPLE, CLIENT, Prelogin(Version(9, 0, 0), Encryption.ON, "", thread_id=3512, mars=True)),
    "typical": (
        TYPICAL_ANSWER,
        SERVER,
        Prelogin(Version(15, 0, 4430), Encryption.OFF, instance_matches=True, raw=(EMPTY_THREADID,)),
    ),
    "opencanary": (
        OPENCANARY_ANSWER,
        SERVER,
        Prelogin(
            Version(12, 0, 4100),
            Encryption.NOT_SUP,
            instance_matches=True,
            mars=False,
            raw=(EMPTY_THREADID, (Option.TRACEID, b"")),
        ),
    ),
    "honeypots": (
        HONEYPOTS_ANSWER,
        SERVER,
        Prelogin(Version(17, 0, 0), Encryption.NOT_SUP, instance_matches=True, raw=(EMPTY_THREADID,)),
    ),
}
NMAP_VALUE = Prelogin(Version(8, 0, 341), Encryption.OFF, "MSSQLServer", thread_id=3912)
DIONAEA_VALUE = Prelogin(
    Version(8, 0, 528), Encryption.NOT_SUP, instance_matches=True, mars=False, raw=(EMPTY_THREADID,)
)
OTHERS = {
    "HTTP": b"HTTP/1.1 400 Bad Request\r\n",
    "TLS alert": bytes.fromhex("15 03 01 00 02 02 46"),
    "TLS server hello": bytes.fromhex("16 03 03 00 7a 02 00 00 76 03 03"),
    "SSH": b"SSH-2.0-OpenSSH_9.2p1\r\n",
    "DCE/RPC": bytes.fromhex("05 00 0c 03 10 00 00 00 3c 00 00 00"),
}


def packet(payload: bytes, type_: PacketType = SERVER) -> bytes:
    return Header(type_, HEADER_SIZE + len(payload)).encode() + payload


def answer(*options: tuple[int, int, int], data: bytes = b"", end: bytes = b"\xff") -> bytes:
    """A server's packet with these (token, offset, length) and the data after them."""
    table = b"".join(bytes([token]) + offset.to_bytes(2) + length.to_bytes(2) for token, offset, length in options)
    return packet(table + end + data)


@pytest.mark.parametrize(("data", "type_", "value"), list(GOLDEN.values()), ids=list(GOLDEN))
def test_golden_bytes_both_ways(data: bytes, type_: PacketType, value: Prelogin) -> None:
    assert Prelogin.decode(data, type_) == value
    assert value.encode(type_) == data


@pytest.mark.parametrize(
    ("data", "type_", "value"), [(NMAP_PROBE, CLIENT, NMAP_VALUE), (DIONAEA_ANSWER, SERVER, DIONAEA_VALUE)]
)
def test_golden_bytes_with_packet_id_0(data: bytes, type_: PacketType, value: Prelogin) -> None:
    assert Prelogin.decode(data, type_) == value
    ours = value.encode(type_)
    assert (ours[:6], ours[6], ours[7:]) == (data[:6], 1, data[7:])
    assert Header.decode(data).packet_id == 0


def test_hello_is_the_spec_sample_with_encryption_off_and_nothing_of_ours() -> None:
    expected = bytearray(SPEC_SAMPLE)
    expected[40] = 0  # ENCRYPTION
    expected[42:44] = b"\0\0"  # THREADID
    expected[46] = 0  # MARS
    assert tds.hello() == expected
    assert tds.hello() != NMAP_PROBE


def test_hello_can_name_the_instance() -> None:
    named = Prelogin.decode(tds.hello("MSSQLServer"), CLIENT)
    assert (named.instance, named.encryption) == ("MSSQLServer", Encryption.OFF)


@pytest.mark.parametrize("name", ["a\0b", "日本"])
def test_hello_refuses_a_name_that_cannot_be_written(name: str) -> None:
    with pytest.raises(ValueError, match=r"NUL|latin-1"):
        tds.hello(name)


# The header.


def test_header_both_ways() -> None:
    header = Header(SERVER, 0x1234, status=0, spid=0x0102, packet_id=7, window=9)
    assert header.encode() == bytes.fromhex("04 00 12 34 01 02 07 09")
    assert Header.decode(header.encode() + b"more") == header


@pytest.mark.parametrize("size", range(HEADER_SIZE))
def test_header_cut_short(size: int) -> None:
    with pytest.raises(WireError):
        Header.decode(TYPICAL_ANSWER[:size])


def test_header_names_what_it_does_not_know() -> None:
    assert Header.decode(b"\x63" + TYPICAL_ANSWER[1:]).type.name == "UNKNOWN_0x63"


@given(
    st.builds(
        Header,
        st.integers(0, 255).map(PacketType),
        st.integers(0, 65535),
        st.integers(0, 255),
        st.integers(0, 65535),
        st.integers(0, 255),
        st.integers(0, 255),
    )
)
def test_header_comes_back(header: Header) -> None:
    assert Header.decode(header.encode()) == header


# Framing.


@pytest.mark.parametrize("data", list(OTHERS.values()), ids=list(OTHERS))
def test_another_protocol_is_told_by_its_first_byte(data: bytes) -> None:
    for size in range(1, len(data) + 1):
        with pytest.raises(WireError, match=f"not TDS: the first byte is 0x{data[0]:02X}, not 0x04"):
            frame_size(data[:size])


@pytest.mark.parametrize("data", [*(row[0] for row in GOLDEN.values()), NMAP_PROBE])
def test_framing_byte_by_byte(data: bytes) -> None:
    wants = [frame_size(data[:size], CLIENT, SERVER) for size in range(len(data) + 1)]
    assert wants == [8] * 8 + [len(data)] * (len(data) - 7)


def test_the_size_is_of_the_first_packet_alone() -> None:
    assert frame_size(TYPICAL_ANSWER + b"\x04\x01\xff\xff" * 9) == len(TYPICAL_ANSWER)


@pytest.mark.parametrize(
    ("length", "good"), [(0, False), (7, False), (8, True), (4096, True), (4097, False), (65535, False)]
)
def test_the_length_is_capped(length: int, good: bool) -> None:
    start = Header(SERVER, length).encode()
    if good:
        assert frame_size(start) == length
    else:
        with pytest.raises(WireError, match=f"a TDS packet of {length} bytes; 8 to 4096 are possible"):
            frame_size(start)


def test_only_the_expected_side_is_taken() -> None:
    with pytest.raises(WireError, match="first byte is 0x12, not 0x04"):
        frame_size(SPEC_SAMPLE)
    with pytest.raises(WireError, match=r"first byte is 0x04, not 0x12$"):
        frame_size(TYPICAL_ANSWER, CLIENT)
    with pytest.raises(WireError, match=r"first byte is 0x17, not 0x04 or 0x12$"):
        frame_size(b"\x17", SERVER, CLIENT)
    with pytest.raises(WireError, match="first byte is 0x12"):
        Prelogin.decode(SPEC_SAMPLE)


# PRELOGIN as servers vary it.


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_any_order_of_options_and_of_data(order: tuple[int, ...]) -> None:
    options = [(1, 16, 1), (0, 17, 6), (2, 23, 1)]
    found = Prelogin.decode(answer(*(options[at] for at in order), data=b"\x03\x10\x00\x10\x36\x07\x00\x01"))
    assert found == Prelogin(Version(16, 0, 4150, 7), Encryption.REQ, instance_matches=False)


def test_a_version_of_four_bytes() -> None:
    assert Prelogin.decode(answer((0, 6, 4), data=b"\x0a\x32\x10\xb4")).version == Version(10, 50, 4276)


@pytest.mark.parametrize("offset", [0, 3, 11, 12])
def test_an_empty_option_lies_nowhere(offset: int) -> None:
    found = Prelogin.decode(answer((3, offset, 0), (1, 11, 1), data=b"\x01"))
    assert found == Prelogin(encryption=Encryption.ON, raw=(EMPTY_THREADID,))


def test_bytes_that_no_option_points_at_are_nobodys() -> None:
    assert Prelogin.decode(answer((1, 9, 1), data=b"gap\x02tail")) == Prelogin(encryption=Encryption.NOT_SUP)


def test_a_server_that_says_nothing() -> None:
    assert Prelogin.decode(packet(b"\xff")) == Prelogin()


def test_unknown_values_are_named_and_compare() -> None:
    found = Prelogin.decode(answer((0x42, 11, 1), (1, 12, 1), data=b"x\x08"))
    assert found == Prelogin(encryption=Encryption(8), raw=((Option(0x42), b"x"),))
    assert found.encryption is not None
    assert (found.encryption.name, found.raw[0][0].name) == ("UNKNOWN_0x08", "UNKNOWN_0x42")


def test_what_is_no_number_has_no_name() -> None:
    with pytest.raises(ValueError, match="'x' is not a valid Option"):
        Option("x")  # type: ignore[arg-type]


def test_raw_options_come_in_the_order_of_their_tokens() -> None:
    found = Prelogin.decode(answer((0x43, 16, 1), (0x42, 17, 1), (3, 18, 0), data=b"ba"))
    assert found.raw == (EMPTY_THREADID, (Option(0x42), b"a"), (Option(0x43), b"b"))


# Words.


@pytest.mark.parametrize(
    ("version", "words"),
    [
        (Version(8, 0, 2039), "SQL Server 2000, 8.0.2039"),
        (Version(9, 0, 5000), "SQL Server 2005, 9.0.5000"),
        (Version(10, 0, 6000), "SQL Server 2008, 10.0.6000"),
        (Version(10, 50, 6000), "SQL Server 2008 R2, 10.50.6000"),
        (Version(11, 0, 7001), "SQL Server 2012, 11.0.7001"),
        (Version(12, 0, 6024), "SQL Server 2014, 12.0.6024"),
        (Version(13, 0, 5026), "SQL Server 2016, 13.0.5026"),
        (Version(14, 0, 3257), "SQL Server 2017, 14.0.3257"),
        (Version(15, 0, 4430, 1), "SQL Server 2019, 15.0.4430"),
        (Version(16, 0, 4150), "SQL Server 2022, 16.0.4150"),
        (Version(17, 0, 1000), "SQL Server 2025, 17.0.1000"),
        (Version(99, 1, 2), "SQL Server, version 99.1.2"),
        (Version(15, 1, 2), "SQL Server, version 15.1.2"),
    ],
)
def test_versions_in_words(version: Version, words: str) -> None:
    assert tds_words.version_words(version) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "encryption available, not required"),
        (1, "encryption on"),
        (2, "encryption not available"),
        (3, "encryption required"),
        (0x83, "encryption unknown (0x83)"),
        (0x42, "encryption unknown (0x42)"),
    ],
)
def test_encryption_in_words(value: int, words: str) -> None:
    assert tds_words.encryption_words(Encryption(value)) == words
