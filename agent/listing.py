"""Whose endpoint mapper to ask, and what it said: the values of `probe endpoints`."""

from dataclasses import dataclass

from probes.outcome import Outcome
from probes.wire.ept_lookup import Entry


@dataclass(frozen=True, slots=True)
class Mapper:
    """Whom to ask: `names` are names or addresses."""

    peer: str
    names: tuple[str, ...]
    port: int
    timeout: float
    source_address: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """What one address said; `entries` None: nothing, and `outcome` says why."""

    address: str
    outcome: Outcome
    entries: tuple[Entry, ...] | None
