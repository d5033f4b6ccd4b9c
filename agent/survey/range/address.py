"""The round of one address: with the agent there, if it answers, or from this end alone."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from agent.judge.held_reach import HeldReach
from agent.judge.reach import Reach
from agent.judge.table import Beside
from agent.survey.range.far import Far, Greet, Silent
from agent.survey.range.held import HeldRound
from agent.survey.range.known import RangeMemory
from agent.survey.range.round import RangeRound
from agent.survey.view import View

MISSING = {Silent.NO_ANSWER: Beside.AGENT_SILENT, Silent.OTHER_VERSION: Beside.OTHER_VERSION}


class AddressRound:
    """`alone` and `held` make the round of either way; `greet` None: there is no key, and nobody to greet.

    `patient`: an agent that was silent in the last round is greeted beside this one, for the next, and not waited for.
    """

    def __init__(
        self,
        view: View,
        known: RangeMemory,
        alone: Callable[[], RangeRound],
        held: Callable[[Far | None], HeldRound],
        greet: Greet | None,
        *,
        patient: bool,
    ) -> None:
        self.view = view
        self._known = known
        self._alone = alone
        self._held = held
        self._greet = greet
        self._patient = patient
        self._round: RangeRound | HeldRound | None = None
        self._is_known = False  # from the beginning, how to judge
        self._idle = False
        self._missing: Beside | None = None  # why there is nobody to ask, as far as that was known at first
        self._chosen = asyncio.Event()
        self._sampled = asyncio.Event()  # from this end alone: what is due at once

    def begin(self, *, idle: bool) -> None:
        """Before anything is asked. `idle`: nothing is to be; it stays as it was."""
        self._idle = idle
        if idle and isinstance(self._known.reach, HeldReach):
            self._choose(self._held(None))
        elif idle or self._greet is None or (self._patient and isinstance(self._known.met, Silent)):
            self._choose(self._alone())
        self._is_known = self._round is not None

    def _choose(self, chosen: RangeRound | HeldRound) -> None:
        self._round = chosen
        self._missing = MISSING.get(self._known.met) if isinstance(self._known.met, Silent) else None
        self._chosen.set()

    async def early(self) -> None:
        """What is due at once, from this end alone. No other check waits for a greeting, but where a person does."""
        if not self._patient:
            await self._chosen.wait()
        if isinstance(self._round, RangeRound) and (self._is_known or not self._patient):
            await self._sample_early(self._round)

    async def _sample_early(self, alone: RangeRound) -> None:
        await alone.early()
        self._sampled.set()

    async def late(self) -> None:
        """Ask the rest, each at its time; meet the agent first, or else meanwhile."""
        if self._is_known and self._round is not None:
            await asyncio.gather(self._meet(), self._ask(self._round))
            return
        await self._meet()
        self._choose(self._held(self._known.met) if not isinstance(self._known.met, Silent) else self._alone())
        if self._patient and isinstance(self._round, RangeRound):
            await self._sample_early(self._round)
        await self._ask(self._round)

    async def _meet(self) -> None:
        if self._greet is not None and not self._idle and self.view.address is not None:
            self._known.met = await self._greet(self.view.address)

    async def _ask(self, chosen: RangeRound | HeldRound | None) -> None:
        if isinstance(chosen, RangeRound):
            await chosen.late()
        elif chosen is not None:
            await chosen.run()

    async def explore(self, registered: frozenset[int], named: frozenset[int]) -> None:
        """`registered`: where services of this address are; `named`: where its mapper said so in this round."""
        await self._chosen.wait()
        if isinstance(self._round, HeldRound):
            await self._round.explore(registered)
        elif self._round is not None:
            await self._sampled.wait()
            await self._round.explore(registered, named)

    def end(self) -> Reach | HeldReach:
        """What it came to. Nothing is asked any more."""
        if self._round is None:
            raise RuntimeError("a round that ends before it was asked")
        reach = self._round.end()
        if isinstance(reach, Reach) and not self._idle and self._missing is not None:
            reach = self._known.reach = replace(reach, missing=self._missing)
        return reach
