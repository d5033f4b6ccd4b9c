"""What is said of paths: what the sender found out towards the receiver, told or asked for."""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from probes.wire.reader import Reader
from probes.wire.rendezvous.fields import (
    LONGEST_ADDRESS,
    MOST_INTERVALS,
    PAIR,
    PORT,
    Interval,
    age,
    count,
    intervals,
    read_age,
    read_count,
    read_intervals,
    read_number,
    read_port,
    read_text,
    text,
)

MOST_CHECKS = 16

_NUMBERS = struct.Struct(">BBBBB")
_PORTS = struct.Struct(">IIQ")

LARGEST_STATE = _NUMBERS.size + 4 + _PORTS.size + 1 + LONGEST_ADDRESS + 3 * (1 + PAIR.size * MOST_INTERVALS)
LARGEST_ACCEPTED = 2 + MOST_CHECKS


@dataclass(frozen=True, slots=True)
class PathState:
    """What one check of the sender's towards the receiver came to. The numbers are the agent's: see there.

    `age`: seconds since it was found out; None: it was not yet. `settled`: nothing more is to be expected.
    `cut_short`: there were more intervals than are said. They ascend and do not overlap.
    `said`: when, UTC in milliseconds, by the sender's clock: what is held up on the way must not pass for newer.
    """

    check: int
    verdict: int
    cause: int
    evidence: int
    age: int | None
    confirmed: bool = False
    settled: bool = False
    tested: int = 0
    largest_untested: int = 0
    rejected_by: str = ""
    blocked: tuple[Interval, ...] = ()
    passes: tuple[Interval, ...] = ()
    suspect: tuple[Interval, ...] = ()
    cut_short: bool = False
    said: int = 0

    def encode(self) -> bytes:
        lists = (self.blocked, self.passes, self.suspect)
        cut = self.cut_short or any(len(each) > MOST_INTERVALS for each in lists)
        flags = self.confirmed | self.settled << 1 | cut << 2
        numbers = _NUMBERS.pack(self.check, self.verdict, self.cause, self.evidence, flags)
        head = numbers + age(self.age) + _PORTS.pack(self.tested, self.largest_untested, self.said)
        return head + text(self.rejected_by, LONGEST_ADDRESS) + b"".join(map(intervals, lists))

    @classmethod
    def decode(cls, body: bytes) -> Self:
        reader = Reader(body)
        check, verdict, cause, evidence, flags = reader.unpack(_NUMBERS)
        found_ago = read_age(reader)
        tested, untested, said = reader.unpack(_PORTS)
        by = read_text(reader, LONGEST_ADDRESS)
        blocked, passes, suspect = (read_intervals(reader) for _ in range(3))
        return cls(
            check,
            verdict,
            cause,
            evidence,
            found_ago,
            bool(flags & 1),
            bool(flags & 2),
            tested,
            untested,
            by,
            blocked,
            passes,
            suspect,
            bool(flags & 4),
            said,
        )


@dataclass(frozen=True, slots=True)
class ProbeBack:
    """Please probe me. `port`: the UDP port at which listeners can be asked of me, at the address this comes from."""

    port: int

    def encode(self) -> bytes:
        return PORT.pack(self.port)

    @classmethod
    def decode(cls, body: bytes) -> Self:
        return cls(read_port(Reader(body)))


class Willing(IntEnum):
    """Whether the receiver of `ProbeBack` does. NOT_PLANNED also stands for whatever a newer version says."""

    NOT_PLANNED = 0  # it has nothing to ask of the sender
    YES = 1
    BUSY = 2  # it does so for somebody else already


@dataclass(frozen=True, slots=True)
class Accepted:
    """`checks`: the numbers of those whose states can be asked for."""

    willing: Willing
    checks: tuple[int, ...] = ()

    def encode(self) -> bytes:
        return bytes([self.willing]) + count(self.checks, MOST_CHECKS) + bytes(self.checks)

    @classmethod
    def decode(cls, body: bytes) -> Self:
        reader = Reader(body)
        willing = read_number(reader, Willing.NOT_PLANNED)
        return cls(willing, tuple(reader.take(read_count(reader, MOST_CHECKS))))


@dataclass(frozen=True, slots=True)
class States:
    """What has become of one check?"""

    check: int

    def encode(self) -> bytes:
        return bytes([self.check])

    @classmethod
    def decode(cls, body: bytes) -> Self:
        return cls(Reader(body).u8())


@dataclass(frozen=True, slots=True)
class Told:
    """Thank you."""

    def encode(self) -> bytes:
        return b""

    @classmethod
    def decode(cls, body: bytes) -> Self:
        del body
        return cls()
