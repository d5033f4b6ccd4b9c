"""How fast, how often, how many: what a peer and the devices on the way must be able to bear.

An intrusion detection system shuns a source that asks 30 ports in 20 s, and a BizTalk server that is shunned loses SSO
itself. So an agent sends any peer at most 40 range attempts a minute and 15 in any 20 s, whatever is configured.
"""

from dataclasses import dataclass

RANGE_SPACING = 1.5  # seconds between two range attempts at one peer: 40 a minute, 13 in 20 s
BURST = 4  # range attempts that may go at once; enough to notice a device that answers for everyone
FLOOR = 10.0  # seconds between the beginnings of two rounds of a peer


@dataclass(frozen=True, slots=True)
class Manners:
    """`timeout` and the others in seconds. `spread` is the time that a round's range attempts are spread over."""

    timeout: float
    interval: float
    samples: int
    spread: float
    spacing: float  # between two asks of a silent port
    at_once: bool  # one round for a person who waits: no spreading

    @classmethod
    def once(cls, timeout: float, interval: float, samples: int) -> "Manners":
        """For `probe once`. The interval only names the round."""
        return cls(timeout, interval, samples, spread=0.0, spacing=1.0, at_once=True)

    @classmethod
    def agent(cls, timeout: float, interval: float, samples: int) -> "Manners":
        """For the agent: range attempts over most of the interval, the rest of it for answers to come."""
        interval = max(interval, FLOOR)
        return cls(timeout, interval, samples, spread=interval - timeout - 1, spacing=FLOOR, at_once=False)

    def delays(self, count: int) -> list[float]:
        """When, after the beginning of a round, each of `count` range attempts is due."""
        if self.at_once:
            return [0.0] * count
        later = max(0, count - BURST)
        gap = max(RANGE_SPACING, self.spread / later if later else 0.0)
        return [0.0] * (count - later) + [gap * (number + 1) for number in range(later)]
