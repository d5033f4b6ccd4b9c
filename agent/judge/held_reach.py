"""What is known of the range of one address whose agent listened for us: what a judgement of it rests on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agent.ground.ports import NO_PORTS, PortSet
from agent.judge.coverage import Coverage
from agent.judge.held import Shows
from probes.outcome import Outcome
from probes.wire.rendezvous.messages import Holding, Reason


@dataclass(frozen=True, slots=True)
class HeldReach:
    """What is known of the range of one address. `seen`: the newest outcome of each port asked in this round.

    `shut`: intervals that accuse, by how they are; `suspect`: the same of what is not certain, or was not seen so in
    this round. `held` ports were, of which `passed` so many; `not_held`: how many were not, by why.
    """

    ports: PortSet
    address: str
    seen: Sequence[Outcome]
    coverage: Coverage
    shut: Mapping[Shows, PortSet] = field(default_factory=dict)
    suspect: Mapping[Shows, PortSet] = field(default_factory=dict)
    passes: PortSet = NO_PORTS
    unexplained: PortSet = NO_PORTS  # they did not pass, and it is not known why
    translated_to: str | None = None  # where the listeners are bound, if that is not the probed address
    confirmed: bool = False
    lossy: bool = False
    own_probing: bool = False
    fell_silent: bool = False  # the far end, in the middle of the round
    never_reached: bool = False  # by all that is known, no held port, in the last day: its firewall may be shut
    opened_by_mapper: bool = False
    held: int = 0
    passed: int = 0
    not_held: Mapping[tuple[Holding, Reason], int] = field(default_factory=dict)
