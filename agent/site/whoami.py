"""Which host of the file is this machine? Its names and addresses decide; where they do not, the operator does."""

import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass

from agent.config.address import literal_address
from agent.ground.roles import only_a_database
from agent.site.topology import Host, Node, Site, Source

_MOST_SHOWN = 100  # of a list in an error


@dataclass(frozen=True, slots=True)
class Machine:
    """What a machine calls itself, and its addresses as literals."""

    names: tuple[str, ...]
    addresses: tuple[str, ...]


class UnknownHostError(Exception):
    """This machine is none of the file's hosts, or could be several. The text is a few lines for the operator."""


def this_machine() -> Machine:
    """Asks the system, never a name server: it may be what is broken."""
    import psutil  # only here: `probe --help` is to be quick

    names = (socket.gethostname(), os.environ.get("COMPUTERNAME", ""))
    families = (socket.AF_INET, socket.AF_INET6)
    cards = psutil.net_if_addrs().values()
    addresses = (entry.address for card in cards for entry in card if entry.family in families)
    return Machine(tuple(dict.fromkeys(filter(None, names))), tuple(dict.fromkeys(map(_plain, addresses))))


def whoami(site: Site, machine: Machine, explicit: str | None = None) -> Source:
    """The source that `machine` is, or the one that `explicit` (--host) names. Raises UnknownHostError."""
    sources = site.sources()
    if explicit is not None:
        return _named(site, sources, explicit)
    found = [source for source in sources if _is(source, machine)]
    found = found or [source for source in sources if _is_alike(source, machine)]
    if len(found) > 1:
        # A SQL Server cluster's address may stand on a node of another cluster for now; it asks nothing of others.
        found = [source for source in found if not only_a_database(source.roles)] or found
    if len(found) == 1:
        return found[0]
    raise UnknownHostError(_both_sides(site, machine, found))


def _named(site: Site, sources: Iterable[Source], name: str) -> Source:
    wanted = name.casefold()
    for source in sources:
        if source.name.casefold() == wanted:
            return source
    for host in site.hosts:
        if host.name.casefold() == wanted:
            nodes = ", ".join(node.name for node in host.nodes)
            raise UnknownHostError(f"{host.name} is a cluster's name; --host takes one of its nodes: {nodes}")
    raise UnknownHostError(f"no host {name!r} in the file\n{_file_side(site)}")


def _is(source: Source, machine: Machine) -> bool:
    """By a whole name or an address. Loopback and link-local ones count only where the file itself has them."""
    names = set(map(_folded, machine.names))
    addresses = set(map(_plain, machine.addresses))
    own = (source.name, *source.addresses, source.source_address or "")
    return any(_folded(text) in names or _plain(text) in addresses for text in own)


def _is_alike(source: Source, machine: Machine) -> bool:
    """By the first label, where one side does not know the domain."""
    own = [_folded(text) for text in (source.name, *source.addresses) if literal_address(text) is None]
    return any(
        one.partition(".")[0] == other.partition(".")[0] and ("." not in one or "." not in other)
        for one in own
        for other in map(_folded, machine.names)
    )


def _folded(name: str) -> str:
    return name.casefold().removesuffix(".")


def _plain(address: str) -> str:
    """One spelling for an address, without the scope (%eth0); any other text as it is."""
    text = address.partition("%")[0]
    literal = literal_address(text)
    return text if literal is None else str(literal)


def _both_sides(site: Site, machine: Machine, found: list[Source]) -> str:
    problem = "this machine is none of the hosts in the file"
    if found:
        problem = f"this machine could be any of {_shown(source.name for source in found)}"
    names, addresses = _shown(machine.names), _shown(filter(_is_telling, machine.addresses))
    return (
        f"{problem}; say which one with --host NAME\n"
        f"this machine: names {names or 'none'}; addresses {addresses or 'none'}\n{_file_side(site)}"
    )


def _file_side(site: Site) -> str:
    return f"the file: {_shown(map(_described, site.hosts))}"


def _described(host: Host) -> str:
    nodes = ", ".join(map(_with_addresses, host.nodes))
    return f"{host.name} [nodes {nodes}]" if nodes else _with_addresses(host)


def _with_addresses(machine: Host | Node) -> str:
    return f"{machine.name} ({', '.join(machine.addresses)})"


def _is_telling(address: str) -> bool:
    literal = literal_address(address)
    return literal is not None and not (literal.is_loopback or literal.is_link_local)


def _shown(items: Iterable[str]) -> str:
    texts = list(items)
    more = len(texts) - _MOST_SHOWN
    return ", ".join(texts) if more <= 0 else f"{', '.join(texts[:_MOST_SHOWN])} and {more} more"
