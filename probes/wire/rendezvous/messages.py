"""What is said of held listeners: a value for each kind of request, and for its answer.

`decode` raises WireError. A number that a newer version may have given a meaning is read as what is neutral, and what
stands behind the last field is left alone: a newer version may have put it there.
"""

import struct
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Self

from probes.wire.reader import Reader
from probes.wire.rendezvous.fields import (
    LONGEST_ADDRESS,
    PAIR,
    PORT,
    age,
    count,
    distinct,
    read_age,
    read_count,
    read_number,
    read_port,
    read_text,
    text,
)
from probes.wire.rendezvous.frame import ID_SIZE

MOST_PORTS = 64  # of a lease

_GRANT = struct.Struct(">HBB")
_FOUND = struct.Struct(">HB")

LARGEST_HELD = PORT.size + 1 + _GRANT.size * MOST_PORTS
LARGEST_REPORTED = 6 + 1 + LONGEST_ADDRESS + 1 + _FOUND.size * MOST_PORTS


class Holding(IntEnum):
    """What became of a port that was to be held. REFUSED stands for whatever a newer version says."""

    HELD = 0
    LISTENING = 1  # somebody else listens there
    BUSY = 2  # the port is in use, and nobody listens there
    REFUSED = 3  # it is never held, and `Reason` says why
    FAILED = 4  # the operating system would not
    VACANT = 5  # it is never held, and nobody listens there


class Reason(IntEnum):
    """Why a port is not held. NONE also stands for whatever a newer version says."""

    NONE = 0
    OUTSIDE = 1  # not in the dynamic range of the configuration there
    FIXED = 2  # a service's fixed port
    OWN = 3  # a port of the agent itself
    SEEN = 4  # something listened there in the last 30 days
    BOOTED = 5  # the host has started a short time ago, and services still take their ports
    FULL = 6  # too many listeners, or too many leases
    EXCLUDED = 7  # the operating system keeps it for itself


class Found(IntEnum):
    """What the far end saw at a held port. NOTHING_KNOWN also stands for whatever a newer version says."""

    NOTHING_KNOWN = 0  # the port is not held by this lease
    NONE = 1  # nobody came
    MINE = 2  # a connection from the port that was asked about
    HALF_OPEN = 3  # its SYN came, and nothing after our answer to it
    OTHER = 4  # somebody came, and nobody knows who


class Admission(IntEnum):
    """What the far end knows of its own host's firewall."""

    UNKNOWN = 0
    ADMITS = 1
    SHUTS = 2


@dataclass(frozen=True, slots=True)
class Hold:
    """`lease`: 16 random bytes; asked for again with the same ports, it is renewed."""

    lease: bytes
    ports: tuple[int, ...]

    def encode(self) -> bytes:
        return self.lease + count(self.ports, MOST_PORTS) + b"".join(map(PORT.pack, self.ports))

    @classmethod
    def decode(cls, body: bytes) -> Self:
        reader = Reader(body)
        lease = reader.take(ID_SIZE)
        return cls(lease, tuple(distinct([read_port(reader) for _ in range(read_count(reader, MOST_PORTS))])))


@dataclass(frozen=True, slots=True)
class Grant:
    """Of one port."""

    port: int
    holding: Holding
    reason: Reason = Reason.NONE


@dataclass(frozen=True, slots=True)
class Held:
    """What became of every port. `milliseconds`: how long the lease lasts from now on."""

    milliseconds: int
    grants: tuple[Grant, ...]

    def encode(self) -> bytes:
        grants = (_GRANT.pack(each.port, each.holding, each.reason) for each in self.grants)
        return PORT.pack(self.milliseconds) + count(self.grants, MOST_PORTS) + b"".join(grants)

    @classmethod
    def decode(cls, body: bytes) -> Self:
        reader = Reader(body)
        milliseconds = reader.u16(">")
        grants = tuple(_read_grant(reader) for _ in range(read_count(reader, MOST_PORTS)))
        distinct([each.port for each in grants])
        return cls(milliseconds, grants)


@dataclass(frozen=True, slots=True)
class Asked:
    """A port that was asked, and the port that it was asked from; 0: it is not known."""

    port: int
    source: int


@dataclass(frozen=True, slots=True)
class Report:
    """What was asked of the ports of a lease, each of them once."""

    lease: bytes
    asked: tuple[Asked, ...]

    def encode(self) -> bytes:
        pairs = (PAIR.pack(each.port, each.source) for each in self.asked)
        return self.lease + count(self.asked, MOST_PORTS) + b"".join(pairs)

    @classmethod
    def decode(cls, body: bytes) -> Self:
        reader = Reader(body)
        lease = reader.take(ID_SIZE)
        asked = tuple(Asked(read_port(reader), reader.u16(">")) for _ in range(read_count(reader, MOST_PORTS)))
        distinct([each.port for each in asked])
        return cls(lease, asked)


@dataclass(frozen=True, slots=True)
class Reported:
    """What the far end saw. `bound`: the address that the listeners are bound to.

    `unbroken`: they were there all the time since they were granted; otherwise nothing of the rest means anything.
    `reached_ago`: seconds since a held port of that address was reached from another host; None: it is not known.
    """

    unbroken: bool
    bound: str
    admission: Admission
    reached_ago: int | None
    found: dict[int, Found] = field(default_factory=dict)

    def encode(self) -> bytes:
        flags = bytes([self.unbroken, self.admission])
        head = flags + age(self.reached_ago) + text(self.bound, LONGEST_ADDRESS)
        return head + count(self.found, MOST_PORTS) + b"".join(_FOUND.pack(*each) for each in self.found.items())

    @classmethod
    def decode(cls, body: bytes) -> Self:
        reader = Reader(body)
        unbroken, admission = reader.u8() == 1, read_number(reader, Admission.UNKNOWN)
        reached_ago, bound = read_age(reader), read_text(reader, LONGEST_ADDRESS)
        rows = [
            (read_port(reader), read_number(reader, Found.NOTHING_KNOWN)) for _ in range(read_count(reader, MOST_PORTS))
        ]
        distinct([port for port, _ in rows])
        return cls(unbroken, bound, admission, reached_ago, dict(rows))


def _read_grant(reader: Reader) -> Grant:
    port, holding = read_port(reader), read_number(reader, Holding.REFUSED)
    return Grant(port, holding, read_number(reader, Reason.NONE))
