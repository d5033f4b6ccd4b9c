"""How available the master secret is, in the documentation's words: by how much of it could fail and not be missed.

Of a cluster its nodes count: one of its addresses answers at a time, or one in each subnet. Of a plain server count the
addresses of one IP version that answer.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum

from agent.site.topology import Host
from agent.sso.reach import Newest, of_addresses
from agent.sso.ways import Way
from probes.resolve import literal


class Availability(StrEnum):
    """`available` is the documentation's "available, but not highly available"."""

    HIGHLY_AVAILABLE = "highly-available"
    AVAILABLE = "available"
    NOT_AVAILABLE = "not-available"
    UNKNOWN = "unknown"


class AddressState(StrEnum):
    """A metric's label."""

    REACHABLE = "reachable"
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"


_STATE = {
    Way.OPEN: AddressState.REACHABLE,
    Way.SHUT: AddressState.UNREACHABLE,
    Way.UNSURE: AddressState.UNKNOWN,
}

Addresses = Mapping[str, Mapping[str, AddressState]]  # by host: each of its addresses


def addresses_of(masters: Iterable[Host], newest: Newest) -> Addresses:
    """What the newest round found of each address; before it, of each that is configured."""
    return {host.name: _addresses(host, newest) for host in masters}


def counted(addresses: Addresses) -> Counter[AddressState]:
    """How many addresses of all master secret servers are in which state; one that two hosts share counts once."""
    best: dict[str, AddressState] = {}
    for each in addresses.values():
        for address, state in each.items():
            best[address] = min(state, best.get(address, state), key=[*AddressState].index)
    return Counter(best.values())


def seen_from_afar(masters: Iterable[Host], addresses: Addresses) -> Availability:
    """From a machine that asks for the secret. What two hosts of the file share counts once.

    `UNKNOWN` where nobody is asked, too.
    """
    usable: set[str] = set()
    unknown = not any(addresses.values())
    for host in masters:
        states = addresses.get(host.name, {})
        answering = _of_one_family({address for address, state in states.items() if state is AddressState.REACHABLE})
        if answering:
            usable |= {node.name.casefold() for node in host.nodes} or answering
        unknown |= not answering and AddressState.UNKNOWN in states.values()
    if len(usable) > 1:
        return Availability.HIGHLY_AVAILABLE
    if usable:
        return Availability.AVAILABLE
    return Availability.UNKNOWN if unknown else Availability.NOT_AVAILABLE


def _of_one_family(addresses: set[str]) -> set[str]:
    """The larger half: one machine has an address of each IP version, and they fail together."""
    v6 = {address for address in addresses if ":" in address}
    return max(addresses - v6, v6, key=len)


def seen_from_itself(clusters: Iterable[Host]) -> Availability:
    """On the master secret server: by how many nodes there are to take over."""
    nodes = max((len(host.nodes) for host in clusters), default=1)
    return Availability.HIGHLY_AVAILABLE if nodes > 1 else Availability.AVAILABLE


def _addresses(host: Host, newest: Newest) -> dict[str, AddressState]:
    found = {address: _STATE[decided.way] for address, decided in of_addresses(host.name, newest).items()}
    return found or dict.fromkeys((literal(each) or each for each in host.addresses), AddressState.UNKNOWN)
