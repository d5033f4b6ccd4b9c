"""Who says something to whom, sealed: the part of a datagram that is the same for every kind and version.

    magic 4, version 1, kind 1, body length 2, id 16, cookie 24, sender 1 + n, receiver 1 + n, body, zeros, MAC 32

Big endian. The MAC is over all that stands before it. Whoever reads must not believe anything before it was verified.
Names are printable ASCII without spaces. The zeros only make it longer, and nobody looks at them.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from probes.wire.reader import Reader, WireError
from probes.wire.rendezvous.fields import read_text, text
from probes.wire.rendezvous.keys import SIZE as MAC_SIZE
from probes.wire.rendezvous.keys import Ring, mac, same

MAGIC = b"SSOR"
VERSION = 1  # spoken, and the one before it
LARGEST = 1_200  # bytes of a datagram: it crosses every usual path whole
ID_SIZE = 16
COOKIE_SIZE = 24
NO_COOKIE = bytes(COOKIE_SIZE)
LONGEST_NAME = 63
HEAD = struct.Struct(f">4sBBH{ID_SIZE}s{COOKIE_SIZE}s")
SMALLEST = HEAD.size + 2 * 2 + MAC_SIZE  # names have at least one letter
ANSWER = 0x80  # the bit that makes a kind of request into that of its answer


class Kind(IntEnum):
    """What is asked; an answer's kind is that of its request, with the ANSWER bit."""

    HELLO = 1
    HOLD = 2
    REPORT = 3
    TELL = 4
    PROBE_BACK = 5
    STATES = 6

    WELCOME = HELLO | ANSWER
    HELD = HOLD | ANSWER
    REPORTED = REPORT | ANSWER
    TOLD = TELL | ANSWER
    ACCEPTED = PROBE_BACK | ANSWER
    STATE = STATES | ANSWER
    OTHER_VERSION = 0xFF  # answers any request in a version that is not spoken

    @property
    def is_answer(self) -> bool:
        return bool(self & ANSWER)


class Drop(StrEnum):
    """Why a datagram is dropped without an answer; also a metric label."""

    TOO_LONG = "too-long"
    MAGIC = "magic"
    VERSION = "version"  # an answer in one that is not spoken, or a kind that only a newer one knows
    MAC = "mac"  # damaged, or sealed with a key that is none of ours
    MALFORMED = "malformed"  # sealed with our key, and not understood all the same
    RECEIVER = "receiver"  # for another host
    SENDER = "sender"  # from an address that is not the sender's in our configuration
    COOKIE = "cookie"  # none, expired, or another's
    REPLAY = "replay"  # said before
    RATE = "rate"  # more than a host has any reason to ask


class DropError(WireError):
    """A datagram that is to be dropped."""

    def __init__(self, reason: Drop) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Frame:
    """One thing that is said. `body` is what `messages` makes of it. Names have 1 to 63 characters."""

    version: int
    kind: Kind
    sender: str
    receiver: str
    id: bytes
    body: bytes = b""
    cookie: bytes = NO_COOKIE

    def answer(self, kind: Kind, body: bytes = b"") -> "Frame":
        """Back to whoever said this."""
        return Frame(self.version, kind, self.receiver, self.sender, self.id, body)

    def seal(self, key: bytes, least: int = 0) -> bytes:
        """As a datagram; padded to at least so many bytes. Raises ValueError when a part of it would not fit."""
        names = _name(self.sender) + _name(self.receiver)
        size = max(least, HEAD.size + len(names) + len(self.body) + MAC_SIZE)
        if size > LARGEST:
            raise ValueError(f"a datagram of {size} bytes")
        if (len(self.id), len(self.cookie)) != (ID_SIZE, COOKIE_SIZE):
            raise ValueError(f"an id of {len(self.id)} bytes, a cookie of {len(self.cookie)}")
        head = HEAD.pack(MAGIC, self.version, self.kind, len(self.body), self.id, self.cookie)
        said = (head + names + self.body).ljust(size - MAC_SIZE, b"\0")
        return said + mac(key, said)


@dataclass(frozen=True, slots=True)
class Opened:
    """A frame that was sealed with one of our keys. `key`: which; 0 is the one that we sign with."""

    frame: Frame
    key: int


def claims_to_answer(data: bytes) -> bool:
    """By the bit that says so, which nobody has verified: good to choose who looks at a datagram, and nothing else."""
    at = len(MAGIC) + 1
    return len(data) > at and bool(data[at] & ANSWER)


def open_request(data: bytes, ring: Ring) -> Opened:
    """Verified and taken apart, in whatever version it is: the caller looks at that first. Raises DropError."""
    return _open(data, [keys.requests for keys in ring], answers=False)


def open_answer(data: bytes, ring: Ring) -> Opened:
    """As above. Requests are sealed with other keys: nobody can be made to take his own for an answer."""
    return _open(data, [keys.answers for keys in ring], answers=True)


def _open(data: bytes, keys: list[bytes], *, answers: bool) -> Opened:
    if len(data) > LARGEST:
        raise DropError(Drop.TOO_LONG)
    if len(data) < SMALLEST or not data.startswith(MAGIC):
        raise DropError(Drop.MAGIC)
    said, seal = data[:-MAC_SIZE], data[-MAC_SIZE:]
    verified = [number for number, key in enumerate(keys) if same(mac(key, said), seal)]
    if not verified:
        raise DropError(Drop.MAC)
    try:
        frame = _decode(said)
    except DropError:
        raise
    except WireError as error:
        raise DropError(Drop.MALFORMED) from error
    if frame.kind.is_answer is not answers:
        raise DropError(Drop.MALFORMED)
    return Opened(frame, verified[0])


def _decode(said: bytes) -> Frame:
    reader = Reader(said)
    _, version, kind, size, number, cookie = HEAD.unpack(reader.take(HEAD.size))
    sender, receiver = _read_name(reader), _read_name(reader)
    return Frame(version, _kind(kind, version), sender, receiver, number, reader.take(size), cookie)


def _kind(number: int, version: int) -> Kind:
    try:
        return Kind(number)
    except ValueError:
        raise DropError(Drop.VERSION if version > VERSION else Drop.MALFORMED) from None


def _name(name: str) -> bytes:
    data = text(name, LONGEST_NAME)
    if not name or data[1:].decode("ascii") != name:
        raise ValueError(f"{name!r} is not a name of 1 to {LONGEST_NAME} characters of ASCII")
    return data


def _read_name(reader: Reader) -> str:
    name = read_text(reader, LONGEST_NAME)
    if not name:
        raise WireError("a name without a letter")
    return name
