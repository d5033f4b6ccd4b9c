"""The life of the service, as the service control manager is told of it: driven by the clock, and no thread in it.

`tick` is asked every second or so, and at once after something happened; what it gives is to be told.
"""

from dataclasses import dataclass
from enum import Enum

from agent.hosting.windows.conditions import Failure
from agent.hosting.windows.names import LONGEST_SILENCE, LONGEST_START

TICK = 1.0  # seconds
# A machine that was suspended comes back in the middle of a wait. What is longer than this was no waiting of ours.
LONGEST_TICK = 2.0 * TICK
HINT = 10.0  # seconds within which something new is said


class Phase(Enum):
    """As the service control manager has them."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Report:
    """`checkpoint` grows while it starts or stops. `failure`: of one that stopped. `cut_short`: it did not end itself.

    The last one is STOPPED: then the process ends, whatever still runs in it.
    """

    phase: Phase
    checkpoint: int = 0
    failure: Failure | None = None
    cut_short: bool = False


class Course:
    """What happens is told from any thread, one assignment each; `tick` belongs to one of them."""

    def __init__(self, now: float) -> None:
        self._ticked = now
        self._phase = Phase.STARTING
        self._checkpoint = 0
        self._spent = 0.0  # seconds in this phase
        self._silent = 0.0  # seconds without a beat
        self._beaten = False
        self._listens = False
        self._limit: float | None = None  # seconds to stop in, once it was told to
        self._ended = False
        self._failure: Failure | None = None

    def listening(self) -> None:
        """It has started."""
        self._listens = True

    def beat(self) -> None:
        """The event loop turns."""
        self._beaten = True

    def told_to_stop(self, limit: float) -> None:
        """Within `limit` seconds; the first one counts, a shorter one too."""
        self._limit = limit if self._limit is None else min(limit, self._limit)

    def ended(self, failure: Failure | None) -> None:
        """The agent is at its end. None: as it was told to."""
        self._failure = failure
        self._ended = True

    def tick(self, now: float) -> Report:
        """What there is to tell now."""
        passed, self._ticked = min(max(now - self._ticked, 0.0), LONGEST_TICK), now
        self._spent += passed
        self._silent = 0.0 if self._beaten else self._silent + passed
        self._beaten = False
        self._move()
        if self._ended:
            return Report(Phase.STOPPED, 0, None if self._limit is not None else self._failure)
        return self._overdue() or self._as_it_is()

    def _move(self) -> None:
        if self._limit is not None:
            self._enter(Phase.STOPPING)
        elif self._listens:
            self._enter(Phase.RUNNING)

    def _enter(self, phase: Phase) -> None:
        if phase is not self._phase:
            self._phase, self._spent, self._silent, self._checkpoint = phase, 0.0, 0.0, 0

    def _overdue(self) -> Report | None:
        """Whoever was told to stop has not failed: nothing is to start it again."""
        match self._phase:
            case Phase.STARTING if self._spent > LONGEST_START:
                return Report(Phase.STOPPED, 0, Failure.START_TOO_LONG, cut_short=True)
            case Phase.RUNNING if self._silent > LONGEST_SILENCE:
                return Report(Phase.STOPPED, 0, Failure.STUCK, cut_short=True)
            case Phase.STOPPING if self._limit is not None and self._spent > self._limit:
                return Report(Phase.STOPPED, cut_short=True)
        return None

    def _as_it_is(self) -> Report:
        if self._phase is Phase.RUNNING:
            return Report(self._phase)
        self._checkpoint += 1
        return Report(self._phase, self._checkpoint)
