"""How fast, how often, how many: what a peer and the devices on the way must be able to bear.

An intrusion detection system shuns a source that asks 30 ports in 20 s, and a BizTalk server that is shunned loses SSO
itself. So an agent sends any peer at most 40 range attempts a minute and 15 in any 20 s, whatever is configured. Here a
round is planned so that it fits; `budget` sees to it that it does.
"""

import sys
from bisect import bisect_left
from dataclasses import dataclass
from math import ceil, floor

from agent.survey.budget import LIMITS

# Seconds. A silence counts if at least one SYN was repeated in it; Windows gives up on a refusal only after about 2 s.
SHORTEST = 3.0 if sys.platform == "win32" else 1.2
BURST = 4  # range attempts that may go at once; enough to notice a device that answers for everyone
PATIENCE = 0.9  # seconds that the budget may hold up an attempt
MINUTE = 60.0  # seconds
NAMED = 1  # ports in the range that an address' mapper names, each round, as a rule
ANCHOR = 5  # attempts a minute to find out whose the RSTs of an address are
SEARCH, SHORT_SEARCH = 2, 6  # attempts a round to search there, at least; a round below a minute leaves less by itself
AGAIN_AT_ONCE = 8  # asks again of silent ports, and of the controls beside them
FLOOR = 10.0  # seconds between the beginnings of two rounds of a peer
BUDGET_AT_ONCE = min(most for most, _ in LIMITS)
SOON = 0.1  # seconds: as soon as the budget allows, and no check waits for it
BETWEEN_IN_HURRY = 1.0  # seconds from wave to wave, while somebody waits
MOST_ONCE = 246  # range attempts at one peer by `probe once`: 250 with a last look whether it still answers
ENDS = 2  # the first and the last port of the range go along with every sample
PLANNED = 0.75  # of what may leave this host; the rest is for searches, and for silence that is asked again
BESIDE_RANGE = 3  # attempts a round at a peer beside those at its range, as a rule
LONGEST_ONCE = 90.0  # seconds that a search may take while a person waits
AGAIN_ONCE, AGAIN_AGENT = 1.0, 10.0  # seconds between two asks of a silent port


@dataclass(frozen=True, slots=True)
class Effort:
    """What one address may be asked in a round beside its sample: `left` attempts, `at_once` in a wave.

    `spacing`: seconds between two asks of a port, `between`: from the beginning of a wave to that of the next;
    `seconds`: no wave begins later in the round.
    """

    left: int
    at_once: int
    spacing: float
    between: float
    seconds: float
    exact: bool = True  # edges are looked for
    anchor: int = 0  # of `left`, what is kept for rounds in which it is asked whose the RSTs are

    @property
    def recheck(self) -> int:
        """How many of them may go to edges that are known already."""
        return self.left // 2


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
    exact: bool = True  # the edges of what is shut are searched for
    window: float | None = None  # seconds after which a tested port counts as untested again; None: by the pace

    @classmethod
    def once(cls, timeout: float, interval: float, samples: int, *, exact: bool = True) -> "Manners":
        """For `probe once`. The interval only names the round."""
        return cls(timeout, interval, samples, MOST_ONCE, spread=0.0, spacing=AGAIN_ONCE, at_once=True, exact=exact)

    @classmethod
    def agent(cls, timeout: float, interval: float, samples: int, *, window: float | None = None) -> "Manners":
        """For the agent: range attempts over most of the interval, the rest of it for answers to come."""
        interval = max(interval, FLOOR)
        spread = interval - max(timeout, SHORTEST) - 1
        most = most_that_fit(interval, spread)
        return cls(timeout, interval, samples, most, spread, spacing=AGAIN_AGENT, at_once=False, window=window)

    def samples_for(self, addresses: int, reached: int = 0) -> int:
        """How many samples fit into a round: the budget is a peer's, however many addresses it has.

        `addresses` have their range asked in it, of those `reached`.
        """
        return max(1, min(self.samples, self._left(reached) // max(1, addresses) - ENDS - self._beside))

    def addresses(self, reached: int) -> int:
        """How many of a peer's addresses can have their range asked in one round; the others come next."""
        return max(1, self._left(reached) // (1 + ENDS + self._beside))

    def _left(self, reached: int) -> int:
        """Range attempts beside those that the mappers of all addresses name."""
        return self.most - NAMED * reached

    @property
    def _beside(self) -> int:
        """Range attempts at an address beside its sample."""
        search = SEARCH if self.interval >= MINUTE else SHORT_SEARCH
        return search + ceil(ANCHOR * min(1.0, self.interval / MINUTE))

    def effort(self, sampled: int, addresses: int, reached: int) -> Effort:
        """For each address, beside a sample of so many attempts at all of them."""
        left = max(0, (self._left(reached) - sampled) // max(1, addresses))
        if self.at_once:
            return Effort(left, left, self.spacing, 0.0, LONGEST_ONCE, self.exact)
        anchor = ceil(ANCHOR * min(1.0, self.interval / MINUTE))
        waves = max(1, floor(self.spread / self.spacing))
        return Effort(left, ceil(left / waves), self.spacing, self.spacing, self.spread, anchor=anchor)

    def in_hurry(self) -> Effort:
        """Of an agent that somebody waits for: as much as the budget allows, and as soon."""
        return Effort(MOST_ONCE, BUDGET_AT_ONCE, self.spacing, BETWEEN_IN_HURRY, self.spread)

    def delays(self, count: int, *, in_hurry: bool = False) -> list[float]:
        """When, after the beginning of a round, each of `count` range attempts is due."""
        if self.at_once:
            return [0.0] * count
        later = max(0, count - BURST)
        if in_hurry:
            return [0.0] * (count - later) + [SOON] * later
        return [0.0] * (count - later) + [self.spread * (number + 1) / later for number in range(later)]


def samples_of_each(samples: int, ranges: int, interval: float, rate: float) -> int:
    """How many ports of each of so many ranges a round may sample, where `rate` attempts a second may leave this host.

    Rounds that ask for more overrun, and those that come too late are left out, and their ports with them.
    """
    share = floor(PLANNED * rate * interval / max(1, ranges))
    return max(1, min(samples, share - ENDS - BESIDE_RANGE))


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
