"""The cursor that cannot run off the end."""

import struct
from collections.abc import Callable
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.wire.reader import Reader, WireError

DATA = bytes(range(1, 21))


def test_reads_from_the_front() -> None:
    reader = Reader(DATA)
    assert (reader.u8(), reader.u16(), reader.u32(), reader.take(2)) == (1, 0x0302, 0x07060504, b"\x08\x09")
    assert (reader.position, reader.left) == (9, 11)
    assert reader.rest() == DATA[9:]
    assert (reader.position, reader.left, reader.rest()) == (20, 0, b"")


def test_either_byte_order() -> None:
    reader = Reader(DATA)
    assert (reader.u16(">"), reader.u32(">")) == (0x0102, 0x03040506)


def test_uuids_are_in_the_byte_order_of_dce() -> None:
    assert Reader(DATA).uuid() == UUID("04030201-0605-0807-090a-0b0c0d0e0f10")


def test_structures() -> None:
    assert Reader(memoryview(DATA)).unpack(struct.Struct(">BxH")) == (1, 0x0304)


@pytest.mark.parametrize(
    ("read", "size"),
    [
        (Reader.u8, 1),
        (Reader.u16, 2),
        (Reader.u32, 4),
        (Reader.uuid, 16),
        (lambda reader: reader.take(7), 7),
        (lambda reader: reader.unpack(struct.Struct("<IH")), 6),
    ],
)
def test_no_read_runs_off_the_end(read: Callable[[Reader], object], size: int) -> None:
    for there in range(size):
        with pytest.raises(WireError, match=f"{size} bytes wanted, {there} left"):
            read(Reader(DATA[:there]))
    read(Reader(DATA[:size]))


def test_nothing_is_read_backwards() -> None:
    with pytest.raises(WireError, match="-1 bytes wanted"):
        Reader(DATA).take(-1)


@given(st.integers(0, 12), st.integers(1, 8), st.integers(0, 3))
def test_alignment_skips_to_the_next_multiple(start: int, size: int, base: int) -> None:
    reader = Reader(DATA)
    reader.take(start)
    reader.align(size, base)
    assert (reader.position - base) % size == 0
    assert start <= reader.position < start + size


def test_alignment_does_not_run_off_the_end() -> None:
    reader = Reader(b"abc")
    reader.take(1)
    with pytest.raises(WireError):
        reader.align(4)


def test_a_window_bounds_what_is_read() -> None:
    reader = Reader(DATA)
    with reader.window(3):
        assert (reader.left, reader.rest()) == (3, DATA[:3])
        with pytest.raises(WireError, match="1 bytes wanted, 0 left"):
            reader.u8()
    assert (reader.position, reader.left) == (3, 17)


def test_windows_nest() -> None:
    reader = Reader(DATA)
    with reader.window(4):
        reader.u8()
        with reader.window(2):
            assert reader.u16() == 0x0302
        assert reader.left == 1
        reader.u8()
    assert reader.left == 16


def test_a_window_must_be_read_to_its_end() -> None:
    reader = Reader(DATA)
    with pytest.raises(WireError, match="2 bytes too many in a part of 3"), reader.window(3):
        reader.u8()


def test_a_window_may_be_all_that_is_left_or_nothing() -> None:
    reader = Reader(DATA)
    with reader.window(0):
        assert reader.left == 0
    with reader.window(20):
        assert reader.rest() == DATA


@pytest.mark.parametrize("size", [21, -1, 10**9])
def test_a_window_fits_into_what_is_left(size: int) -> None:
    with pytest.raises(WireError, match=f"a part of {size} bytes, but 20 left"), Reader(DATA).window(size):
        pytest.fail("entered")
