"""What the documentation's rows ask for in a site: from every machine of it to every host that it needs."""

from collections.abc import Iterator

from agent.config.model import Config
from agent.ground.path import Check, Path, Requirement
from agent.ground.ports import PortSet
from agent.permit.flow import Need, Protocol, Side, Wanted, Why
from agent.site.plan import plan
from agent.site.topology import Host, Site, Source

Plans = list[tuple[Source, tuple[Path, ...]]]

BROWSER = PortSet.of([1434])
BROWSER_SERVICE = "SQL Server Browser"
NO_PORT = (
    "{source} to {peer}: nobody knows here at which TCP port the SQL Server instance {instance} listens. Give it a "
    "fixed one and write port instead of instance in the configuration; until then that rule is missing."
)


def plans(config: Config, site: Site) -> Plans:
    """What every machine of the site asks of others, in the file's order."""
    return [(source, plan(config, site, source)) for source in site.sources()]


def required(site: Site, planned: Plans) -> list[Wanted]:
    """By source."""
    hosts = {host.name: host for host in site.hosts}
    return [each for source, paths in planned for path in paths for each in _wanted(source, hosts[path.peer], path)]


def without_port(planned: Plans) -> list[str]:
    """A sentence for each path whose TCP port nobody knows, so that no rule can be asked for."""
    return [
        NO_PORT.format(source=source.name, peer=path.peer, instance=path.port)
        for source, paths in planned
        for path in paths
        if path.check is Check.SQL and not path.ports
    ]


def side_of_source(source: Source) -> Side:
    """It connects from the address that the file says, or from any of its own."""
    own = (source.source_address,) if source.source_address else source.addresses
    called = (source.name, *(owner.name for owner in source.owners))
    return Side(source.name, own, source.zone, (source.name,), called)


def side_of_host(host: Host, addresses: tuple[str, ...] | None = None) -> Side:
    """Whichever node has a cluster's address answers there: the rule has to be on every one of them."""
    machines = tuple(node.name for node in host.nodes) or (host.name,)
    return Side(host.name, host.addresses if addresses is None else addresses, host.zone, machines, host.names)


def need_of(path: Path) -> Need:
    """Of a path; one reason that is not optional makes it required."""
    return Need.OPTIONAL if all(row.optional for row in path.requirements) else Need.REQUIRED


def whys_of(path: Path) -> tuple[Why, ...]:
    """The reasons for a path, each once."""
    return tuple(dict.fromkeys(map(_why, path.requirements)))


def _why(row: Requirement) -> Why:
    return Why(row.service, row.reason, row.account, row.note)


def _wanted(source: Source, host: Host, path: Path) -> Iterator[Wanted]:
    here, there = side_of_source(source), side_of_host(host)
    if path.ports:
        is_dynamic = path.check is Check.RPC_RANGE
        yield Wanted(here, there, Protocol.TCP, path.ports, need_of(path), whys_of(path), is_dynamic=is_dynamic)
    elif path.check is Check.SQL:
        why = Why(
            BROWSER_SERVICE, f"To learn at which port the instance {path.port} listens.", whys_of(path)[0].account
        )
        yield Wanted(here, there, Protocol.UDP, BROWSER, need_of(path), (why,))
