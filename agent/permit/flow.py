"""What is to be permitted: wanted between hosts, as the configuration has them; then between addresses."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from agent.ground.ports import PortSet


class Need(StrEnum):
    """Why it is asked for: SSO does not work without, DTC uses it where it is used, or the agents and Prometheus do."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    MONITORING = "monitoring"


class Protocol(StrEnum):
    TCP = "TCP"
    UDP = "UDP"


class Why(NamedTuple):
    """The reason of a requirement, in the documentation's words; `account`: whose connection it is."""

    service: str
    reason: str
    account: str = ""
    note: str = ""


class Side(NamedTuple):
    """One end of what is wanted. `addresses` as written: literal ones and names.

    `machines`: whose own firewalls see it as theirs; the nodes, of a cluster. `called`: the names that choose it.
    `own`: where a document tells the addresses, those of the configuration: each has to be among what these lead to.
    """

    name: str
    addresses: tuple[str, ...]
    zone: str | None = None
    machines: tuple[str, ...] = ()
    called: tuple[str, ...] = ()
    own: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Connections from `source` to `destination`. `answers`: it is their answers that have to pass.

    `is_dynamic`: the ports are the dynamic range.
    """

    source: Side
    destination: Side
    protocol: Protocol
    ports: PortSet
    need: Need
    whys: tuple[Why, ...]
    answers: bool = False
    is_dynamic: bool = False

    def concerns(self, name: str) -> bool:
        """Whether a host or node of that name takes part."""
        called = (*self.source.called, *self.destination.called)
        return name.casefold() in (each.casefold() for each in called)


class Spot(NamedTuple):
    """A side at one address: canonical, or a name that nobody looked up."""

    name: str
    address: str
    zone: str | None = None
    machines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Permit:
    """Every one of `sources` may reach every one of `destinations` at `ports`, the ports of all reasons together.

    All addresses are of one IP version; None: there is a name among them, and nobody knows.
    """

    sources: tuple[Spot, ...]
    destinations: tuple[Spot, ...]
    protocol: Protocol
    version: int | None
    need: Need
    whys: tuple[tuple[Why, PortSet], ...]
    answers: bool = False

    @property
    def ports(self) -> PortSet:
        return PortSet(tuple(interval for _, ports in self.whys for interval in ports.intervals))


def addresses(spots: tuple[Spot, ...]) -> tuple[str, ...]:
    """Each once: two hosts may share one."""
    return tuple(dict.fromkeys(spot.address for spot in spots))
