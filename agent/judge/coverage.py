"""How much of a range is known: what the figures and the words about it rest on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class RangeState(StrEnum):
    """What is known of one port of a range; also a metric label."""

    OPEN = "open"  # shown to pass
    BLOCKED = "blocked"  # shown to be refused or dropped
    INCONCLUSIVE = "inconclusive"  # asked, and the answer or its absence shows nothing
    UNTESTED = "untested"
    EXEMPT = "exempt"  # a service is registered there, and asked by its own check


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of one range at one address. `last_full_pass`: UTC; `complete_in`: seconds until all will have been asked.

    Both None where there is no agent that goes on.
    """

    ports: Mapping[RangeState, int] = field(default_factory=dict)
    largest_untested: int = 0
    last_full_pass: float | None = None
    complete_in: float | None = None

    @property
    def size(self) -> int:
        """All ports that are to be tested."""
        return sum(self.ports.values()) - self.ports.get(RangeState.EXEMPT, 0)

    @property
    def tested(self) -> int:
        return self.size - self.ports.get(RangeState.UNTESTED, 0)

    @property
    def ratio(self) -> float:
        """0 to 1; a range in which every port is exempt has been tested."""
        return self.tested / self.size if self.size else 1.0
