"""What one round saw of one address of a peer: all that a judgement may rest on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.judge.registration import Registration
from agent.judge.silence import Silence
from probes.outcome import Outcome
from probes.state import State

OPEN_ENOUGH = 3  # open ports nobody should listen on that make a device likely
SMALL_RANGE = 1_000  # a range with fewer ports may well have that many real listeners in a sample ...
MOST_OF_IT = 0.75  # ... so there more than this share of the sample has to be open


@dataclass(frozen=True, slots=True)
class Sight:
    """`source` is this host's name, `name` what the configuration calls the address.

    `outcomes` has the newest outcome for each port, `sampled` those that were asked as a sample of `range_size` ports;
    `registration` is what the address' endpoint mapper said, where it answered;
    `silences` and `controls` tell for a silent port how often it was silent beside which other port that answered;
    `held` ports were by the agent there, and at so many of them `strangers` accepted in its place.
    """

    source: str
    peer: str
    name: str
    address: str
    outcomes: Mapping[int, Outcome]
    sampled: tuple[int, ...] = ()
    range_size: int = 0
    silences: Mapping[int, Silence] = field(default_factory=dict)
    controls: Mapping[int, int] = field(default_factory=dict)
    registration: Registration | None = None
    held: int = 0
    strangers: int = 0

    @property
    def device_answers_all(self) -> bool:
        """Whether ports that nobody is known to listen on answer as a rule, so that an answer proves nothing."""
        natural = self.registration.natural if self.registration else frozenset()
        unknown = [port for port in self.sampled if port in self.outcomes and port not in natural]
        opened = sum(self.outcomes[port].state is State.OPEN for port in unknown) + self.strangers
        most = MOST_OF_IT * (len(unknown) + self.held)
        return opened >= OPEN_ENOUGH and (self.range_size >= SMALL_RANGE or opened > most)
