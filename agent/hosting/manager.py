"""What a platform can do with the service: the words of `probe service`."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol


class RefusedError(Exception):
    """It was not done, and nothing was changed, or what was changed is said. Its text: a line each, for people."""


class ServiceState(Enum):
    """How the service is."""

    RUNNING = "running"
    STARTING = "starting"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "failed"
    ABSENT = "not installed"


@dataclass(frozen=True, slots=True)
class Status:
    """`details`: a line each, for people."""

    state: ServiceState
    details: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be installed. `config` is absolute. `account`: whose rights it has; None: the platform's default.

    `firewall_scope`: with rules for this host's own firewall (Windows). `scrapers`: addresses or names that may then
    read its metrics, beside the hosts of the file.
    """

    config: Path
    host: str | None = None
    account: str | None = None
    start: bool = False
    firewall_scope: bool = False
    scrapers: tuple[str, ...] = ()


class Manager(Protocol):
    """Each gives lines that tell a person what was done. Raises RefusedError."""

    def install(self, wish: Wish) -> Sequence[str]:
        """Again over an older installation: renewed. What belongs to somebody else: refused."""

    def uninstall(self, *, purge: bool) -> Sequence[str]:
        """`purge`: with configuration, keys and what the agent remembers."""

    def start(self) -> Sequence[str]:
        """Until it runs."""

    def stop(self) -> Sequence[str]:
        """Until it has stopped."""

    def reload(self) -> Sequence[str]:
        """Have it read its configuration anew; what comes of it, its log says."""

    def status(self) -> Status:
        """How it is; needs no special rights."""
