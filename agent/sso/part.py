"""Which part this machine has in the SSO system, and which of its paths matter to that."""

from dataclasses import dataclass
from enum import Enum, auto

from agent.ground.roles import Role
from agent.site.topology import Host, Site, Source


class Place(Enum):
    """The first that applies. A cluster's node is master when it holds the cluster's name, and passive otherwise."""

    MASTER = auto()
    PROCESSING = auto()
    STANDBY = auto()  # made master by hand, if ever
    NONE = auto()  # no SSO service is expected


@dataclass(frozen=True, slots=True)
class Part:
    """`masters` and `databases`: the hosts that this machine asks. `processing`: those that ask it, if it is master.

    `clusters`: those of master secret servers of which this machine is a node.
    """

    here: str
    place: Place
    masters: tuple[Host, ...] = ()
    standbys: tuple[Host, ...] = ()
    databases: tuple[Host, ...] = ()
    processing: tuple[str, ...] = ()
    clusters: tuple[Host, ...] = ()
    secret_of: tuple[str, ...] = ()  # all master secret servers of the site, this machine's own among them

    is_standby: bool = False  # this machine may be made master by hand
    has_database: bool = False  # the SSO database is on this machine

    @property
    def asked(self) -> tuple[str, ...]:
        """Who is asked for the secret, and where, by the configuration."""
        return tuple(f"{host.name} {address}" for host in self.masters for address in host.addresses)

    @property
    def is_node(self) -> bool:
        return bool(self.clusters)


def part_of(site: Site, source: Source) -> Part:
    """What this machine does for SSO, and whom it needs for it."""
    place = _place(source)
    owners = {owner.name for owner in source.owners}
    others = tuple(host for host in site.hosts if host.name not in owners)
    asking = [other for other in site.sources() if Role.PROCESSING in other.roles and other.name != source.name]
    return Part(
        here=source.name,
        place=place,
        masters=_with(others, Role.MASTER_SECRET) if place is Place.PROCESSING else (),
        standbys=_with(others, Role.MASTER_SECRET_STANDBY),
        databases=_with(others, Role.SSO_DATABASE) if place is not Place.NONE else (),
        processing=tuple(other.name for other in asking) if place is Place.MASTER else (),
        is_standby=Role.MASTER_SECRET_STANDBY in source.roles,
        has_database=Role.SSO_DATABASE in source.roles,
        secret_of=tuple(host.name for host in _with(site.hosts, Role.MASTER_SECRET)),
        clusters=tuple(owner for owner in source.owners if owner.nodes and Role.MASTER_SECRET in owner.roles),
    )


def _place(source: Source) -> Place:
    for role, place in (
        (Role.MASTER_SECRET, Place.MASTER),
        (Role.PROCESSING, Place.PROCESSING),
        (Role.MASTER_SECRET_STANDBY, Place.STANDBY),
    ):
        if role in source.roles:
            return place
    return Place.NONE


def _with(hosts: tuple[Host, ...], role: Role) -> tuple[Host, ...]:
    return tuple(host for host in hosts if role in host.roles)
