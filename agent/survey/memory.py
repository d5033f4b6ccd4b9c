"""What a round remembers for the next: addresses, controls, silences, and what a sample of the range answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.judge.silence import Silence
from probes.outcome import Outcome


@dataclass(slots=True)
class Memory:
    """Of one peer."""

    addresses: dict[str, tuple[str, ...]] = field(default_factory=dict)  # name → last good addresses
    controls: dict[str, int] = field(default_factory=dict)  # address → the port that answered last
    silences: dict[tuple[str, int], Silence] = field(default_factory=dict)
    samples: dict[str, Mapping[int, Outcome]] = field(default_factory=dict)  # address → the last sample of its range

    def silence(self, address: str, port: int) -> Silence:
        return self.silences.setdefault((address, port), Silence())
