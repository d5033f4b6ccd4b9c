"""Greeting: the values of the request, and of its two answers. `decode` raises WireError."""

import struct
from dataclasses import dataclass
from typing import Self

from probes.wire.reader import Reader
from probes.wire.rendezvous.fields import read_text, text
from probes.wire.rendezvous.frame import COOKIE_SIZE, LONGEST_NAME

_WELCOME = struct.Struct(f">BQ{COOKIE_SIZE}s")

LARGEST_OTHER_VERSION = 2
LARGEST_WELCOME = _WELCOME.size + 1 + LONGEST_NAME


@dataclass(frozen=True, slots=True)
class Hello:
    """`newest`: the newest version that the sender speaks."""

    newest: int

    def encode(self) -> bytes:
        return bytes([self.newest])

    @classmethod
    def decode(cls, body: bytes) -> Self:
        return cls(Reader(body).u8())


@dataclass(frozen=True, slots=True)
class Welcome:
    """`clock`: UTC in milliseconds, there; `name`: of the machine that answers, which may be a cluster's node."""

    newest: int
    clock: int
    cookie: bytes
    name: str

    def encode(self) -> bytes:
        return _WELCOME.pack(self.newest, self.clock, self.cookie) + text(self.name, LONGEST_NAME)

    @classmethod
    def decode(cls, body: bytes) -> Self:
        reader = Reader(body)
        newest, clock, cookie = _WELCOME.unpack(reader.take(_WELCOME.size))
        return cls(newest, clock, cookie, read_text(reader, LONGEST_NAME))


@dataclass(frozen=True, slots=True)
class OtherVersion:
    """The versions that the receiver of a request speaks."""

    newest: int
    oldest: int

    def encode(self) -> bytes:
        return bytes([self.newest, self.oldest])

    @classmethod
    def decode(cls, body: bytes) -> Self:
        reader = Reader(body)
        return cls(reader.u8(), reader.u8())
