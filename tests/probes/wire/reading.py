"""The ways in which bytes reach a decoder: whole, byte by byte, cut short, with a tail, or as any bytes at all."""

from collections.abc import Callable, Iterable
from typing import TypeVar

import pytest
from hypothesis import strategies as st

from probes.wire.reader import WireError

Value = TypeVar("Value")


def byte_by_byte(data: bytes) -> list[bytes]:
    return [data[at : at + 1] for at in range(len(data))]


def cut(chunks: Iterable[bytes], header_size: int, frame_size: Callable[[bytes], int]) -> tuple[list[bytes], bytes]:
    """What a framing rule makes of a stream that arrives like this: the frames, and what is left."""
    stream = bytearray()
    frames = []
    for chunk in chunks:
        stream += chunk
        while len(stream) >= header_size and len(stream) >= (size := frame_size(bytes(stream[:header_size]))):
            frames.append(bytes(stream[:size]))
            del stream[:size]
    return frames, bytes(stream)


def refuses(decode: Callable[[bytes], object], data: bytes, because: str | None = None) -> None:
    with pytest.raises(WireError, match=because):
        decode(data)


def refuses_cut_short(decode: Callable[[bytes], object], data: bytes) -> None:
    """No beginning of these bytes is taken for the whole, and none upsets the decoder."""
    for size in range(len(data)):
        refuses(decode, data[:size])


def accepted(decode: Callable[[bytes], Value], data: bytes) -> Value | None:
    """The value, or None for what is refused in the one way that is allowed."""
    try:
        return decode(data)
    except WireError:
        return None


def mutations(golden: bytes) -> st.SearchStrategy[bytes]:
    """Golden bytes with up to four of them changed, which gets deeper into a decoder than any bytes do."""
    changes = st.dictionaries(st.integers(0, len(golden) - 1), st.integers(0, 255), min_size=1, max_size=4)
    return changes.map(lambda new: bytes(new.get(at, byte) for at, byte in enumerate(golden)))
