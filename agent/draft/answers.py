"""What a draft of a site holds, while it is asked for and when it is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from agent.ground.ports import PortSet
from agent.ground.roles import Role

DYNAMIC = PortSet(((49152, 65535),))


@dataclass(frozen=True, slots=True)
class Machine:
    """Without addresses its name is its address."""

    name: str
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A host of the file. With `nodes` it is a cluster's name."""

    machine: Machine
    roles: tuple[Role, ...]
    zone: str | None = None
    port: int | None = None
    instance: str | None = None
    nodes: tuple[Machine, ...] = ()

    @property
    def name(self) -> str:
        return self.machine.name


@dataclass(frozen=True, slots=True)
class Draft:
    """`database`: the SSO database's name, which nobody needs but who reads the file."""

    site: str = ""
    hosts: tuple[Entry, ...] = ()
    dtc_to_database: bool = False
    dynamic_ports: PortSet = DYNAMIC
    fixed_ports: Mapping[str, int] = field(default_factory=dict)
    key_file: str | None = None
    backup_confirmed: date | None = None
    database: str = ""

    def with_role(self, role: Role) -> tuple[Entry, ...]:
        """The hosts that have it."""
        return tuple(entry for entry in self.hosts if role in entry.roles)


@dataclass(frozen=True, slots=True)
class Taken:
    """The draft with one answer more, and what has to be said about how it was understood."""

    draft: Draft
    notes: tuple[str, ...] = ()
