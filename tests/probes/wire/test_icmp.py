"""ICMP errors as Linux and Windows hand them over. The Linux records are real ones, from kernel 6.18."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from probes.wire.icmp import ICMP_ERROR_INFO, Icmp, decode_error_info, decode_extended_error

# fmt: off
V4_PROHIBITED = bytes.fromhex(
    "71 00 00 00  02 03 0d 00  00 00 00 00  00 00 00 00"  # EHOSTUNREACH; ICMP 3/13
    "02 00 00 00  c6 33 64 01  00 00 00 00  00 00 00 00"  # AF_INET, 198.51.100.1
)
V6_PROHIBITED = bytes.fromhex(
    "0d 00 00 00  03 01 01 00  00 00 00 00  00 00 00 00"  # EACCES; ICMPv6 1/1
    "0a 00 00 00  00 00 00 00  20 01 0d b8  00 01 00 00  00 00 00 00  00 00 00 01  00 00 00 00"  # 2001:db8:1::1
)
V4_OWN_REJECT = bytes.fromhex(
    "6f 00 00 00  02 03 03 00  00 00 00 00  00 00 00 00"  # ECONNREFUSED; ICMP 3/3
    "02 00 00 00  c6 33 64 02  00 00 00 00  00 00 00 00"
)
WINDOWS_V4 = bytes.fromhex(
    "02 00  00 00  c0 00 02 01"  # AF_INET, port, 192.0.2.1
    "00 00 00 00  00 00 00 00  00 00 00 00  00 00 00 00  00 00 00 00"  # up to a SOCKADDR_INET's 28 bytes
    "01 00 00 00  03 0d  00 00"  # IPPROTO_ICMP, type, code, padding
)
WINDOWS_V6 = bytes.fromhex(
    "17 00  00 00  00 00 00 00  20 01 0d b8  00 00 00 00  00 00 00 00  00 00 00 01  00 00 00 00"
    "3a 00 00 00  01 04  00 00"  # IPPROTO_ICMPV6, 1/4
)
# fmt: on

LINUX = [
    (V4_PROHIBITED, Icmp(4, 3, 13, "198.51.100.1")),
    (V6_PROHIBITED, Icmp(6, 1, 1, "2001:db8:1::1")),
    (V4_OWN_REJECT, Icmp(4, 3, 3, "198.51.100.2")),
]
WINDOWS = [(WINDOWS_V4, Icmp(4, 3, 13, "192.0.2.1")), (WINDOWS_V6, Icmp(6, 1, 4, "2001:db8::1"))]
SENDER_ENDS = {4: 16 + 8, 6: 16 + 24}  # bytes after which a record of Linux has the whole address


@pytest.mark.parametrize(("record", "icmp"), LINUX)
def test_linux_record(record: bytes, icmp: Icmp) -> None:
    assert decode_extended_error(record) == icmp
    assert decode_extended_error(record + b"\xff" * 8) == icmp


@pytest.mark.parametrize("origin", [0, 1, 4, 5, 255])
def test_linux_record_of_other_origin_is_no_icmp(origin: int) -> None:
    # 1 is LOCAL: this host's own complaint, for example about a packet that is too long for the path
    assert decode_extended_error(V4_PROHIBITED[:4] + bytes([origin]) + V4_PROHIBITED[5:]) is None


@pytest.mark.parametrize(("record", "icmp"), LINUX)
def test_linux_record_cut_short_loses_its_sender_first(record: bytes, icmp: Icmp) -> None:
    for length in range(len(record)):
        if length < 16:
            known = None
        elif length < SENDER_ENDS[icmp.version]:
            known = icmp._replace(sender=None)
        else:
            known = icmp
        assert decode_extended_error(record[:length]) == known


def test_linux_record_with_a_sender_of_unknown_family_has_none() -> None:
    unspecified = V4_PROHIBITED[:16] + bytes(16)
    assert decode_extended_error(unspecified) == Icmp(4, 3, 13)


@pytest.mark.parametrize(("record", "icmp"), WINDOWS)
def test_windows_record(record: bytes, icmp: Icmp) -> None:
    assert len(record) == ICMP_ERROR_INFO.size == 36
    assert decode_error_info(record) == icmp
    assert decode_error_info(record + b"\xff") == icmp


@pytest.mark.parametrize(("record", "icmp"), WINDOWS)
def test_windows_record_is_whole_or_nothing(record: bytes, icmp: Icmp) -> None:
    assert [decode_error_info(record[:length]) for length in range(len(record))] == [None] * len(record)


def test_windows_says_none_with_zeros() -> None:
    assert decode_error_info(bytes(ICMP_ERROR_INFO.size)) is None
    assert decode_error_info(b"") is None


def test_windows_record_without_a_sender() -> None:
    assert decode_error_info(bytes(28) + WINDOWS_V4[28:]) == Icmp(4, 3, 13)


def test_an_icmp_error_is_written_as_its_type_and_code() -> None:
    assert str(Icmp(4, 3, 13, "192.0.2.1")) == "3/13"


@given(st.binary(max_size=64))
@example(V4_PROHIBITED)
@example(WINDOWS_V6)
def test_no_bytes_raise(data: bytes) -> None:
    for icmp in (decode_extended_error(data), decode_error_info(data)):
        assert icmp is None or icmp.version in (4, 6)


@given(st.integers(2, 3), st.binary(min_size=2, max_size=2), st.binary(max_size=32))
def test_whatever_stands_behind_an_icmp_origin_it_is_told(origin: int, what: bytes, sender: bytes) -> None:
    icmp = decode_extended_error(bytes(4) + bytes([origin]) + what + bytes(9) + sender)
    assert icmp is not None
    assert (icmp.type, icmp.code) == tuple(what)
