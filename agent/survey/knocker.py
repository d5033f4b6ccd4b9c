"""Every attempt at one peer goes through here: paid for, noted for later, and shown to the view of its address."""

import asyncio
from collections.abc import Awaitable, Sequence
from functools import partial
from typing import Protocol

from agent.ground.path import Check, Path
from agent.survey.budget import Budget
from agent.survey.manners import AGAIN_AT_ONCE, SHORTEST, Manners
from agent.survey.memory import Memory
from agent.survey.range.ranging import Knocks
from agent.survey.silence import DEADLINE
from agent.survey.view import View
from probes.outcome import Outcome, Target
from probes.registry import Kind


class Ask(Protocol):
    """One attempt of a kind, at its turn."""

    def __call__(self, target: Target, kind: Kind = ..., question: object = ...) -> Awaitable[Outcome]: ...


class Knocker:
    """The attempts of one peer's rounds. `paths` all lead to it."""

    def __init__(self, paths: Sequence[Path], manners: Manners, ask: Ask, memory: Memory, budget: Budget) -> None:
        self._ranges = [path.ports for path in paths if path.check is Check.RPC_RANGE]
        self._source_address = paths[0].source_address
        self._manners = manners
        self._ask = ask
        self._memory = memory
        self._budget = budget
        self._asking_again = asyncio.Semaphore(AGAIN_AT_ONCE)

    async def knock(
        self,
        view: View,
        port: int,
        timeout: float = 0.0,
        kind: Kind = Kind.CONNECT,
        question: object = None,
        told: bool = False,
        paid: bool = False,
    ) -> Outcome:
        """`timeout` if the usual one is too short; `told`: the peer itself said which port, so it may be any.

        `paid`: the budget knows already.
        """
        if not paid and (told or self._in_range(port)):
            if self._manners.at_once:
                self._budget.note()
            else:
                await self._budget.take()
        outcome = await self._ask(self._target(view, port, timeout), kind, question)
        if kind is Kind.BROWSER:  # UDP: neither a door of ours nor a control
            return outcome
        view.add(outcome)
        if view.address is not None:
            self._memory.note(view.address, outcome)
        return outcome

    async def again(self, view: View, port: int) -> Outcome:
        """At a port that was silent: few of these at once, and each with time for a retransmission."""
        async with self._asking_again:
            return await self.knock(view, port, DEADLINE)

    def in_range(self, view: View) -> Knocks:
        """The ways to ask at the ports of the dynamic range."""
        knock = partial(self.knock, view, timeout=SHORTEST)
        return Knocks(knock, partial(self._prove, view), partial(knock, paid=True))

    async def _prove(self, view: View, port: int, proof: bytes) -> Outcome:
        """At a port that is held for us: no listener but for seconds, so nothing else may be measured against it."""
        return await self._ask(self._target(view, port, SHORTEST), Kind.PROOF, proof)

    def _target(self, view: View, port: int, timeout: float) -> Target:
        deadline = max(timeout, self._manners.timeout)
        return Target(view.address or view.name, port, deadline, self._source_address)

    def _in_range(self, port: int) -> bool:
        """Whether asking at this port looks like scanning a range, whatever it is asked for."""
        return any(port in ports for ports in self._ranges)
