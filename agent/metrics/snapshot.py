"""All that one scrape shows, as values."""

from collections.abc import Sequence
from dataclasses import dataclass

from agent.ledger import Entry


@dataclass(frozen=True, slots=True)
class Process:
    """This process, as psutil sees it."""

    cpu_seconds: float
    resident_bytes: int
    virtual_bytes: int
    start_time: float
    open_fds: int | None
    max_fds: int | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that one scrape shows."""

    entries: Sequence[Entry]
    version: str
    config_sha256: str
    config_loaded: float
    lag_seconds: float
    in_flight: int
    skipped: dict[str, int]
    process: Process | None = None
