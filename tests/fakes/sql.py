"""A SQL Server as far as PRELOGIN: answers in the shapes of real ones, or misbehaves in exactly one way.

As a program: `python -m tests.fakes.sql ADDRESS PORT [SHAPE]`.
"""

import argparse
import asyncio
from enum import StrEnum

from probes.wire.tds import Encryption, Option, Prelogin, Version
from probes.wire.tds_packet import HEADER_SIZE, Header, PacketType, frame_size
from tests.fakes.door import Caller, Treatment, stay

V2019, V2022 = Version(15, 0, 4430), Version(16, 0, 4175)


class Shape(StrEnum):
    """What the server answers; all but STRICT and BEHIND, which are of no version, are proper."""

    SQL_2019 = "sql-2019"
    SQL_2022 = "sql-2022"
    REQUIRES = "requires"  # encryption
    BACKWARDS = "backwards"  # data in the opposite order of its options
    SPARSE = "sparse"  # its version, of four bytes, and nothing else
    STRICT = "strict"  # RST to whoever does not begin with TLS
    LOGIN = "login"  # as a client, not as a server
    LIES = "lies"  # an option outside of the packet
    LONG = "long"  # a packet longer than any may be
    CUT = "cut"  # half of the answer, then FIN
    CHATTY = "chatty"  # more after the answer


def _packet(*options: tuple[Option, bytes], backwards: bool = False) -> bytes:
    """Options in the order given; so is their data, unless `backwards`."""
    start = 5 * len(options) + 1
    places, data = {}, b""
    for option, value in reversed(options) if backwards else options:
        places[option] = start + len(data)
        data += value
    table = b"".join(
        bytes([option]) + places[option].to_bytes(2, "big") + len(value).to_bytes(2, "big") for option, value in options
    )
    payload = table + bytes([Option.TERMINATOR]) + data
    return Header(PacketType.TABULAR_RESULT, HEADER_SIZE + len(payload)).encode() + payload


def _version(version: Version) -> bytes:
    return bytes([version.major, version.minor]) + version.build.to_bytes(2, "big") + bytes(2)


def _usual(version: Version, encryption: Encryption, *more: tuple[Option, bytes], backwards: bool = False) -> bytes:
    said = (
        (Option.VERSION, _version(version)),
        (Option.ENCRYPTION, bytes([encryption])),
        (Option.INSTOPT, b"\0"),
        (Option.THREADID, b""),
        (Option.MARS, b"\0"),
        *more,
    )
    return _packet(*said, backwards=backwards)


USUAL = _usual(V2019, Encryption.OFF)
ANSWERS = {
    Shape.SQL_2019: USUAL,
    Shape.SQL_2022: _usual(V2022, Encryption.ON, (Option.TRACEID, b""), (Option.FEDAUTHREQUIRED, b"\1")),
    Shape.REQUIRES: _usual(V2019, Encryption.REQ),
    Shape.BACKWARDS: _usual(V2019, Encryption.OFF, backwards=True),
    Shape.SPARSE: _packet((Option.VERSION, _version(V2019)[:4])),
    Shape.LOGIN: Prelogin(V2019, Encryption.OFF).encode(PacketType.PRELOGIN),
    Shape.LIES: _packet((Option.VERSION, _version(V2019))).replace(b"\x00\x06\x00\x06", b"\x0f\xff\x00\x06"),
    Shape.LONG: Header(PacketType.TABULAR_RESULT, 0xFFFF).encode() + bytes(100),
    Shape.CUT: USUAL[: len(USUAL) // 2],
    Shape.CHATTY: USUAL + USUAL,
}


def treatment(shape: Shape) -> Treatment:
    """Judges the question as a server does: what is not a PRELOGIN is answered by FIN."""

    async def treat(caller: Caller) -> None:
        header = await caller.hear(HEADER_SIZE)
        question = header + await caller.hear(frame_size(header, PacketType.PRELOGIN) - HEADER_SIZE)
        Prelogin.decode(question, PacketType.PRELOGIN)
        if shape is Shape.STRICT:
            return caller.reset()
        await caller.say(ANSWERS[shape])
        return caller.hang_up() if shape is Shape.CUT else None

    return treat


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("port", type=int)
    parser.add_argument("shape", type=Shape, choices=list(Shape), nargs="?", default=Shape.SQL_2019)
    given = parser.parse_args()
    asyncio.run(stay(treatment(given.shape), given.address, given.port))


if __name__ == "__main__":
    main()
