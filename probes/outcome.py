"""What one attempt was asked for, and what it saw."""

from typing import NamedTuple

from probes.state import Phase, Sent, State
from probes.wire.icmp import Icmp


class Target(NamedTuple):
    """One door to knock at. `timeout` is in seconds; `source` is the local address to speak from, if it matters.

    `source_port`: the local port to speak from, which somebody holds for it; 0: any. `hops`: how far it may come, if
    not as far as the system lets it.
    """

    address: str
    port: int
    timeout: float = 3.0
    source: str | None = None
    source_port: int = 0
    hops: int | None = None


class Endpoint(NamedTuple):
    """An address and a port, as the operating system names them."""

    address: str
    port: int


class Outcome(NamedTuple):
    """What one attempt saw. A tuple and not a dataclass: a sweep makes tens of thousands of them.

    `started` is UTC in seconds since the epoch; `seconds` is the whole attempt, `steps` what each phase took, where
    there was more than one; `answer` is what a conversation learned, of the type that its kind says.
    `detail` is plain English and may carry text from the operating system or the peer: never a label, always escaped.
    """

    target: Target
    state: State
    phase: Phase
    started: float
    seconds: float
    source: Endpoint | None = None
    icmp: Icmp | None = None
    sent: Sent = Sent.UNKNOWN
    detail: str = ""
    steps: tuple[tuple[Phase, float], ...] = ()
    answer: object = None

    @property
    def connect_seconds(self) -> float:
        """What the connection alone took."""
        return next((took for phase, took in self.steps if phase is Phase.CONNECT), self.seconds)


class Resolved(NamedTuple):
    """What a name came to. No addresses: `detail` says why; `ours`: nobody could be asked, by a fault of our own."""

    name: str
    addresses: tuple[str, ...]
    seconds: float
    detail: str = ""
    ours: bool = False
