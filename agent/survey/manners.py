"""How fast, how often, how many: what a peer and the devices on the way must be able to bear.

An intrusion detection system shuns a source that asks 30 ports in 20 s, and a BizTalk server that is shunned loses SSO
itself. So an agent sends any peer at most 40 range attempts a minute and 15 in any 20 s, whatever is configured. Here a
round is planned so that it fits; `budget` sees to it that it does.
"""

from bisect import bisect_left
from dataclasses import dataclass
from math import ceil, floor

from agent.survey.budget import LIMITS

BURST = 4  # range attempts that may go at once; enough to notice a device that answers for everyone
PATIENCE = 0.9  # seconds that the budget may hold up an attempt
AGAIN_AT_ONCE = 8  # asks again of silent ports, and of the controls beside them
FLOOR = 10.0  # seconds between the beginnings of two rounds of a peer
MOST_ONCE = 250  # range attempts at one peer by `probe once`
ENDS = 2  # the first and the last port of the range go along with every sample


@dataclass(frozen=True, slots=True)
class Manners:
    """`timeout` and the others in seconds. `spread` is the time that a round's range attempts are spread over."""

    timeout: float
    interval: float
    samples: int
    most: int  # range attempts a round
    spread: float
    spacing: float  # between two asks of a silent port
    at_once: bool  # one round for a person who waits: no spreading

    @classmethod
    def once(cls, timeout: float, interval: float, samples: int) -> "Manners":
        """For `probe once`. The interval only names the round."""
        return cls(timeout, interval, samples, MOST_ONCE, spread=0.0, spacing=1.0, at_once=True)

    @classmethod
    def agent(cls, timeout: float, interval: float, samples: int) -> "Manners":
        """For the agent: range attempts over most of the interval, the rest of it for answers to come."""
        interval = max(interval, FLOOR)
        spread = interval - timeout - 1
        return cls(timeout, interval, samples, most_that_fit(interval, spread), spread, spacing=FLOOR, at_once=False)

    def samples_for(self, addresses: int) -> int:
        """How many samples fit into a round: the budget is a peer's, however many addresses it has."""
        return max(1, min(self.samples, self.most // max(1, addresses) - ENDS))

    def delays(self, count: int) -> list[float]:
        """When, after the beginning of a round, each of `count` range attempts is due."""
        if self.at_once:
            return [0.0] * count
        later = max(0, count - BURST)
        return [0.0] * (count - later) + [self.spread * (number + 1) / later for number in range(later)]


def most_that_fit(interval: float, spread: float) -> int:
    """How many range attempts a round may make so that no budget has to hold one up for long."""
    most = min(floor(attempts * interval / seconds) for attempts, seconds in LIMITS)
    return bisect_left(range(1, most + 1), True, key=lambda count: not _fits(count, interval, spread))


def _fits(count: int, interval: float, spread: float) -> bool:
    return all(_densest(count, seconds - PATIENCE, interval, spread) <= most for most, seconds in LIMITS)


def _densest(count: int, seconds: float, interval: float, spread: float) -> int:
    """The most attempts in any so many seconds: those of whole rounds, a burst, and what follows it."""
    rounds, rest = divmod(seconds, interval)
    later = max(0, count - BURST)
    return int(rounds) * count + min(count, count - later + ceil(later * rest / spread))
