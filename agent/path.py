"""The words for what is probed: checks, directions, requirements and paths.

Checks and directions are also metric labels.
"""

from dataclasses import dataclass
from enum import StrEnum

from agent.ports import PortSet
from agent.roles import Role


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
    epm_port: int = 135
    source_address: str | None = None
