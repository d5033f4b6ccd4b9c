"""What an endpoint mapper said: the value of `probe endpoints`."""

from dataclasses import dataclass

from probes.outcome import Outcome
from probes.wire.ept_lookup import Entry


@dataclass(frozen=True, slots=True)
class Listing:
    """What one address said; `entries` None: nothing, and `outcome` says why."""

    address: str
    outcome: Outcome
    entries: tuple[Entry, ...] | None
