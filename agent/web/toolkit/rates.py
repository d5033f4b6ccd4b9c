"""`rate_limit`: a bucket of requests that fills up with time."""


class Bucket:
    """`interval` seconds for one request, room for `burst`; the clock is an argument."""

    def __init__(self, interval: float, burst: int, now: float) -> None:
        self._interval = interval
        self._burst = burst
        self._left = float(burst)
        self._at = now

    def take(self, now: float) -> bool:
        """Whether one more may come in."""
        self._left = min(float(self._burst), self._left + (now - self._at) / self._interval)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
