"""At which ports somebody has listened on this host lately: a service comes back to its port, and must find it free.

Lately: within 30 days of watching, which no clock that is set makes shorter. What passes while nobody watches does not
count, so that a port is rather remembered for too long.
"""

from collections.abc import Iterable, Mapping

from agent.ground.ports import port_number

MEMORY = 30 * 86_400.0  # seconds
LONGEST = 1e11  # seconds; 3,000 years
LONGEST_STEP = 60.0  # seconds between two looks that are believed; a clock that is set ahead may say any number


class OwnPorts:
    """Times are UTC and in seconds, as the clock says them at each moment."""

    def __init__(self) -> None:
        self._watched = 0.0  # seconds
        self._at: float | None = None  # when that was so
        self._last: dict[int, float] = {}  # port: how long had been watched when somebody listened there

    def note(self, listening: Iterable[int], now: float) -> None:
        """Somebody listens there right now; whoever calls leaves out what we hold for other agents."""
        self._watched, self._at = self._watched_until(now), now
        self._last |= dict.fromkeys(listening, self._watched)
        self._last = {port: last for port, last in self._last.items() if self._watched - last < MEMORY}

    def seen(self, port: int, now: float) -> bool:
        last = self._last.get(port)
        return last is not None and self._watched_until(now) - last < MEMORY

    def state(self) -> dict[str, object]:
        """For a file."""
        return {
            "watched": round(self._watched),
            "ports": {str(port): min(round(last), round(self._watched)) for port, last in sorted(self._last.items())},
        }

    def restore(self, state: Mapping[str, object], now: float) -> None:
        """From a file, at the start. Raises ValueError when it is not understood."""
        match state:
            case {"watched": watched, "ports": dict(ports)}:
                until, last = _seconds(watched), {port_number(port): _seconds(at) for port, at in ports.items()}
            case _:
                raise ValueError("not what is known of this host's ports")
        if any(at > until for at in last.values()):
            raise ValueError("a port that was seen later than anything")
        self._watched, self._at, self._last = until, now, last

    def _watched_until(self, now: float) -> float:
        if self._at is None:
            return self._watched
        return self._watched + min(max(0.0, now - self._at), LONGEST_STEP)


def since_boot(now: float) -> float | None:
    """Seconds since this host has started. `now`: UTC; None: the system does not tell."""
    import psutil  # only here: `probe --help` is to be quick

    try:
        return max(0.0, now - psutil.boot_time())
    except (psutil.Error, OSError, RuntimeError, ValueError):
        return None


def _seconds(written: object) -> float:
    if isinstance(written, bool) or not isinstance(written, int | float) or not 0 <= written <= LONGEST:
        raise ValueError("a time that is none")
    return float(written)
