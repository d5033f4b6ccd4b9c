"""The agent at the other end, as a round of the range sees it. `agent.rendezvous.far` is one; tests make up others."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Protocol

from probes.wire.rendezvous.messages import Asked, Grant, Reported


@dataclass(frozen=True, slots=True)
class Lease:
    """Ports that are held for us. `until`: monotonic, by our own clock, and no later than it really lasts.

    `proofs`: what the listener at each of them says; `repeated`: the request for it, or its answer, got lost.
    """

    id: bytes
    grants: Mapping[int, Grant]
    until: float
    proofs: Mapping[int, bytes] = field(default_factory=dict)
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What the far end reported about a lease. `repeated`: the request for it, or its answer, got lost."""

    reported: Reported
    repeated: bool = False


class Far(Protocol):
    """The agent at one address of a peer, that has welcomed us. None: it did not answer."""

    async def hold(self, ports: Sequence[int]) -> Lease | None:
        """A new lease of at most 64 ports."""

    async def renew(self, lease: Lease) -> Lease | None:
        """The same one, for longer."""

    async def report(self, lease: Lease, asked: Sequence[Asked]) -> Told | None: ...


class Silent(Enum):
    """Why there is no agent to ask at an address."""

    NO_KEY = auto()  # we have none, and cannot speak
    NOT_EXPECTED = auto()  # none is to run there
    NO_ANSWER = auto()
    OTHER_VERSION = auto()  # it speaks another one, and said so


Greet = Callable[[str], Awaitable[Far | Silent]]  # at an address of the peer
