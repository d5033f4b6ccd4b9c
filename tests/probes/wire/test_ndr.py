"""NDR: where numbers stand, in either direction."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.wire.ndr import NULL_HANDLE, NdrReader, NdrWriter
from probes.wire.reader import WireError
from tests.probes.wire.mapper_bytes import annotations, u16, u32


def test_a_number_stands_at_a_multiple_of_its_size() -> None:
    stub = NdrWriter().raw(b"\x01").u16(0x0302).raw(b"\x04").u32(0x08070605).stub()
    assert stub.hex(" ") == "01 00 02 03 04 00 00 00 05 06 07 08"
    reader = NdrReader(stub)
    assert (reader.take(1), reader.u16(), reader.take(1), reader.u32()) == (b"\x01", 0x0302, b"\x04", 0x08070605)


def test_so_do_uuids_and_handles() -> None:
    reader = NdrReader(NdrWriter().raw(b"\x01").uuid(UUID(int=5)).raw(b"\x02").handle(NULL_HANDLE).stub())
    assert (reader.take(1), reader.uuid(), reader.take(1), reader.handle()) == (
        b"\x01",
        UUID(int=5),
        b"\x02",
        bytes(20),
    )
    assert (reader.position, reader.left) == (44, 0)


def test_padding_is_not_looked_at() -> None:
    assert [NdrReader(b"\xff\xff\xff\xff\x07\x00\x00\x00").u32() for _ in "ab"] == [0xFFFFFFFF] * 2
    reader = NdrReader(b"\x01\xff\xff\xff\x07\x00\x00\x00")
    assert (reader.take(1), reader.u32()) == (b"\x01", 7)


def test_padding_that_is_missing_is_refused() -> None:
    reader = NdrReader(b"\x01\x00\x00")
    reader.take(1)
    with pytest.raises(WireError, match="3 bytes wanted, 2 left"):
        reader.u32()


@pytest.mark.parametrize(
    ("pointee", "stub"), [(None, "00 00 00 00"), (b"", "07 00 00 00"), (b"abcd", "07 00 00 00 61 62 63 64")]
)
def test_a_pointer_is_null_or_has_what_it_points_to_behind_it(pointee: bytes | None, stub: str) -> None:
    assert NdrWriter().pointer(7, pointee).stub().hex(" ") == stub


@given(annotations, u16, u32)
def test_a_string_of_any_length_there_and_back(text: str, short: int, long: int) -> None:
    reader = NdrReader(NdrWriter().string(text).u16(short).string(text).u32(long).stub())
    assert (reader.string(64), reader.u16(), reader.string(64), reader.u32()) == (text, short, text, long)


@given(st.integers(0, 70), st.integers(0, 70))
def test_no_array_has_more_elements_than_are_allowed(count: int, limit: int) -> None:
    reader = NdrReader(NdrWriter().u32(0, count).stub())
    if count <= limit:
        assert reader.varying(limit) == count
    else:
        with pytest.raises(WireError, match=f"{count} elements claimed; {limit} are allowed"):
            reader.varying(limit)
