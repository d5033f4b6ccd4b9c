"""One random site with its firewalls, as plain values: what the rules are made from, and what the oracle reads."""

from dataclasses import dataclass
from enum import StrEnum

SQL, MAPPER = 1433, 135
EVERYTHING = (1, 65_535)


class Fate(StrEnum):
    """What happens to a SYN, or to the answer to it, at some ports of an address."""

    OPEN = "open"
    DROP = "dropped"  # by the router, on the way there
    ONE_WAY = "answers dropped"  # by the router, on the way back
    REFUSE = "refused"  # by the router, with an ICMP code that says so
    NO_WAY = "no way"  # by the router, with an ICMP code that only says that there is no way
    RESET = "reset"  # by the router, in the target's name
    DIVERT = "diverted"  # accepted by the router, in the target's place
    HOST_DROP = "dropped by the host"  # its own firewall
    HOST_REFUSE = "refused by the host"
    HOST_RESET = "reset by the host's firewall"
    OWN_DROP = "dropped by our own firewall"
    OWN_REFUSE = "refused by our own firewall"


class Device(StrEnum):
    """What stands before an address and completes handshakes for it. None of them is a Fate: services still work."""

    NONE = "none"
    SYN_PROXY = "SYN proxy"  # passes on what is answered behind it


class Far(StrEnum):
    """Whether an agent listens for us on a host."""

    NONE = "none"
    AGENT = "agent"
    DEAF = "deaf"  # its datagrams are dropped on the way
    STRANGE = "strange"  # it has another key


class Limited(StrEnum):
    """What the router lets through so often only."""

    NOTHING = "nothing"
    SYN = "SYNs"
    RST = "RSTs"
    ICMP = "refusals"


@dataclass(frozen=True, slots=True)
class Shut:
    """TCP ports with one fate. `code` is nft's word for the ICMP code, where there is one."""

    first: int
    last: int
    fate: Fate
    code: str = ""


@dataclass(frozen=True, slots=True)
class Loss:
    """So many of a hundred packets get lost at random, each way or one way."""

    percent: int = 0
    there: bool = False
    back: bool = False
    tcp_only: bool = False

    @property
    def is_any(self) -> bool:
        return self.percent > 0 and (self.there or self.back)


@dataclass(frozen=True, slots=True)
class Machine:
    """One address of a peer. `host` is its namespace; the first of `shuts` that has a port decides.

    `stealth`: its own RSTs never leave it. `rate`: of what is limited, a second. `services`: ports with a listener.
    """

    address: str
    host: str
    shuts: tuple[Shut, ...] = ()
    services: frozenset[int] = frozenset()
    stealth: bool = False
    dead: bool = False
    device: Device = Device.NONE
    loss: Loss = Loss()
    limited: Limited = Limited.NOTHING
    rate: int = 0

    def fate(self, port: int) -> Fate:
        """Of an attempt at that port."""
        return next((shut.fate for shut in self.shuts if shut.first <= port <= shut.last), Fate.OPEN)

    def code(self, port: int) -> str:
        """Of its refusal, in nft's words."""
        return next((shut.code for shut in self.shuts if shut.first <= port <= shut.last), "")

    @property
    def is_lossy(self) -> bool:
        """Whether packets that the rules let through may not arrive all the same."""
        return self.loss.is_any or self.limited is not Limited.NOTHING


@dataclass(frozen=True, slots=True)
class Peer:
    """A host of the configuration."""

    name: str
    roles: tuple[str, ...]
    machines: tuple[Machine, ...]
    far: Far = Far.NONE

    @property
    def is_master(self) -> bool:
        return "master-secret" in self.roles

    @property
    def is_database(self) -> bool:
        return "sso-database" in self.roles


@dataclass(frozen=True, slots=True)
class Case:
    """One site, seen from BTS01. `seed` and `number` are all that it was made from; `timeout` in milliseconds.

    `both`: the first master's agent is asked to probe back; `back` is what the router does with that, by our ports.
    `rounds`: an agent asks, round after round, while the firewalls change.
    """

    seed: int
    number: int
    version: int
    peers: tuple[Peer, ...]
    first: int
    last: int
    service: int
    samples: int
    timeout: int
    key: bool
    back: tuple[Shut, ...] = ()
    both: bool = False
    rounds: bool = False

    @property
    def name(self) -> str:
        return f"{self.seed}/{self.number}"

    @property
    def machines(self) -> tuple[Machine, ...]:
        return tuple(machine for peer in self.peers for machine in peer.machines)

    def machine(self, address: str) -> Machine:
        """Raises StopIteration if nobody has that address."""
        return next(machine for machine in self.machines if machine.address == address)
