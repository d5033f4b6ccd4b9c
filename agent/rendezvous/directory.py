"""Who runs an agent, by what names, and where it can be asked: a reading of the configuration. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agent.config.address import HostPort, literal_address
from agent.config.model import Config
from agent.ground.roles import only_a_database
from agent.rendezvous.orders import Place, place
from agent.site.topology import Host, Site, Source, site_of


@dataclass(frozen=True, slots=True)
class Directory:
    """`own`: the names that this machine answers to. `others`: of each other agent, the addresses and names it has.

    `peers`: the hosts that run agents, by name, in the file's spelling; `port`: where they are asked unless they say.
    """

    own: tuple[str, ...]
    others: Mapping[str, tuple[str, ...]]
    peers: Mapping[str, Host]
    port: int

    def place(self, peer: str, address: str) -> Place:
        """Where the agent that serves this address of a peer is asked: there, as a rule."""
        told = self.peers[peer].rendezvous
        if told is None:
            return place(address, self.port)
        return place(told.host if literal_address(told.host) else address, told.port)

    def peer_of(self, sender: str) -> str | None:
        """The host of the file that an agent speaks for: itself, or the cluster whose node it is."""
        return next((name for name in self.peers if self.is_of(name, sender)), None)

    def is_of(self, peer: str, sender: str) -> bool:
        """Whether it is the name of that host, or of a node of it."""
        nodes = (node.name for node in self.peers[peer].nodes)
        return sender.casefold() in {each.casefold() for each in (peer, *nodes)}


def directory(config: Config, source: Source) -> Directory:
    """Who is who for the agent of `source`."""
    site = site_of(config)
    own = dict.fromkeys((source.name, *(owner.name for owner in source.owners)))
    others = {each.name: tuple(dict.fromkeys(_reached(each))) for each in site.sources() if each.name != source.name}
    return Directory(tuple(own), others, _peers(site), config.rendezvous.listen[0].port)


def listens(config: Config, source: Source) -> tuple[HostPort, ...]:
    """Where this machine itself is asked."""
    told = source.rendezvous
    if told is None:
        return config.rendezvous.listen
    return (
        (told,)
        if literal_address(told.host)
        else tuple(HostPort(each.host, told.port) for each in config.rendezvous.listen)
    )


def _peers(site: Site) -> dict[str, Host]:
    """A database server runs none, unless it has another role as well."""
    return {host.name: host for host in site.hosts if not only_a_database(host.roles)}


def _reached(source: Source) -> Iterable[str]:
    """What its datagrams may come from: its own addresses, and those of the clusters that it may hold right now."""
    yield from source.addresses
    if source.source_address is not None:
        yield source.source_address
    for owner in source.owners:
        yield from owner.addresses
