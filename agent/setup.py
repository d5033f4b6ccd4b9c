"""A configuration as one of its hosts sees it: whom this machine has to reach."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from agent.config.model import Config
from agent.path import Path
from agent.plan import plan
from agent.topology import Source, site_of


@dataclass(frozen=True, slots=True)
class Setup:
    """What to probe from where."""

    config: Config
    source: Source
    paths: tuple[Path, ...]

    def only(self, wanted: Callable[[Path], bool]) -> "Setup":
        """The same, with some of the paths."""
        return replace(self, paths=tuple(path for path in self.paths if wanted(path)))

    def with_prelogin(self) -> "Setup":
        """The same, with every SQL Server asked for its version."""
        return replace(self, paths=tuple(replace(path, prelogin=True) for path in self.paths))


def set_up(config: Config, source: Source) -> Setup:
    return Setup(config, source, plan(config, site_of(config), source))
