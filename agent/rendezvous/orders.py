"""What the half that holds wants done, and where a datagram comes from."""

from dataclasses import dataclass
from typing import NamedTuple

from probes.resolve import literal


class Place(NamedTuple):
    """An address, in its shortest spelling and without a scope, and a port."""

    address: str
    port: int


UNSEEN = Place("", 0)  # of whoever came to a held port and could not be let in, or was sent away


def place(address: str, port: int) -> Place:
    """As `Place` wants it: the shortest spelling, no scope, and IPv4 that is mapped into IPv6 as itself."""
    plain = address.partition("%")[0]
    return Place(literal(plain) or plain, port)


@dataclass(frozen=True, slots=True)
class Send:
    """A datagram to `to`, from `local`: the address that was asked."""

    data: bytes
    to: Place
    local: str


@dataclass(frozen=True, slots=True)
class Open:
    """Listen at these ports of `local`. Of those in `look` only find out whether somebody listens there."""

    ticket: int
    local: str
    hold: tuple[int, ...]
    look: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """Find out whose SYN is half-way in at these ports of `local`."""

    ticket: int
    local: str
    ports: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Close:
    """Listen there no longer."""

    local: str
    ports: tuple[int, ...]


Order = Send | Open | Look | Close
