"""From a datagram to a request of somebody who may ask. What costs nothing to see is looked at first."""

from dataclasses import dataclass

from agent.rendezvous.bodies import REQUESTS, Requested
from agent.rendezvous.orders import Place
from agent.rendezvous.roster import Roster
from probes.wire.reader import WireError
from probes.wire.rendezvous.frame import LARGEST, MAGIC, Drop, DropError, Frame, Kind, open_request
from probes.wire.rendezvous.keys import SIZE as MAC_SIZE
from probes.wire.rendezvous.keys import Ring
from probes.wire.rendezvous.room import ROOM

Who = tuple[str, bool]  # a sender, and whether a cookie is needed: what needs none has limits of its own


@dataclass(frozen=True, slots=True)
class Request:
    """`key`: which of the ring's it was sealed with; `seal`: its MAC; `local`: the address of ours that was asked.

    `is_spoken`: in a version that we speak.
    """

    frame: Frame
    is_spoken: bool
    key: int
    size: int
    seal: bytes
    source: Place
    local: str

    @property
    def sender(self) -> str:
        """In one spelling."""
        return self.frame.sender.casefold()

    @property
    def needs_cookie(self) -> bool:
        """Greetings do not, nor what is only told that its version is not spoken."""
        return self.is_spoken and self.frame.kind is not Kind.HELLO

    @property
    def who(self) -> Who:
        return self.sender, self.needs_cookie


def admit(data: bytes, source: Place, local: str, ring: Ring, roster: Roster, newest: int) -> Request:
    """Raises DropError for what is not a request of a configured host to us, in whatever version."""
    if len(data) <= LARGEST and data.startswith(MAGIC) and not roster.knows(source.address):
        raise DropError(Drop.SENDER)  # before anything is computed for a stranger
    opened = open_request(data, ring)
    frame = opened.frame
    if not roster.is_ours(frame.receiver):
        raise DropError(Drop.RECEIVER)
    if not roster.is_at(frame.sender, source.address):
        raise DropError(Drop.SENDER)
    is_spoken = newest - 1 <= frame.version <= newest
    return Request(frame, is_spoken, opened.key, len(data), data[-MAC_SIZE:], source, local)


def body_of(request: Request) -> Requested | None:
    """None: it is in a version that is not ours. Raises DropError also where its longest answer would be longer."""
    if not request.is_spoken:
        return None
    kind = request.frame.kind
    if request.size < ROOM[kind]:
        raise DropError(Drop.MALFORMED)
    try:
        return REQUESTS[kind](request.frame.body)
    except WireError as error:
        raise DropError(Drop.MALFORMED) from error
