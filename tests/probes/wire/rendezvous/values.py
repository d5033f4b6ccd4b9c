"""What the tests of the rendezvous say to one another: values of every kind, at random and at their largest."""

import hashlib
from typing import Protocol, Self

from hypothesis import strategies as st

from probes.wire.rendezvous.fields import LONGEST_ADDRESS, MOST_INTERVALS
from probes.wire.rendezvous.frame import COOKIE_SIZE, ID_SIZE, LONGEST_NAME, Kind, Opened, open_answer, open_request
from probes.wire.rendezvous.greeting import Hello, OtherVersion, Welcome
from probes.wire.rendezvous.keys import Keys
from probes.wire.rendezvous.messages import (
    MOST_PORTS,
    Admission,
    Asked,
    Found,
    Grant,
    Held,
    Hold,
    Holding,
    Reason,
    Report,
    Reported,
)
from probes.wire.rendezvous.states import MOST_CHECKS, Accepted, PathState, ProbeBack, States, Told, Willing

SECRET = bytes(range(32))
KEYS = Keys.derive(SECRET)
OLD = Keys.derive(bytes(32))
RING = (KEYS, OLD)


def by_hand(key: bytes, data: bytes) -> bytes:
    """HMAC as RFC 2104 defines it, with nothing but the hash."""
    block = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block) + data).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in block) + inner).digest()


def key_for(kind: Kind, keys: Keys = KEYS) -> bytes:
    return keys.answers if kind.is_answer else keys.requests


def opened(data: bytes, kind: Kind = Kind.HELLO) -> Opened:
    return (open_answer if kind.is_answer else open_request)(data, RING)


class Message(Protocol):
    """What stands in the body of a frame."""

    def encode(self) -> bytes: ...

    @classmethod
    def decode(cls, body: bytes) -> Self: ...


BODIES: dict[Kind, type[Message]] = {
    Kind.HELLO: Hello,
    Kind.WELCOME: Welcome,
    Kind.HOLD: Hold,
    Kind.HELD: Held,
    Kind.REPORT: Report,
    Kind.REPORTED: Reported,
    Kind.TELL: PathState,
    Kind.TOLD: Told,
    Kind.PROBE_BACK: ProbeBack,
    Kind.ACCEPTED: Accepted,
    Kind.STATES: States,
    Kind.STATE: PathState,
    Kind.OTHER_VERSION: OtherVersion,
}

PORTS = tuple(range(65_535, 65_535 - MOST_PORTS, -1))
INTERVALS = tuple((port, port + 1) for port in range(1_000, 1_000 + 3 * MOST_INTERVALS, 3))
LEASE = b"\xa5" * ID_SIZE
ADDRESS = "f" * LONGEST_ADDRESS
FULL_STATE = PathState(
    255,
    255,
    255,
    255,
    0xFFFF_FFFE,
    True,
    True,
    65_535,
    65_535,
    ADDRESS,
    INTERVALS,
    INTERVALS,
    INTERVALS,
    True,
    2**64 - 1,
)

LARGEST: dict[Kind, Message] = {
    Kind.HELLO: Hello(255),
    Kind.WELCOME: Welcome(255, 2**64 - 1, b"\xff" * COOKIE_SIZE, "x" * LONGEST_NAME),
    Kind.HOLD: Hold(LEASE, PORTS),
    Kind.HELD: Held(65_535, tuple(Grant(port, Holding.REFUSED, Reason.EXCLUDED) for port in PORTS)),
    Kind.REPORT: Report(LEASE, tuple(Asked(port, 65_535) for port in PORTS)),
    Kind.REPORTED: Reported(True, ADDRESS, Admission.SHUTS, 0xFFFF_FFFE, dict.fromkeys(PORTS, Found.OTHER)),
    Kind.TELL: FULL_STATE,
    Kind.TOLD: Told(),
    Kind.PROBE_BACK: ProbeBack(65_535),
    Kind.ACCEPTED: Accepted(Willing.BUSY, tuple(range(MOST_CHECKS))),
    Kind.STATES: States(255),
    Kind.STATE: FULL_STATE,
    Kind.OTHER_VERSION: OtherVersion(255, 255),
}

# At random.

u8, u16, u32, u64 = (st.integers(0, 2**bits - 1) for bits in (8, 16, 32, 64))
letters = st.characters(min_codepoint=0x21, max_codepoint=0x7E)
names = st.text(letters, min_size=1, max_size=LONGEST_NAME)
addresses = st.text(letters, max_size=LONGEST_ADDRESS)
ids = st.binary(min_size=ID_SIZE, max_size=ID_SIZE)
cookies = st.binary(min_size=COOKIE_SIZE, max_size=COOKIE_SIZE)
ports = st.integers(1, 65_535)
ages = st.none() | st.integers(0, 0xFFFF_FFFE)
some_ports = st.lists(ports, max_size=MOST_PORTS, unique=True)


def _pairs(ends: list[int]) -> tuple[tuple[int, int], ...]:
    ends = sorted(ends)[: len(ends) // 2 * 2]
    return tuple(zip(ends[::2], ends[1::2], strict=True))


intervals = st.lists(ports, max_size=2 * MOST_INTERVALS, unique=True).map(_pairs)
states = st.builds(
    PathState,
    *(u8, u8, u8, u8),
    age=ages,
    confirmed=st.booleans(),
    settled=st.booleans(),
    tested=u32,
    largest_untested=u32,
    rejected_by=addresses,
    blocked=intervals,
    passes=intervals,
    suspect=intervals,
    cut_short=st.booleans(),
    said=u64,
)

MESSAGES: dict[Kind, st.SearchStrategy[Message]] = {
    Kind.HELLO: st.builds(Hello, u8),
    Kind.WELCOME: st.builds(Welcome, u8, u64, cookies, names | st.just("")),
    Kind.HOLD: st.builds(Hold, ids, some_ports.map(tuple)),
    Kind.HELD: st.builds(
        Held,
        u16,
        st.lists(
            st.builds(Grant, ports, st.sampled_from(Holding), st.sampled_from(Reason)),
            max_size=MOST_PORTS,
            unique_by=lambda grant: grant.port,
        ).map(tuple),
    ),
    Kind.REPORT: st.builds(
        Report,
        ids,
        st.lists(st.builds(Asked, ports, u16), max_size=MOST_PORTS, unique_by=lambda asked: asked.port).map(tuple),
    ),
    Kind.REPORTED: st.builds(
        Reported,
        st.booleans(),
        addresses,
        st.sampled_from(Admission),
        ages,
        st.dictionaries(ports, st.sampled_from(Found), max_size=MOST_PORTS),
    ),
    Kind.TELL: states,
    Kind.TOLD: st.just(Told()),
    Kind.PROBE_BACK: st.builds(ProbeBack, ports),
    Kind.ACCEPTED: st.builds(Accepted, st.sampled_from(Willing), st.lists(u8, max_size=MOST_CHECKS).map(tuple)),
    Kind.STATES: st.builds(States, u8),
    Kind.STATE: states,
    Kind.OTHER_VERSION: st.builds(OtherVersion, u8, u8),
}
