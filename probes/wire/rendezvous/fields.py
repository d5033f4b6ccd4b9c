"""The fields that several messages have: texts, numbers, ages, counts, ports, intervals. All of them are bounded."""

import struct
from collections.abc import Sized
from enum import IntEnum
from itertools import pairwise
from typing import TypeVar

from probes.wire.reader import Reader, WireError

LONGEST_ADDRESS = 64  # text, a scope included
MOST_INTERVALS = 64  # of one list of them; what is more is left out, and that is said
NEVER = 0xFFFF_FFFF
PORT = struct.Struct(">H")
PAIR = struct.Struct(">HH")

Interval = tuple[int, int]  # first and last port
Number = TypeVar("Number", bound=IntEnum)


def text(written: str, most: int) -> bytes:
    """As it can be read again: cut off behind `most` characters, with a question mark for what it may not have."""
    plain = "".join(each if "!" <= each <= "~" else "?" for each in written[:most])
    return bytes([len(plain)]) + plain.encode("ascii")


def read_text(reader: Reader, most: int) -> str:
    """Printable ASCII without spaces: one word that upsets no terminal. For HTML it has yet to be escaped."""
    size = reader.u8()
    if size > most:
        raise WireError(f"a text of {size} bytes")
    data = reader.take(size)
    if not all(0x20 < byte < 0x7F for byte in data):
        raise WireError("a text with characters that it may not have")
    return data.decode("ascii")


def read_number(reader: Reader, neutral: Number) -> Number:
    """One of the list that `neutral` is of; `neutral` for whatever a newer version may have added to it."""
    try:
        return type(neutral)(reader.u8())
    except ValueError:
        return neutral


def age(seconds: int | None) -> bytes:
    """None: it is not known, or it never was."""
    return (NEVER if seconds is None else min(max(0, seconds), NEVER - 1)).to_bytes(4, "big")


def read_age(reader: Reader) -> int | None:
    """In seconds; None: it is not known. Raises WireError, as all that read do."""
    seconds = reader.u32(">")
    return None if seconds == NEVER else seconds


def count(items: Sized, most: int) -> bytes:
    """Raises ValueError when there are more."""
    if len(items) > most:
        raise ValueError(f"{len(items)} of at most {most}")
    return bytes([len(items)])


def read_count(reader: Reader, most: int) -> int:
    """Raises WireError, also of more than `most`."""
    found = reader.u8()
    if found > most:
        raise WireError(f"{found} of at most {most}")
    return found


def read_port(reader: Reader) -> int:
    """Raises WireError, also of port 0."""
    port = reader.u16(">")
    if not port:
        raise WireError("port 0")
    return port


def distinct(ports: list[int]) -> list[int]:
    """They, or a WireError if one is named twice."""
    if len(set(ports)) != len(ports):
        raise WireError("a port that is named twice")
    return ports


def intervals(written: tuple[Interval, ...]) -> bytes:
    """The first of them; they ascend and do not overlap, as those of a `PortSet`."""
    said = written[:MOST_INTERVALS]
    return bytes([len(said)]) + b"".join(PAIR.pack(*each) for each in said)


def read_intervals(reader: Reader) -> tuple[Interval, ...]:
    """Ascending and apart from one another, or a WireError."""
    found = tuple((read_port(reader), read_port(reader)) for _ in range(read_count(reader, MOST_INTERVALS)))
    if any(first > last for first, last in found):
        raise WireError("an interval that is reversed")
    if any(before[1] >= behind[0] for before, behind in pairwise(found)):
        raise WireError("intervals that overlap or do not ascend")
    return found
