"""Which document knows best what each path of the site came to: its source's own, and the newest."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agent.config.model import Config
from agent.ground.path import Check, Direction, Path
from agent.report.answered import Answer, Answered
from agent.site.plan import plan
from agent.site.topology import Host, Site, Source

Key = tuple[str, str, Check]  # source and peer, folded


@dataclass(frozen=True, slots=True)
class Planned:
    """A path of the site, as its source plans it."""

    source: Source
    host: Host
    path: Path


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a planned path, and who says so."""

    planned: Planned
    answered: Answered
    host: str


def planned(config: Config, site: Site) -> dict[Key, Planned]:
    """Every path of every machine."""
    hosts = {host.name: host for host in site.hosts}
    return {
        (source.name.casefold(), path.peer.casefold(), path.check): Planned(source, hosts[path.peer], path)
        for source in site.sources()
        for path in plan(config, site, source)
    }


def known(site: Site, paths: Mapping[Key, Planned], answers: Sequence[Answer]) -> dict[Key, Known]:
    """Of each path the best answer; of some there is none."""
    best: dict[Key, Known] = {}
    for answer in answers:
        for answered in answer.paths:
            for key in _keys(site, answer.host, answered):
                if key in paths and (key not in best or _rank(answered) > _rank(best[key].answered)):
                    best[key] = Known(paths[key], answered, answer.host)
    return {key: best[key] for key in paths if key in best}


def foreign(site: Site, paths: Mapping[Key, Planned], answers: Sequence[Answer]) -> Iterator[str]:
    """What a document tells of that the configuration does not have: it may be of another one."""
    for answer in answers:
        for answered in answer.paths:
            if not any(key in paths for key in _keys(site, answer.host, answered)):
                path = answered.result.path
                ends = (path.peer, answer.host) if _is_inbound(answered) else (path.source, path.peer)
                what = f"{ends[0]} to {ends[1]}, {path.check}"
                yield f"the document of {answer.host} tells of {what}: not in the configuration"


def _keys(site: Site, host: str, answered: Answered) -> list[Key]:
    """An inbound path leads to that machine; so of a cluster's node to the cluster, or to all of its clusters."""
    path = answered.result.path
    if not _is_inbound(answered):
        return [(path.source.casefold(), path.peer.casefold(), path.check)]
    owners = (source.owners for source in site.sources() if source.name.casefold() == host.casefold())
    return [(path.source.casefold(), owner.name.casefold(), path.check) for each in owners for owner in each]


def _rank(answered: Answered) -> tuple[bool, float]:
    """Its source knows the addresses; who was told knows the names only."""
    return not _is_inbound(answered), answered.seen or 0.0


def _is_inbound(answered: Answered) -> bool:
    return answered.result.path.direction is Direction.INBOUND
