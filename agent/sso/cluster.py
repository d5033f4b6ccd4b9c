"""Whether this machine, a node of a cluster, holds the cluster's name now: by the addresses that it has."""

from collections.abc import Collection, Iterable, Mapping
from enum import Enum, auto

from agent.site.topology import Host
from probes.resolve import literal


class Holding(Enum):
    """Where the addresses of a cluster are now."""

    HERE = auto()
    ELSEWHERE = auto()
    UNKNOWN = auto()  # no address of the cluster is known


def holding(clusters: Iterable[Host], own: Collection[str], resolved: Mapping[str, Collection[str]]) -> Holding:
    """`own`: the addresses of this machine, as `spelled`; `resolved`: what each name of the clusters gives."""
    found = [address for host in clusters for name in host.addresses for address in given(name, resolved)]
    if any(address in own for address in found):
        return Holding.HERE
    return Holding.ELSEWHERE if found else Holding.UNKNOWN


def given(name: str, resolved: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """The addresses that a configured address, itself or a name, stands for, as `spelled`."""
    found = resolved.get(name, ()) if literal(name) is None else (name,)
    return tuple(spelled(address) for address in found)


def spelled(address: str) -> str:
    """The one spelling to compare. The system's list of a machine's own addresses has no scopes (%eth0)."""
    bare = address.partition("%")[0]
    return literal(bare) or bare
