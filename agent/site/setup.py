"""A configuration as one of its hosts sees it: whom this machine has to reach."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from agent.config.model import Config
from agent.ground.path import Check, Path
from agent.ground.ports import PortSet
from agent.site.plan import plan
from agent.site.topology import Source, site_of


@dataclass(frozen=True, slots=True)
class Setup:
    """What to probe from where. `is_from_file`: of a site that has a file, and may have an agent."""

    config: Config
    source: Source
    paths: tuple[Path, ...]
    is_from_file: bool = True

    def only(self, wanted: Callable[[Path], bool]) -> "Setup":
        """The same, with some of the paths."""
        return replace(self, paths=tuple(path for path in self.paths if wanted(path)))

    def at_ports(self, ports: PortSet) -> "Setup":
        """The same, with these ports in place of every range."""
        parts = (replace(path, ports=ports, port=str(ports), within=path.ports) for path in self.paths)
        paths = (part if path.check is Check.RPC_RANGE else path for path, part in zip(self.paths, parts, strict=True))
        return replace(self, paths=tuple(paths))

    def with_prelogin(self) -> "Setup":
        """The same, with every SQL Server asked for its version."""
        return replace(self, paths=tuple(replace(path, prelogin=True) for path in self.paths))


def set_up(config: Config, source: Source) -> Setup:
    """The paths from `source`, which is this machine."""
    return Setup(config, source, plan(config, site_of(config), source))
