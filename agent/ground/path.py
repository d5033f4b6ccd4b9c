"""The words for what is probed: checks, directions, requirements and paths.

Checks and directions are also metric labels.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from agent.ground.ports import NO_PORTS, PortSet
from agent.ground.roles import Role


class Check(StrEnum):
    """What is asked of a peer."""

    SQL = "sql"
    EPM = "epm"
    RPC_ENDPOINT = "rpc-endpoint"
    RPC_RANGE = "rpc-range"


class Direction(StrEnum):
    """`outbound` is measured here; `inbound` is what the peer measured towards us and told us."""

    OUTBOUND = "outbound"
    INBOUND = "inbound"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row of the documentation's tables. `port` is the documented port, which a site may have changed.

    `account` is whose connection it is; `reason` and `note` are the documentation's own words.
    """

    source: Role
    destination: Role
    service: str
    check: Check
    port: str
    account: str
    reason: str
    note: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Matcher:
    """How an RPC service is known in the endpoint mapper of a path's peer: by its annotation, or by its interface.

    `required`: it must be there. `confirmed`: the operator says that this is how it is registered here.
    """

    service: str
    annotation: str | None = None
    interface: UUID | None = None
    required: bool = False
    confirmed: bool = False
    fixed_port: int | None = None

    def matches(self, annotation: str, interface: UUID) -> bool:
        """Whether an entry of the mapper is this service; an annotation is text, and case does not count."""
        if self.interface is not None:
            return interface == self.interface
        return self.annotation is not None and annotation.casefold() == self.annotation.casefold()


@dataclass(frozen=True, slots=True)
class Path:
    """One thing to probe: from `source`, a host or node, to `peer`, a host of the file.

    `port` is the text for people and machines: "1433", "49152-65535", or a SQL Server instance's name, whose port is
    not known yet and whose `ports` are empty. `services` are the RPC services looked for at the peer;
    `epm_port` is its endpoint mapper's. `requirements` are the rows that ask for this path.
    """

    source: str
    peer: str
    check: Check
    direction: Direction
    port: str
    addresses: tuple[str, ...]
    ports: PortSet
    requirements: tuple[Requirement, ...] = ()
    services: tuple[str, ...] = ()
    matchers: tuple[Matcher, ...] = ()
    elsewhere: frozenset[str] = frozenset()  # addresses of the single nodes of a peer that is a cluster
    epm_port: int = 135
    within: PortSet = NO_PORTS  # the range that `ports` are a part of, where a person asked for a part
    prelogin: bool = False  # SQL Server is asked for its version
    source_address: str | None = None
