"""What is asked beside a wave of held ports, so that silence and refusals in it mean something."""

import asyncio
from collections.abc import Sequence
from itertools import chain

from agent.dynamic.observed import Observed
from agent.dynamic.search import Search
from agent.judge.held import Shows
from agent.judge.silence import Control
from agent.survey.range.asker import Knock
from agent.survey.range.planner import Plan, Planner
from agent.survey.range.shunned import Shunned
from agent.survey.range.sighted import BAD, Sighted
from agent.survey.silence import answered, control_of
from probes.outcome import Outcome
from probes.state import State

SHUT = frozenset({Observed.SILENT, Observed.REFUSED})
HEARD = frozenset({State.OPEN, State.FILTERED, State.CLOSED, State.REJECTED})


class Controls:
    """Of one round. `knock`: at a port that nobody holds."""

    def __init__(self, search: Search, sighted: Sighted, planner: Planner, shunned: Shunned, knock: Knock) -> None:
        self._search = search
        self._sighted = sighted
        self._planner = planner
        self._shunned = shunned
        self._knock = knock

    def of(self, plan: Plan) -> tuple[list[int], list[int]]:
        """Beside a search, and what was shut before: a port that passed, one of the sample if there is one.

        Or else one that nobody holds. Where new connections are limited in number, or dropped because of our asking,
        the far end answers all the same.
        """
        known, doubted = self._search.map, self._search.doubted
        again = plan.search or [port for port in plan.sample if port in doubted or known[port] in SHUT]
        if not again:
            return [], []
        sample = (port for port in plan.sample if known[port] is Observed.OPEN and port not in doubted)
        passed = (port for port in reversed(self._sighted.passed()) if port not in doubted)
        more = self._planner.has_room_for(len(plan.search) + 1)
        held = [port for port in chain(sample, passed if more else ()) if port not in plan.search][:1]
        return held, self._shunned.controls()[:1] if more and not held else []

    async def ask(self, ports: Sequence[int], left: asyncio.Event) -> list[Outcome]:
        """Once the others are on their way: whoever limits connections lets the first ones through."""
        await left.wait()
        return await asyncio.gather(*map(self._knock, ports))

    def how(self, held: Sequence[int], beside: Sequence[Outcome]) -> Control | None:
        """How the control of a wave did; None: there was none, or it shows nothing.

        SILENT also for one that is refused now: it answered before.
        """
        for port in held:
            shows = self._sighted.shows.get(port, Shows.NOTHING)
            if shows in BAD:
                self._planner.ask_again(port)  # it passed before: the search is to know
                return Control.SILENT
            return answered(self._sighted.outcomes[port]) if shows is Shows.PASSES else None
        for outcome in beside:
            if outcome.state in HEARD:
                return control_of(outcome)
        return None


def worse(exchange: Control | None, beside: Control | None) -> Control | None:
    """Of the two controls of a wave. Without a report there is none."""
    if exchange is None or beside is None:
        return exchange
    both = exchange, beside
    return next(control for control in (Control.SILENT, Control.LATE, Control.ANSWERED) if control in both)
