"""Who may read metrics beside the hosts of the file, as operators write it: addresses, names, networks. Pure."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from agent.config.address import address


@dataclass(frozen=True, slots=True)
class Scrapers:
    """`hosts`: addresses and names. `networks`: as address/length."""

    hosts: tuple[str, ...]
    networks: tuple[str, ...]


def scrapers(written: Iterable[str]) -> Scrapers:
    """Raises ValueError with all that is wrong, a line each."""
    hosts, networks, mistakes = list[str](), list[str](), list[str]()
    for text in written:
        try:
            if "/" in text:
                networks.append(_network(text))
            else:
                hosts.append(address(text))
        except ValueError as error:
            mistakes.append(f"--scraper: {error}")
    if mistakes:
        raise ValueError("\n".join(mistakes))
    return Scrapers(tuple(hosts), tuple(networks))


def _network(text: str) -> str:
    try:
        network = ipaddress.ip_network(text)
    except ValueError as error:
        raise ValueError(f"{error}; write the network as 192.0.2.0/24, or one address") from None
    if not network.prefixlen:
        raise ValueError(f"{text} is everybody; write whom to let in")
    return str(network)
