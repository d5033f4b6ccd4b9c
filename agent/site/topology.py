"""Who is where: the hosts of the site as peers, and the machines that speak for them as sources. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from agent.config.address import HostPort, literal_address
from agent.config.model import Config, HostEntry, NodeEntry
from agent.ground.roles import Role, only_a_database

DEFAULT_SQL_PORT = 1433
DEFAULT_INSTANCE = "mssqlserver"  # what the instance without a name is called; it has the default port


@dataclass(frozen=True, slots=True)
class Node:
    """A machine of a cluster: it has an agent and connects from its own address, and nobody connects to it by name."""

    name: str
    addresses: tuple[str, ...]
    agent: HostPort | None = None
    rendezvous: HostPort | None = None
    source_address: str | None = None
    listen: tuple[HostPort, ...] | None = None


@dataclass(frozen=True, slots=True)
class Host:
    """A host of the file: what others connect to. With `nodes` it is a cluster's name and nothing more."""

    name: str
    roles: tuple[Role, ...]
    addresses: tuple[str, ...]
    nodes: tuple[Node, ...] = ()
    zone: str | None = None
    sql_port: int = DEFAULT_SQL_PORT
    instance: str | None = None
    epm_port: int = 135
    fixed_ports: Mapping[str, int] = field(default_factory=dict, hash=False)
    agent: HostPort | None = None
    rendezvous: HostPort | None = None
    source_address: str | None = None
    listen: tuple[HostPort, ...] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Its own, and those of its nodes, as the file spells them."""
        return (self.name, *(node.name for node in self.nodes))

    def has_role(self, role: Role) -> bool:
        """Whether this host counts as `role`; a stand-in counts as master secret."""
        return role in (own.counts_as for own in self.roles)


@dataclass(frozen=True, slots=True)
class Source:
    """A machine with an agent: a host without nodes, or a node. `owners` are the hosts that it speaks for."""

    name: str
    roles: tuple[Role, ...]
    addresses: tuple[str, ...]
    owners: tuple[Host, ...]
    agent: HostPort | None = None
    rendezvous: HostPort | None = None
    source_address: str | None = None
    listen: tuple[HostPort, ...] | None = None

    @property
    def zone(self) -> str | None:
        """A cluster's node is where its cluster is."""
        return next((owner.zone for owner in self.owners if owner.zone is not None), None)

    @property
    def runs_an_agent(self) -> bool:
        """A database server does if it has another role as well, or if the file says where its agent is."""
        said = self.agent is not None or self.listen is not None
        return said or not only_a_database(self.roles)


@dataclass(frozen=True, slots=True)
class Site:
    """`hosts` in the file's order."""

    name: str
    hosts: tuple[Host, ...]

    def sources(self) -> tuple[Source, ...]:
        """In the file's order, a node where its first cluster stands."""
        found: dict[str, Source] = {}
        for host in self.hosts:
            for machine in host.nodes or (host,):
                key = machine.name.casefold()
                found[key] = _speaking_for(machine, (*_owners(found.get(key)), host))
        return tuple(found.values())


def site_of(config: Config) -> Site:
    """Of a configuration that the loader has let through."""
    return Site(config.site, tuple(_host(entry, config.rpc.fixed_ports) for entry in config.hosts))


def _host(entry: HostEntry, fixed_ports: Mapping[str, int]) -> Host:
    return Host(
        name=entry.name,
        roles=entry.roles,
        addresses=entry.address or (entry.name,),
        nodes=tuple(_node(node) for node in entry.nodes),
        zone=entry.zone,
        sql_port=entry.port or DEFAULT_SQL_PORT,
        instance=None if (entry.instance or "").casefold() == DEFAULT_INSTANCE else entry.instance,
        epm_port=entry.epm_port,
        fixed_ports={**fixed_ports, **entry.fixed_ports},
        agent=entry.agent,
        rendezvous=entry.rendezvous,
        source_address=entry.source_address,
        listen=entry.listen,
    )


def _node(entry: NodeEntry) -> Node:
    return Node(
        entry.name,
        entry.address or (entry.name,),
        entry.agent,
        entry.rendezvous,
        entry.source_address,
        entry.listen,
    )


def _owners(source: Source | None) -> tuple[Host, ...]:
    return () if source is None else source.owners


def _speaking_for(machine: Host | Node, owners: tuple[Host, ...]) -> Source:
    return Source(
        machine.name,
        tuple(dict.fromkeys(_roles(owners))),
        machine.addresses,
        owners,
        machine.agent,
        machine.rendezvous,
        machine.source_address,
        machine.listen,
    )


def _roles(owners: Iterable[Host]) -> Iterator[Role]:
    for owner in owners:
        yield from owner.roles


def scraped_at(config: Config, source: Source) -> HostPort | None:
    """What the file says; otherwise the first address at which the agent listens.

    None: there is no agent, or its port is left to chance.
    """
    if source.agent is not None or not source.runs_an_agent:
        return source.agent
    known = [each for each in source.listen or config.web.listen if each.port]
    for address in source.addresses:
        for listen in known:
            if _covers(listen.host, address):
                return HostPort(address, listen.port)
    return HostPort(source.addresses[0], known[0].port) if known else None


def _covers(host: str, address: str) -> bool:
    """Whether who listens at `host` is reached at `address`. Which address a name has is not asked: any may do."""
    listened, asked = literal_address(host), literal_address(address)
    if listened is None or asked is None:
        return listened is None or not listened.is_loopback
    if listened.is_unspecified:
        return listened.version == asked.version
    return listened == asked
