"""All that one scrape shows, as values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agent.found.entry import Entry
from agent.sso.standing import Standing


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
class Rendezvous:
    """What agents say to one another. `agents`: who should run one, and whether it answers.

    `offsets`: seconds by which their clocks are ahead of ours, where known. `dropped`: datagrams by `Drop`.
    `key_used`: datagrams that were sealed with the `current` key and with a `previous` one.
    """

    agents: Mapping[str, bool] = field(default_factory=dict)
    offsets: Mapping[str, float] = field(default_factory=dict)
    dropped: Mapping[str, int] = field(default_factory=dict)
    key_used: Mapping[str, int] = field(default_factory=dict)
    listeners: int = 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that one scrape shows. `rendezvous`: None where there is no key. `sso`: None where nobody looks.

    `reloaded`: whether the newest configuration file could be used; `config_loaded`: when the one in force was, UTC.
    """

    entries: Sequence[Entry]
    version: str
    config_sha256: str
    config_loaded: float
    lag_seconds: float
    in_flight: int
    skipped: dict[str, int]
    process: Process | None = None
    rendezvous: Rendezvous | None = None
    sso: Standing | None = None
    reloaded: bool = True
