"""Whether this machine, a node of a cluster, holds the cluster's name now: by the addresses that it has."""

from collections.abc import Collection, Iterable, Mapping
from enum import Enum, auto

from agent.config.address import literal_address
from agent.topology import Host


class Holding(Enum):
    HERE = auto()
    ELSEWHERE = auto()
    UNKNOWN = auto()  # no address of the cluster is known


def holding(clusters: Iterable[Host], own: Collection[str], resolved: Mapping[str, Collection[str]]) -> Holding:
    """`own`: the addresses of this machine; `resolved`: what each name of the clusters gives. All in one spelling."""
    found = [address for host in clusters for name in host.addresses for address in given(name, resolved)]
    if any(address in own for address in found):
        return Holding.HERE
    return Holding.ELSEWHERE if found else Holding.UNKNOWN


def given(name: str, resolved: Mapping[str, Collection[str]]) -> Collection[str]:
    """The addresses that a configured address, itself or a name, stands for."""
    literal = literal_address(name)
    return (str(literal),) if literal is not None else resolved.get(name, ())
