"""The whole change request, before it is written in any format."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agent.config.model import Config
from agent.ground.ports import NO_PORTS, PortSet
from agent.permit.flow import Permit, Wanted
from agent.permit.own import between_agents, scrapes
from agent.permit.required import plans, required, without_port
from agent.site.topology import Site

STATEFUL = (
    "Each rule lets connections begin in the direction that it names. It is assumed that the firewall keeps track of "
    "connections, and lets the answers pass."
)
SAME_RANGE = (
    "The agents listen for one another at ports of the same dynamic range, for seconds: for that no rule is needed "
    "beside those of the secondary RPC ports."
)
NO_SCRAPER = (
    "From where Prometheus collects is not known: the rules to the agents' TCP ports are missing. Add them with "
    "--scraper ADDRESS."
)
NO_KEY = (
    "The site has no key yet (rendezvous.key_file): until it has one, the agents do not speak to one another, and "
    "their UDP port is not needed."
)
CLUSTER = (
    "{name} is a cluster of {nodes}: its address is where one of them answers, and connections begin at the nodes."
)


@dataclass(frozen=True, slots=True)
class Change:
    """`permits` are merged. `is_missing`: they are what was found shut, and not all that is needed.

    `look_at`: paths that may be shut. `questions`: what is not known, so that a rule may be missing.
    `dynamic`: the range, if it is asked for in any of it.
    """

    site: str
    permits: tuple[Permit, ...]
    notes: tuple[str, ...] = ()
    look_at: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    dynamic: PortSet = NO_PORTS
    is_missing: bool = False


@dataclass(frozen=True, slots=True)
class Everything:
    """All that SSO, the agents and Prometheus need, what whoever reads it has to know, and what is left open."""

    wanted: tuple[Wanted, ...]
    notes: tuple[str, ...]
    questions: tuple[str, ...]


def everything(config: Config, site: Site, scrapers: Sequence[str]) -> Everything:
    """`scrapers`: the addresses from which Prometheus collects."""
    planned = plans(config, site)
    needed = required(site, planned)
    ranges = [SAME_RANGE] if dynamic(needed) else []
    keyless = [NO_KEY] if config.rendezvous.key_file is None else []
    return Everything(
        (*needed, *between_agents(config, planned), *scrapes(config, site, scrapers)),
        (STATEFUL, *clusters(site), *ranges, *keyless, *([] if scrapers else [NO_SCRAPER])),
        tuple(without_port(planned)),
    )


def clusters(site: Site) -> list[str]:
    """A sentence for each: a firewall team sees addresses that nobody's computer is called by."""
    return [
        CLUSTER.format(name=host.name, nodes=" and ".join(node.name for node in host.nodes))
        for host in site.hosts
        if host.nodes
    ]


def dynamic(wanted: Iterable[Wanted]) -> PortSet:
    """What is asked for of the dynamic range, all together."""
    return PortSet(tuple(interval for each in wanted if each.is_dynamic for interval in each.ports.intervals))


def only(wanted: Iterable[Wanted], host: str | None) -> list[Wanted]:
    """Those in which a host takes part, if one is named."""
    return [each for each in wanted if host is None or each.concerns(host)]
