"""A token bucket for each sender: how many new requests are carried out."""

from collections.abc import Hashable

RATE = 20.0  # a second
BURST = 60


class Rates:
    """Whoever is served is one of the configuration, so there are not many."""

    def __init__(self, rate: float = RATE, burst: int = BURST) -> None:
        self._rate = rate
        self._burst = burst
        self._full_at: dict[Hashable, float] = {}  # when the bucket is full again

    def take(self, who: Hashable, now: float) -> bool:
        """Whether there was a token."""
        full_at = max(self._full_at.get(who, now), now) + 1 / self._rate
        if full_at - now > self._burst / self._rate:
            return False
        self._full_at[who] = full_at
        return True
