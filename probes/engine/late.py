"""How late the event loop runs. An attempt that was in flight while the loop slept may have missed its answer."""

import asyncio
from collections import deque
from collections.abc import Callable

BEAT = 0.05  # seconds between two looks at the clock while attempts are in flight
REMEMBERED = 64
WORTH_KEEPING = 0.005


class Lateness:
    """Beats while `wanted`, calls `beat` each time, and remembers by how much each beat came late."""

    def __init__(self, loop: asyncio.AbstractEventLoop, beat: Callable[[], None]) -> None:
        self._loop = loop
        self._beat = beat
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0
        self._stalls: deque[tuple[float, float]] = deque(maxlen=REMEMBERED)
        self.last = 0.0

    def start(self) -> None:
        """Begin to beat, if it does not beat yet."""
        if self._timer is None:
            self._due = self._loop.time() + BEAT
            self._timer = self._loop.call_at(self._due, self._run)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def since(self, began: float) -> float:
        """The longest that the loop was late, in seconds, within the time from `began` (loop time) until now."""
        now = self._loop.time()
        overdue = now - self._due if self._timer is not None else 0.0
        stalls = [(now, overdue), *self._stalls]
        return max(0.0, *(min(late, ended - began) for ended, late in stalls))

    def _run(self) -> None:
        now = self._loop.time()
        self.last = max(0.0, now - self._due)
        if self.last >= WORTH_KEEPING:
            self._remember(now, self.last)
        self._timer = None
        self.start()
        self._beat()

    def _remember(self, ended: float, late: float) -> None:
        """Forget the shorter ones before it: whatever they overlapped, this one did too, or it came after."""
        while self._stalls and self._stalls[-1][1] <= late:
            self._stalls.pop()
        self._stalls.append((ended, late))
