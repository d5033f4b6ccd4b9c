"""What messages are made of: what is written can always be read, and what is read is bounded."""

import string
from enum import IntEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.wire.reader import Reader, WireError
from probes.wire.rendezvous import fields
from probes.wire.rendezvous.fields import MOST_INTERVALS, NEVER, Interval
from tests.probes.wire.reading import accepted, refuses, refuses_cut_short
from tests.probes.wire.rendezvous.values import ages, intervals

PLAIN = set(string.ascii_letters + string.digits + string.punctuation)


class Colour(IntEnum):
    GREY = 0
    RED = 1


def read_text(data: bytes, most: int = 63) -> str:
    return fields.read_text(Reader(data), most)


def read_intervals(data: bytes) -> tuple[Interval, ...]:
    return fields.read_intervals(Reader(data))


@given(st.text(max_size=80), st.integers(0, 70))
def test_any_text_that_is_written_can_be_read(written: str, most: int) -> None:
    """Nothing of it upsets a terminal; one question mark stands for each character that might."""
    read = read_text(fields.text(written, most), most)
    assert read == "".join(each if each in PLAIN else "?" for each in written)[:most]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("fe80::1%eth0", "fe80::1%eth0"),
        ("", ""),
        ("two words", "two?words"),
        ("\x1b[31m", "?[31m"),
        ("line\nline\r\t\0\x7f", "line?line????"),
        ("bücher日本", "b?cher??"),
        ("!~", "!~"),
        ("\ud800", "?"),
    ],
)
def test_what_a_text_may_not_have_is_a_question_mark(written: str, read: str) -> None:
    assert read_text(fields.text(written, 63)) == read


def test_what_characters_are_believed() -> None:
    for byte in range(256):
        data = bytes([3, 0x61, byte, 0x62])
        if chr(byte) in PLAIN:
            assert read_text(data) == f"a{chr(byte)}b"
        else:
            refuses(read_text, data, because="characters that it may not have")


def test_a_text_that_is_too_long_is_not_believed() -> None:
    assert read_text(b"\x3f" + b"x" * 63) == "x" * 63
    refuses(read_text, b"\x40" + b"x" * 64, because="a text of 64 bytes")
    refuses(read_text, b"\xff" + b"x" * 255, because="a text of 255 bytes")


def test_a_text_cut_short_is_refused() -> None:
    refuses_cut_short(read_text, fields.text("192.0.2.1", 63))


def test_a_number_of_a_newer_version_is_neutral() -> None:
    reader = Reader(bytes(range(256)))
    read = [fields.read_number(reader, Colour.GREY) for _ in range(256)]
    assert read == [Colour.GREY, Colour.RED] + [Colour.GREY] * 254
    assert not reader.left


def test_no_number_is_refused() -> None:
    refuses(lambda data: fields.read_number(Reader(data), Colour.GREY), b"")


@given(ages)
def test_any_age_there_and_back(seconds: int | None) -> None:
    assert fields.read_age(Reader(fields.age(seconds))) == seconds


@pytest.mark.parametrize(("seconds", "read"), [(-1, 0), (-(2**40), 0), (NEVER, NEVER - 1), (2**40, NEVER - 1)])
def test_an_age_that_cannot_be_is_the_nearest_that_can(seconds: int, read: int) -> None:
    assert fields.read_age(Reader(fields.age(seconds))) == read


def test_an_age_cut_short_is_refused() -> None:
    refuses_cut_short(lambda data: fields.read_age(Reader(data)), fields.age(7))


def test_a_count_is_bounded_on_both_sides() -> None:
    assert fields.count([1, 2, 3], 3) == b"\x03"
    with pytest.raises(ValueError, match="4 of at most 3"):
        fields.count([1, 2, 3, 4], 3)
    assert fields.read_count(Reader(b"\x03"), 3) == 3
    refuses(lambda data: fields.read_count(Reader(data), 3), b"\x04", because="4 of at most 3")


def test_port_0_is_none() -> None:
    assert fields.read_port(Reader(b"\xff\xff")) == 65_535
    assert fields.read_port(Reader(b"\x00\x01")) == 1
    refuses(lambda data: fields.read_port(Reader(data)), b"\x00\x00", because="port 0")


def test_a_port_may_be_named_once() -> None:
    assert fields.distinct([3, 1, 2]) == [3, 1, 2]
    with pytest.raises(WireError, match="named twice"):
        fields.distinct([3, 1, 3])


@given(intervals)
def test_any_intervals_there_and_back(written: tuple[Interval, ...]) -> None:
    assert read_intervals(fields.intervals(written)) == written


@pytest.mark.parametrize("written", [((1, 65_535),), ((1, 1), (2, 2)), ((65_535, 65_535),)])
def test_intervals_at_the_ends_there_and_back(written: tuple[Interval, ...]) -> None:
    assert read_intervals(fields.intervals(written)) == written


def test_of_too_many_intervals_the_first_are_written() -> None:
    many = tuple((port, port) for port in range(1, 2 * MOST_INTERVALS + 3, 2))
    assert len(many) == MOST_INTERVALS + 1
    assert read_intervals(fields.intervals(many)) == many[:-1]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("01 0002 0001", "reversed"),
        ("02 0001 0005 0005 0009", "overlap or do not ascend"),
        ("02 0005 0009 0001 0002", "overlap or do not ascend"),
        ("02 0005 0009 0005 0009", "overlap or do not ascend"),
        ("01 0000 0001", "port 0"),
        ("41", "65 of at most 64"),
        ("ff", "255 of at most 64"),
    ],
)
def test_intervals_that_are_none(data: str, says: str) -> None:
    refuses(read_intervals, bytes.fromhex(data), because=says)


def test_intervals_cut_short_are_refused() -> None:
    refuses_cut_short(read_intervals, fields.intervals(((1, 2), (3, 4))))


@given(st.binary(max_size=300))
def test_any_bytes_are_intervals_in_order_or_refused(data: bytes) -> None:
    found = accepted(read_intervals, data)
    ends = [end for interval in found or () for end in interval]
    assert ends == sorted(ends)
    assert len(ends) <= 2 * MOST_INTERVALS
    assert all(1 <= end <= 65_535 for end in ends)
