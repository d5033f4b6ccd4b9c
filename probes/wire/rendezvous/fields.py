"""The fields that several messages have: texts, counts, ports, intervals. All of them are bounded."""

import struct
from collections.abc import Sized

from probes.wire.reader import Reader, WireError

LONGEST_ADDRESS = 64  # text, a scope included
MOST_INTERVALS = 64  # of one list of them; what is more is left out, and that is said
PORT = struct.Struct(">H")
PAIR = struct.Struct(">HH")

Interval = tuple[int, int]  # first and last port


def text(written: str, most: int) -> bytes:
    data = written.encode("ascii", "replace")[:most]
    return bytes([len(data)]) + data


def read_text(reader: Reader, most: int) -> str:
    """Printable ASCII: it may be shown."""
    size = reader.u8()
    if size > most:
        raise WireError(f"a text of {size} bytes")
    data = reader.take(size)
    if not all(0x20 < byte < 0x7F for byte in data):
        raise WireError("a text with characters that it may not have")
    return data.decode("ascii")


def count(items: Sized, most: int) -> bytes:
    """Raises ValueError when there are more."""
    if len(items) > most:
        raise ValueError(f"{len(items)} of at most {most}")
    return bytes([len(items)])


def read_count(reader: Reader, most: int) -> int:
    found = reader.u8()
    if found > most:
        raise WireError(f"{found} of at most {most}")
    return found


def read_port(reader: Reader) -> int:
    port = reader.u16(">")
    if not port:
        raise WireError("port 0")
    return port


def intervals(written: tuple[Interval, ...]) -> bytes:
    said = written[:MOST_INTERVALS]
    return bytes([len(said)]) + b"".join(PAIR.pack(*each) for each in said)


def read_intervals(reader: Reader) -> tuple[Interval, ...]:
    found = tuple((read_port(reader), read_port(reader)) for _ in range(read_count(reader, MOST_INTERVALS)))
    if any(first > last for first, last in found):
        raise WireError("an interval that is reversed")
    return found
