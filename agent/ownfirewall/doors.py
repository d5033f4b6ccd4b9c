"""Where this machine listens for others, and who has a reason to come: a reading of the configuration. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from agent.config.address import HostPort, literal_address
from agent.config.model import Config
from agent.ground.ports import PortSet
from agent.ground.roles import only_a_database
from agent.rendezvous.directory import listens
from agent.site.topology import Source, site_of


class Protocol(Enum):
    """With the number that IP gives it."""

    TCP = 6
    UDP = 17


@dataclass(frozen=True, slots=True)
class Door:
    """`purpose`: what it is called where rules are listed. `is_read`: by whoever reads metrics, too.

    `is_held`: not always listened at, but for seconds, when another agent asks.
    """

    purpose: str
    protocol: Protocol
    ports: PortSet
    is_read: bool = False
    is_held: bool = False

    def __str__(self) -> str:
        return f"{self.protocol.name} {self.ports}"


def doors(config: Config, source: Source) -> tuple[Door, ...]:
    """Without what listens for this machine alone, or at a port that the system picks each time."""
    found = (
        Door("what agents ask one another", Protocol.UDP, _ports(listens(config, source))),
        Door("metrics and pages", Protocol.TCP, _ports(source.listen or config.web.listen), is_read=True),
        Door("ports held for other agents", Protocol.TCP, config.rpc.dynamic_ports, is_held=True),
    )
    return tuple(door for door in found if door.ports)


def peers(config: Config, source: Source) -> tuple[str, ...]:
    """The names and addresses of every other agent, as the file has them, each once.

    A cluster's own address as well: whoever holds it may speak from it. A host that is a database and nothing else runs
    no agent, and has no reason to come.
    """
    found = dict[str, None]()
    for other in site_of(config).sources():
        if other.name != source.name and not only_a_database(other.roles):
            found |= dict.fromkeys(other.addresses)
            found |= dict.fromkeys(filter(None, (other.source_address,)))
            found |= dict.fromkeys(address for owner in other.owners for address in owner.addresses)
    return tuple(name for name in found if not _is_loopback(name))


def _ports(listen: Iterable[HostPort]) -> PortSet:
    return PortSet.of(at.port for at in listen if at.port and not _is_loopback(at.host))


def _is_loopback(address: str) -> bool:
    found = literal_address(address)
    return found is not None and found.is_loopback
