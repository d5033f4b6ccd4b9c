"""What the machines of a peer are called, as the file has it, and when two names are one. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agent.ground.path import Path
from agent.site.topology import Host, Node
from probes.resolve import literal

NETBIOS = 15  # characters that a computer's name may have there


@dataclass(frozen=True, slots=True)
class Peer:
    """`addresses` as configured, names among them. `also` are other names that the file has for the same machines."""

    name: str
    addresses: tuple[str, ...]
    also: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The configured addresses that are names."""
        return tuple(each for each in self.addresses if literal(each) is None)

    @property
    def labels(self) -> tuple[str, ...]:
        """By which short names it is known, each once. The own name need not be one: it may spell an address."""
        own = () if self._spells_an_address() else (self.name,)
        found: dict[str, str] = {}
        for label in map(label_of, (*self.names, *own)):
            found.setdefault(folded(label), label)
        return tuple(found.values())

    def _spells_an_address(self) -> bool:
        """`once --master 2001:db8::1` names the peer after its address."""
        addresses = {_letters(each) for each in self.addresses if literal(each) is not None}
        return literal(self.name) is not None or _letters(self.name) in addresses


def peers_of(paths: Iterable[Path], hosts: Iterable[Host]) -> list[Peer]:
    """Each peer of the paths once."""
    hosts = tuple(hosts)
    addresses = {path.peer: path.addresses for path in paths}
    return [Peer(name, where, tuple(_also(name, where, hosts))) for name, where in addresses.items()]


def spelled(address: str) -> str:
    """An address in its usual spelling, a name without its case."""
    return literal(address) or address.casefold()


def are_one(one: str, other: str) -> bool:
    """Whether Windows takes two short names for the same."""
    return folded(one) == folded(other)


def folded(label: str) -> str:
    """Windows names: case does not count, nor does what NetBIOS cuts off."""
    return label.casefold()[:NETBIOS]


def label_of(name: str) -> str:
    """The short form of a name."""
    return name.partition(".")[0]


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def _also(name: str, addresses: Iterable[str], hosts: Iterable[Host]) -> Iterator[str]:
    where = set(map(spelled, addresses))
    for host in hosts:
        machines: tuple[Host | Node, ...] = (host, *host.nodes)
        if host.name == name or any(where & set(map(spelled, machine.addresses)) for machine in machines):
            yield from (each for one in machines for each in (one.name, *one.addresses) if literal(each) is None)
