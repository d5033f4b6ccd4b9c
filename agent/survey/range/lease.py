"""Ports that the far end holds for us, asked while it does, and what both ends saw of them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from agent.clock import Clock
from agent.judge.held import Shows, held, natural
from agent.judge.silence import Control
from agent.survey.budget import Budget
from agent.survey.range.far import Far, Lease
from probes.outcome import Outcome
from probes.wire.rendezvous.messages import Asked, Grant, Holding, Reported

RENEW = 1.5  # seconds before its end a lease is renewed while anything is still being asked
TO_ASK = (Holding.HELD, Holding.LISTENING)


@dataclass(frozen=True, slots=True)
class Means:
    """How ports of one address are asked: `prove` a held one for its proof, `connect` to one where another listens.

    Neither waits for the `budget`: that has to be done before. `patient`: its room is waited for, and not only counted.
    """

    prove: Callable[[int, bytes], Awaitable[Outcome]]
    connect: Callable[[int], Awaitable[Outcome]]
    budget: Budget
    clock: Clock
    patient: bool

    @asynccontextmanager
    async def room(self, count: int) -> AsyncIterator[None]:
        """There is room for so many attempts, and nobody else takes it until the end of the block."""
        if not self.patient:
            yield
            return
        async with self.budget.turn:
            while (seconds := self.budget.wait(count)) > 0:
                await self.clock.sleep(seconds)
            yield

    async def pay(self, count: int) -> None:
        """For so many, which leave now."""
        for _ in range(count):
            if self.patient:
                await self.budget.take()
            else:
                self.budget.note()


@dataclass(frozen=True, slots=True)
class Leased:
    """What came of a lease. `shows`: of each port that was asked. `told`: the report; None: none came.

    `repeated`: of the two exchanges, before the asks and after them, how many had to be.
    """

    grants: Mapping[int, Grant] = field(default_factory=dict)
    outcomes: Mapping[int, Outcome] = field(default_factory=dict)
    shows: Mapping[int, Shows] = field(default_factory=dict)
    told: Reported | None = None
    repeated: int = 0
    began: float = 0.0  # when they were asked; monotonic

    @property
    def held(self) -> bool:
        """Whether there was anything to report."""
        return any(grant.holding is Holding.HELD for grant in self.grants.values())

    @property
    def control(self) -> Control | None:
        """How the far end did as a control: the report, and what it took to get it. None: there is no report."""
        if self.told is None or not self.told.unbroken:
            return None
        return Control.LATE if self.repeated else Control.ANSWERED


async def ask_in_lease(far: Far, ports: Sequence[int], means: Means) -> Leased | None:
    """Have so many ports (at most 64) held, ask them all at once, and hear what was seen of it there.

    None: the far end did not answer, and nothing was asked.
    """
    async with means.room(len(ports)):
        lease = await far.hold(ports)
        if lease is None:
            return None
        asked = [port for port in ports if port in lease.grants and lease.grants[port].holding in TO_ASK]
        await means.pay(len(asked))
    asking = _Asking(lease, asked, means)
    last = await asking.until_all_ended(far)
    wanted = [Asked(port, _source(asking.outcomes[port])) for port in asked if _is_held(lease, port)]
    told = await far.report(lease, wanted) if wanted else None
    report = told.reported if told else None
    shows = {port: asking.shows(port, report, last.until) for port in asked}
    repeated = (lease.repeated or last.repeated) + (told is not None and told.repeated)
    return Leased(lease.grants, asking.outcomes, shows, report, repeated, asking.began)


class _Asking:
    """The asks of one lease."""

    def __init__(self, lease: Lease, ports: Sequence[int], means: Means) -> None:
        self._lease = lease
        self._means = means
        self.began = means.clock.monotonic()
        self._ended: dict[int, float] = {}  # monotonic
        self.outcomes: dict[int, Outcome] = {}
        self._all = asyncio.ensure_future(asyncio.gather(*map(self._ask, ports)))

    async def _ask(self, port: int) -> None:
        if _is_held(self._lease, port):
            self.outcomes[port] = await self._means.prove(port, self._lease.proofs[port])
        else:
            self.outcomes[port] = await self._means.connect(port)
        self._ended[port] = self._means.clock.monotonic()

    async def until_all_ended(self, far: Far) -> Lease:
        """The lease, renewed for as long as anything is being asked, as long as the far end does."""
        lease: Lease | None = self._lease
        last = self._lease
        try:
            while lease is not None and not await self._ends_by(lease.until - RENEW):
                lease = await far.renew(last)
                if lease is not None:
                    last = replace(last, until=lease.until, repeated=last.repeated or lease.repeated)
            await self._all
        finally:
            self._all.cancel()
        return last

    async def _ends_by(self, moment: float) -> bool:
        clock = self._means.clock
        nap = asyncio.ensure_future(clock.sleep(max(0.0, moment - clock.monotonic())))
        waits: list[asyncio.Future[Any]] = [self._all, nap]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            nap.cancel()
        return self._all.done()

    def shows(self, port: int, reported: Reported | None, until: float) -> Shows:
        outcome = self.outcomes[port]
        if not _is_held(self._lease, port):
            return natural(outcome)
        return held(outcome, reported, in_time=self._ended[port] <= until)


def _is_held(lease: Lease, port: int) -> bool:
    return lease.grants[port].holding is Holding.HELD


def _source(outcome: Outcome) -> int:
    """The port that it was asked from; 0: the system does not tell."""
    return outcome.source.port if outcome.source else 0
