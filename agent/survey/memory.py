"""What a round remembers for the next: addresses, controls, silences, and what a sample of the range answered."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from agent.judge.silence import Silence
from probes.outcome import Outcome
from probes.state import State

CONTROLS = 8  # remembered for each address


@dataclass(slots=True)
class Memory:
    """Of one peer."""

    addresses: dict[str, tuple[str, ...]] = field(default_factory=dict)  # name → last good addresses
    controls: dict[str, list[int]] = field(default_factory=dict)  # address → ports that answered, the best one last
    silences: dict[tuple[str, int], Silence] = field(default_factory=dict)
    samples: dict[str, Mapping[int, Outcome]] = field(default_factory=dict)  # address → the last sample of its range

    def silence(self, address: str, port: int) -> Silence:
        return self.silences.setdefault((address, port), Silence())

    def control(self, address: str, *, but: int) -> int | None:
        """The port, other than `but`, that answered last."""
        return next((port for port in reversed(self.controls.get(address, [])) if port != but), None)

    def note(self, address: str, outcome: Outcome) -> None:
        """A port that answers is the best control; one that stays silent the last choice, one that refuses none."""
        ports, port = self.controls.setdefault(address, []), outcome.target.port
        known = port in ports
        if known:
            ports.remove(port)
        if outcome.state is State.OPEN:
            ports.append(port)
        elif known and outcome.state is not State.CLOSED:
            ports.insert(0, port)
        del ports[:-CONTROLS]

    def keep(self, addresses: Collection[str]) -> None:
        """Forget every other address: a name may come to ever new ones."""
        for by_address in (self.controls, self.samples):
            for address in by_address.keys() - addresses:
                del by_address[address]
        for address, port in [key for key in self.silences if key[0] not in addresses]:
            del self.silences[address, port]
