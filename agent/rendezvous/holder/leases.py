"""A lease: ports that are held for one sender, for seconds, and who came to them meanwhile."""

from dataclasses import dataclass, field

from agent.rendezvous.holder.gate import Request
from agent.rendezvous.orders import UNSEEN, Place
from probes.wire.rendezvous.messages import Asked, Found, Grant, Hold, Holding, Reason

LASTING = 5.0  # seconds from the grant, and from each renewal
REMEMBERED = 10.0  # seconds after its end
MOST_CAME = 32  # connections from the asker to a port that are told apart
EXPLAINED = 8  # of them: who asks comes once or twice, and more may crowd others out


@dataclass(slots=True)
class Came:
    """To one port, since it is held: from which ports of the asker's address; and whether anybody unexplained did.

    `crowded`: somebody was not let in, or was sent away, so it means nothing who was, nor what he did not hear.
    """

    sources: set[int] = field(default_factory=set)
    others: bool = False
    crowded: bool = False


@dataclass(slots=True, eq=False)
class Lease:
    """`asker`: the address it was asked from, `local`: the one of ours that was asked, `key`: which of the ring's.

    `until`: when it is over. `joined`: its ports that are held, or that are being opened. `missing`: those that have no
    grant yet. `looked_at`: why these are only looked at. `waiting`: requests that it is to answer. `unbroken`: no lease
    of this id had ended a short time before.
    """

    id: bytes
    sender: str
    local: str
    asker: str
    key: int
    ports: tuple[int, ...]
    until: float
    unbroken: bool = True
    joined: set[int] = field(default_factory=set)
    missing: set[int] = field(default_factory=set)
    looked_at: dict[int, Reason] = field(default_factory=dict)
    grants: dict[int, Grant] = field(default_factory=dict)
    came: dict[int, Came] = field(default_factory=dict)
    waiting: list[Request] = field(default_factory=list)

    @property
    def is_granted(self) -> bool:
        return not self.missing

    def is_asked_by(self, request: Request) -> bool:
        """From the same address, at the same address of ours: only then do we know whose connections are whose."""
        return (self.sender, self.asker, self.local) == (request.sender, request.source.address, request.local)

    def is_as_asked(self, request: Request, hold: Hold) -> bool:
        return self.is_asked_by(request) and set(self.ports) == set(hold.ports)

    def settle(self, grant: Grant) -> None:
        """What became of a port."""
        self.missing.discard(grant.port)
        self.grants[grant.port] = grant
        if grant.holding is Holding.HELD:
            self.came[grant.port] = Came()
        else:
            self.joined.discard(grant.port)

    def accepted(self, port: int, remote: Place, *, explained: bool) -> None:
        """`explained`: a lease of that port was asked for from there. What is too much need not be told apart."""
        came = self.came.get(port)
        if came is None:
            return
        came.crowded |= remote == UNSEEN
        if remote.address == self.asker and len(came.sources) < MOST_CAME:
            came.sources.add(remote.port)
        elif not explained:
            came.others = True

    def explains(self, port: int, remote: Place) -> bool:
        """To other leases of that port, that somebody came: the first ones of our asker."""
        came = self.came.get(port)
        return remote.address == self.asker and came is not None and len(came.sources) < EXPLAINED

    def is_mine(self, asked: Asked) -> bool:
        return self.found(asked) is Found.MINE

    def found(self, asked: Asked) -> Found:
        """By what was accepted. A connection from another port of the asker may be its own, translated on the way."""
        came = self.came.get(asked.port)
        if came is None:
            return Found.NOTHING_KNOWN
        if asked.source in came.sources and not came.crowded:
            return Found.MINE
        return Found.OTHER if came.others or came.sources else Found.NONE
