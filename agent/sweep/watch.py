"""Whether an address still answers: ports that answered in the sweep are asked again, meanwhile and beside each wave.

If two that answered are silent, again and again, something shuns us: most likely an intrusion system, because of this
sweep.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from agent.dynamic.observed import Observed
from agent.ground.clock import Clock
from agent.ground.ports import LAST_PORT
from agent.judge.silence import Control
from agent.survey.manners import AGAIN_ONCE
from agent.survey.shun import TIMES, heard
from agent.survey.silence import answered
from probes.outcome import Outcome
from probes.state import State

OPEN, CLOSED = bytes([Observed.OPEN]), bytes([Observed.CLOSED])
MOST_OPEN = 8  # open ports that are thought of as controls


class Watch:
    """`states` is by port, one byte of `Observed`; whoever makes the watch fills it."""

    def __init__(self, check: Callable[[int], Awaitable[Outcome]], clock: Clock) -> None:
        self.states = bytearray(LAST_PORT + 1)
        self._check, self._clock = check, clock
        self._gone: set[int] = set()  # they answered before, and do not while others do
        self._good: list[tuple[float, Control]] = []  # when a control was asked that answered, and how
        self.in_doubt = False
        self.shunned = False

    @property
    def can_look(self) -> bool:
        """Whether anything has answered."""
        return OPEN in self.states or CLOSED in self.states

    @property
    def last_good(self) -> float:
        """When a control was asked last that answered; before the beginning of time if none was."""
        return self._good[-1][0] if self._good else float("-inf")

    def beside(self, began: float, deadline: float) -> Control | None:
        """How a control did that was asked while an attempt was in flight that began then."""
        found = {control for moment, control in self._good if began <= moment <= began + deadline}
        return Control.ANSWERED if Control.ANSWERED in found else Control.LATE if found else None

    async def look(self) -> Control | None:
        """Ask a control. None: there is none, or we could not ask it. Sets `shunned` when it is time to stop."""
        controls = self._controls()
        control = await self._ask(controls[0]) if controls else None
        if control is Control.SILENT and len(controls) > 1:
            self.in_doubt = True
            try:
                await self._doubt(controls[0], controls[1])
            finally:
                self.in_doubt = False
        return control

    def _controls(self) -> list[int]:
        """The better ones first: open ones, then closed ones from both ends of what was seen."""
        found = [port for port in self._open() if port not in self._gone]
        closed = {self.states.rfind(CLOSED), self.states.find(CLOSED)} - {-1} - self._gone
        return found + sorted(closed, reverse=True)

    def _open(self) -> list[int]:
        found: list[int] = []
        at = self.states.find(OPEN)
        while at >= 0 and len(found) < MOST_OPEN:
            found.append(at)
            at = self.states.find(OPEN, at + 1)
        return found

    async def _doubt(self, one: int, other: int) -> None:
        """One was silent. Is another one, too, and are both, again and again?"""
        answered = await heard((one, other), self._are_silent, self._wait, TIMES - 1)
        self.shunned = not answered
        if answered == [other]:
            self._gone.add(one)

    async def _are_silent(self, ports: Sequence[int]) -> list[bool]:
        return [control is Control.SILENT for control in await asyncio.gather(*map(self._ask, ports))]

    async def _wait(self) -> None:
        await self._clock.sleep(AGAIN_ONCE)

    async def _ask(self, port: int) -> Control | None:
        began = self._clock.monotonic()
        control = _control(await self._check(port), was_open=self.states[port] == Observed.OPEN)
        if control in (Control.ANSWERED, Control.LATE):
            self._good.append((began, control))
        return control


def _control(outcome: Outcome, *, was_open: bool) -> Control | None:
    """A port that was open and resets now has changed: the address is there, and silence beside it shows nothing."""
    if outcome.state in (State.OPEN, State.CLOSED):
        return Control.LATE if was_open and outcome.state is State.CLOSED else answered(outcome)
    return None if outcome.state is State.LOCAL_FAULT else Control.SILENT
