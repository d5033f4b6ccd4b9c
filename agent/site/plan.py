"""What is to be probed from one machine, and why; and what others are to probe of it and tell. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from agent.config.address import literal_address
from agent.config.model import Config, Service
from agent.ground.path import Check, Direction, Matcher, Path
from agent.ground.ports import PortSet
from agent.site.requirements import DTC, Requirement, requirements
from agent.site.topology import Host, Site, Source

DYNAMIC = "dynamic"  # the port of a path whose port the endpoint mapper tells
_DTC_SERVICE = "msdtc"  # its name in rpc.services
_ORDER = tuple(Check)


@dataclass(frozen=True, slots=True)
class _Door:
    """What one requirement comes to at one peer."""

    check: Check
    ports: PortSet
    services: tuple[str, ...] = ()
    matchers: tuple[Matcher, ...] = ()


def plan(config: Config, site: Site, source: Source) -> tuple[Path, ...]:
    """The paths from `source`: by peer in the file's order, then by check. Rows that ask for the same path share it."""
    paths: dict[tuple[int, int], Path] = {}
    for owner, row in _asked(config, source):
        for at, peer in enumerate(site.hosts):
            if _is_oneself(peer, owner, source) or not peer.has_role(row.destination):
                continue
            for door in _doors(config, row, peer):
                key = at, _ORDER.index(door.check)
                path = _path(source, peer, door, row)
                if door.check is Check.SQL:
                    path = replace(path, prelogin=config.sql.prelogin)
                paths[key] = _merged(paths[key], path) if key in paths else path
    return tuple(paths[key] for key in sorted(paths))


def inbound(config: Config, site: Site, source: Source) -> tuple[Path, ...]:
    """The paths from other machines to the hosts that `source` speaks for, as those machines plan them.

    `source` and `peer` of such a path are both the other machine's name. What it plans towards several of our hosts
    under one check is one path. By machine in the file's order, then by check.
    """
    towards_us = replace(site, hosts=source.owners)
    paths: dict[tuple[int, int], Path] = {}
    for at, other in enumerate(site.sources()):
        if other.name.casefold() == source.name.casefold():
            continue
        for planned in plan(config, towards_us, other):
            path = replace(planned, peer=other.name, direction=Direction.INBOUND)
            key = at, _ORDER.index(path.check)
            paths[key] = _merged(paths[key], path) if key in paths else path
    return tuple(paths[key] for key in sorted(paths))


def arranged(site: Site, paths: Iterable[Path]) -> tuple[Path, ...]:
    """By host in the file's order: what leads to it, then what comes from it or its nodes."""
    places: dict[str, int] = {}
    for at, host in enumerate(site.hosts):
        for name in host.names:
            places.setdefault(name.casefold(), at)
    inwards = Direction.INBOUND
    return tuple(sorted(paths, key=lambda path: (places[path.peer.casefold()], path.direction is inwards)))


def _is_oneself(peer: Host, owner: Host, source: Source) -> bool:
    """The host that the source speaks for, or another entry for the very same machine."""
    return peer.name == owner.name or set(peer.addresses) <= set(source.addresses)


def _asked(config: Config, source: Source) -> Iterator[tuple[Host, Requirement]]:
    rows = requirements(dtc_to_database=config.requirements.dtc_to_database)
    for owner in source.owners:
        yield from ((owner, row) for row in rows if owner.has_role(row.source))


def _doors(config: Config, row: Requirement, peer: Host) -> Iterator[_Door]:
    services = _needed(config.rpc.services, row, peer)
    match row.check:
        case Check.SQL:
            yield _Door(Check.SQL, PortSet() if peer.instance else PortSet.of([peer.sql_port]))
        case Check.EPM:
            yield _Door(Check.EPM, PortSet.of([peer.epm_port]), services, _matchers(config, peer))
        case Check.RPC_ENDPOINT | Check.RPC_RANGE:
            yield from _rpc_doors(config.rpc.dynamic_ports, services, peer.fixed_ports, _matchers(config, peer))
        case new:
            assert_never(new)


def _rpc_doors(
    dynamic: PortSet, services: tuple[str, ...], fixed: Mapping[str, int], matchers: tuple[Matcher, ...]
) -> Iterator[_Door]:
    """A service with a fixed port is met there, one that is required where the endpoint mapper says it listens.

    The range is needed only if a service may be anywhere in it.
    """
    known = tuple(name for name in services if name in fixed)
    asked = tuple(each.service for each in matchers if each.required and each.service in services)
    if known or asked:
        ports = PortSet.of(fixed[name] for name in known)
        yield _Door(Check.RPC_ENDPOINT, ports, tuple(dict.fromkeys(known + asked)), matchers)
    if not known or len(known) < len(services):
        yield _Door(Check.RPC_RANGE, dynamic, tuple(name for name in services if name not in fixed), matchers)


def _matchers(config: Config, peer: Host) -> tuple[Matcher, ...]:
    """Every service that is looked for, and whether it must be at this peer. Of a stand-in nothing is expected."""
    return tuple(
        Matcher(
            name,
            service.annotation,
            service.uuid,
            required=bool(set(service.required_on) & set(peer.roles)),
            confirmed=service.confirmed,
            fixed_port=peer.fixed_ports.get(name),
        )
        for name, service in config.rpc.services.items()
    )


def _needed(services: Mapping[str, Service], row: Requirement, peer: Host) -> tuple[str, ...]:
    """What must be met at `peer`: the services required there, or else, where none is, those required anywhere."""
    if row.service == DTC:
        return tuple(name for name in services if name == _DTC_SERVICE)
    there = tuple(name for name, service in services.items() if set(service.required_on) & set(peer.roles))
    return there or tuple(name for name, service in services.items() if service.required_on)


def _elsewhere(peer: Host) -> frozenset[str]:
    """Literal addresses of a cluster's own nodes: what its mapper has there is not what the cluster's name offers."""
    given = {address for node in peer.nodes for address in node.addresses if literal_address(address)}
    return frozenset(given - set(peer.addresses))


def _path(source: Source, peer: Host, door: _Door, row: Requirement) -> Path:
    instance = peer.instance if door.check is Check.SQL else None
    return Path(
        source=source.name,
        peer=peer.name,
        check=door.check,
        direction=Direction.OUTBOUND,
        port=instance or str(door.ports) or DYNAMIC,
        addresses=peer.addresses,
        ports=door.ports,
        requirements=(row,),
        services=door.services,
        matchers=door.matchers,
        elsewhere=_elsewhere(peer),
        epm_port=peer.epm_port,
        source_address=source.source_address,
    )


def _merged(one: Path, other: Path) -> Path:
    ports = one.ports | other.ports
    return replace(
        one,
        port=str(ports) or one.port,
        addresses=tuple(dict.fromkeys(one.addresses + other.addresses)),
        ports=ports,
        requirements=tuple(dict.fromkeys(one.requirements + other.requirements)),
        services=tuple(dict.fromkeys(one.services + other.services)),
    )
