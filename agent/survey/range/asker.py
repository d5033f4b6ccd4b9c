"""How a round asks ports of one address, and what of their answers goes to the search."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from agent.dynamic.observed import Observed, observed
from agent.dynamic.search import Search
from agent.ground.clock import Clock
from agent.judge.silence import Control
from agent.survey.manners import SHORTEST, Effort
from agent.survey.range.hurry import Hurry
from agent.survey.range.known import CompleteIn
from agent.survey.silence import answered
from agent.survey.view import View
from probes.outcome import Outcome

Knock = Callable[[int], Awaitable[Outcome]]  # at a port of the address in question

KINDS = {True: Observed.CLOSED, False: Observed.REFUSED}  # what answers alike, by whether an RST is the host's own


@dataclass(slots=True)
class Pace:
    """What a round has to go by. `room`: how many attempts may leave right now; `began`: monotonic.

    `wait`: seconds until there is room for so many, infinite for never.
    """

    clock: Clock
    effort: Effort
    began: float
    room: Callable[[], int]
    wait: Callable[[int], float]
    hurry: Hurry
    in_hurry: Effort  # but for what is left
    complete_in: CompleteIn | None  # None: there is but one round

    def hurried(self) -> Effort | None:
        """None: nobody is in a hurry."""
        return replace(self.in_hurry, left=self.hurry.left) if self.hurry.is_on else None

    async def sleep(self, seconds: float) -> None:
        """Or until somebody is in a hurry."""
        await self.hurry.sleep(seconds)


class Asker:
    """`view` keeps what was asked and seen, `search` what it shows."""

    def __init__(self, view: View, search: Search, knock: Knock, clock: Clock) -> None:
        self.view = view
        self.knock = knock
        self._search = search
        self._clock = clock
        self._asked_at: dict[int, float] = {}  # port → monotonic
        self._witnesses: dict[int, Observed] = {}  # ports that reset or refused last, the newest one last

    async def ask(self, port: int) -> Outcome:
        """For the range's sake."""
        self.view.ranged.add(port)
        self._asked_at[port] = self._clock.monotonic()
        return await self.knock(port)

    def asked_at(self, ports: Sequence[int]) -> float:
        """When any of them was asked last (monotonic); long ago if none was."""
        return max((self._asked_at.get(port, 0.0) for port in ports), default=0.0)

    def hears(self) -> bool:
        """Whether any port of the address answered in this round, or was refused."""
        return any(observed(got[-1]) not in (None, Observed.SILENT) for got in self.view.asks.values())

    def take(self, outcomes: Sequence[Outcome], control: Control | None) -> None:
        """Tell the search what ports showed that were asked at the same time, and how a control beside them did."""
        wave = {outcome.target.port: observed(outcome) for outcome in outcomes}
        counts = all(outcome.target.timeout >= SHORTEST for outcome in outcomes)
        self._search.saw(wave, control, self._clock.time(), counts=counts)
        for port, seen in wave.items():
            self._witnesses.pop(port, None)
            if seen is Observed.CLOSED or seen is Observed.REFUSED:
                self._witnesses[port] = seen

    def alike(self, ports: Sequence[int]) -> list[int]:
        """A port that would answer as those do whose silence is in question: a host or a device may limit its answers.

        It resets where RSTs are the host's own, and is refused elsewhere.
        """
        wanted = KINDS[self._search.credible]
        return [port for port, seen in reversed(self._witnesses.items()) if seen is wanted and port not in ports][:1]

    async def ask_control(self, port: int) -> Outcome:
        """Of the range only if nothing else is known to answer alike."""
        return await (self.ask(port) if port in self._search.map.ports else self.knock(port))

    def control(self, outcome: Outcome) -> Control | None:
        """How one did; None: it says nothing of loss."""
        seen = observed(outcome)
        if seen is Observed.SILENT:
            return Control.SILENT
        if seen is None or (seen is not Observed.OPEN and outcome.target.port not in self._witnesses):
            return None
        return answered(outcome)
