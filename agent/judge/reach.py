"""What is known of the range of one address from one end: what a judgement of it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass

from agent.ground.ports import NO_PORTS, PortSet
from agent.judge.coverage import Coverage
from agent.judge.table import Beside
from probes.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Reach:
    """What is known of the range of one address. `seen`: the newest outcome of each port asked in this round.

    `refused`, `passes` and `suspect` are intervals of all that is known; `credible`: an RST was shown to be the host's
    own in this round; `unexplained`: ports were silent, and it is not known why.
    """

    ports: PortSet
    seen: Sequence[Outcome]
    coverage: Coverage
    refused: PortSet = NO_PORTS
    passes: PortSet = NO_PORTS
    suspect: PortSet = NO_PORTS
    confirmed: bool = False
    credible: bool = False
    unexplained: bool = False
    lossy: bool = False
    own_probing: bool = False
    exempt: frozenset[int] = frozenset()  # ports at which services are registered
    again: int = 0  # ports that were silent, and answered when they were asked again
    missing: Beside | None = None  # an agent should listen for us there, and why it does not
