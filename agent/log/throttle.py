"""How many lines others may make us write."""

import logging
from collections import deque
from collections.abc import Callable

from agent.log.lines import fields_of


class Throttle(logging.Filter):
    """At most MOST records in any PERIOD seconds; the others are dropped, and their number told with the next one."""

    MOST, PERIOD = 5, 60.0

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self._clock = clock
        self._times: deque[float] = deque(maxlen=self.MOST)
        self._dropped = 0

    def filter(self, record: logging.LogRecord) -> bool:
        now = self._clock()
        if len(self._times) == self.MOST and now - self._times[0] < self.PERIOD:
            self._dropped += 1
            return False
        self._times.append(now)
        if self._dropped:
            record.fields = {**fields_of(record), "dropped_before": self._dropped}
            self._dropped = 0
        return True
