"""A token bucket for each sender: how many new requests are carried out."""

from collections.abc import Hashable

RATE = 20.0  # a second
BURST = 60


class Rates:
    """Whoever is served is one of the configuration, so there are not many."""

    def __init__(self, rate: float = RATE, burst: int = BURST) -> None:
        self._rate = rate
        self._burst = burst
        self._left: dict[Hashable, tuple[float, float]] = {}  # tokens, and when there were so many

    def take(self, who: Hashable, now: float) -> bool:
        """Whether there was a token."""
        tokens, at = self._left.get(who, (float(self._burst), now))
        tokens = min(self._burst, tokens + max(0.0, now - at) * self._rate)
        self._left[who] = (tokens - 1 if tokens >= 1 else tokens), now
        return tokens >= 1
