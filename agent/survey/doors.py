"""Which fixed ports of an address a round knocks at, and how."""

from collections.abc import Iterable, Iterator

from agent.ground.path import Check, Path
from agent.survey.view import View
from probes.registry import Kind

# How the ports of a check are knocked at, where nothing that the peer said has to be known before.
KINDS = {
    Check.SQL: Kind.CONNECT,
    Check.EPM: Kind.CONNECT,
    Check.RPC_ENDPOINT: Kind.CONNECT,
    Check.RPC_RANGE: Kind.CONNECT,
}


def doors(fixed: Iterable[Path], view: View) -> list[tuple[int, Kind]]:
    """Of the paths with fixed ports what is to be asked at an address, each once."""
    return list(dict.fromkeys(_doors(fixed, view))) if view.address is not None else []


def _doors(fixed: Iterable[Path], view: View) -> Iterator[tuple[int, Kind]]:
    for path in fixed:
        if view.name in path.addresses and not _has_its_own_way(path):
            yield from ((port, KINDS[path.check]) for port in path.ports)


def _has_its_own_way(path: Path) -> bool:
    """More than one knock is asked for: see `mapper` and `database`."""
    return path.check is Check.SQL or (path.check is Check.EPM and bool(path.matchers))
