"""What a peer must bear of range attempts: a hard limit, whatever is configured and whoever asks."""

import asyncio
from collections import deque
from collections.abc import Sequence

from agent.ground.clock import Clock

SLACK = 0.1  # seconds; an attempt leaves a little after its time
LEAST = 0.001  # seconds to wait, if at all: differences of clock readings are not exact
LIMITS = ((15, 20 + SLACK), (40, 60 + SLACK))  # attempts in any so many seconds


class Budget:
    """Hands out the times at which attempts may go, in the order of asking."""

    def __init__(self, clock: Clock, limits: Sequence[tuple[int, float]] = LIMITS) -> None:
        self._clock = clock
        self._limits = limits
        self.spent = 0  # attempts, waited for or not
        self.turn = asyncio.Lock()  # of whoever waits for room, so that nobody else takes it meanwhile
        self._taken: deque[float] = deque(maxlen=max((most for most, _ in limits), default=0))

    def go_on_from(self, before: "Budget") -> None:
        """In place of it: what it let go counts."""
        self._taken.extend(before._taken)

    @property
    def room(self) -> int:
        """How many may go right now."""
        now = self._clock.monotonic()
        return min(most - sum(at > now - window for at in self._taken) for most, window in self._limits)

    def wait(self, count: int) -> float:
        """Seconds until so many may go at once, if nobody else takes any; or as many as ever may."""
        now = self._clock.monotonic()
        full, count = [0.0], min([count, *(most for most, _ in self._limits)])
        for most, window in self._limits:
            recent = [at for at in self._taken if at > now - window]
            over = len(recent) + count - most
            full += [max(LEAST, recent[over - 1] + window - now)] if over > 0 else []
        return max(full)

    def note(self) -> None:
        """One leaves that is not to wait."""
        self.spent += 1

    def reserve(self) -> float:
        """When one may leave, and will; monotonic."""
        now = self._clock.monotonic()
        full = (self._taken[-most] + window for most, window in self._limits if len(self._taken) >= most)
        at = max([now, *full])
        self._taken.append(at)
        self.spent += 1
        return at

    async def take(self) -> None:
        """Wait for leave to send one. Who is cancelled meanwhile has spent it."""
        wait = self.reserve() - self._clock.monotonic()
        if wait > 0:
            await self._clock.sleep(wait)
