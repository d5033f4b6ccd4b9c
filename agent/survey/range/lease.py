"""Ports that the far end holds for us, asked while it does, and what both ends saw of them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from agent.ground.clock import Clock, sleep_or
from agent.judge.held import Shows, held, natural
from agent.judge.result import FarEnd, Seen
from agent.judge.silence import Control
from agent.survey.budget import Budget
from agent.survey.range.far import Far, Lease
from agent.survey.silence import LATE
from probes.outcome import Outcome
from probes.wire.rendezvous.messages import Asked, Found, Grant, Holding, Reported

RENEW = 1.5  # seconds before its end a lease is renewed while anything is still being asked
TO_ASK = (Holding.HELD, Holding.LISTENING)
FAR_END = {
    Found.NOTHING_KNOWN: FarEnd.UNKNOWN,
    Found.NONE: FarEnd.NOTHING,
    Found.MINE: FarEnd.ACCEPTED,
    Found.HALF_OPEN: FarEnd.HALF_OPEN,
    Found.OTHER: FarEnd.OTHER,
}


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

    def pay(self) -> float:
        """For an attempt; when it may leave (monotonic)."""
        if self.patient:
            return self.budget.reserve()
        self.budget.note()
        return self.clock.monotonic()


EXCHANGES = 2  # of a lease: that which begins it, and the report


@dataclass(frozen=True, slots=True)
class Leased:
    """What came of a lease. `shows`: of each port that was asked. `told`: the report; None: none came.

    `repeated`: of the two exchanges, before the asks and after them, how many had to be. `began`: when the ports were
    asked; monotonic. `seen`: what the far end saw of each attempt; no verdict depends on it, it is told as evidence.
    """

    grants: Mapping[int, Grant] = field(default_factory=dict)
    outcomes: Mapping[int, Outcome] = field(default_factory=dict)
    shows: Mapping[int, Shows] = field(default_factory=dict)
    told: Reported | None = None
    repeated: int = 0
    began: float = 0.0
    seen: Mapping[int, Seen] = field(default_factory=dict)

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

    def delays(self) -> list[bool]:
        """Of all that was answered, whether it was only when it was asked again."""
        exchanges = [number < self.repeated for number in range(EXCHANGES)] if self.told is not None else []
        passed = (port for port, shows in self.shows.items() if shows is Shows.PASSES)
        return exchanges + [self.outcomes[port].connect_seconds >= LATE for port in passed]


async def ask_in_lease(
    far: Far, ports: Sequence[int], means: Means, leave: Callable[[], None] = lambda: None
) -> Leased | None:
    """Have so many ports (at most 64) held, ask them all at once, and hear what was seen of it there.

    None: the far end did not answer, and nothing was asked. `leave` is called when they are being asked.
    """
    async with means.room(len(ports)):
        lease = await far.hold(ports)
        if lease is None:
            return None
        asked = [port for port in ports if port in lease.grants and lease.grants[port].holding in TO_ASK]
        asking = _Asking(lease, {port: means.pay() for port in asked}, means)
    leave()
    last = await asking.until_all_ended(far)
    wanted = [Asked(port, _source(asking.outcomes[port])) for port in asked if _is_held(lease, port)]
    told = await far.report(lease, wanted) if wanted else None
    report = told.reported if told else None
    shows = {port: asking.shows(port, report, last.until) for port in asked}
    repeated = (lease.repeated or last.repeated) + (told is not None and told.repeated)
    seen = {port: asking.seen(port, report, last.until) for port in asked}
    return Leased(lease.grants, asking.outcomes, shows, report, repeated, asking.began, seen)


class _Asking:
    """The asks of one lease."""

    def __init__(self, lease: Lease, times: Mapping[int, float], means: Means) -> None:
        """`times`: when each port may be asked; monotonic."""
        self._lease = lease
        self._means = means
        self.began = means.clock.monotonic()
        self._ended: dict[int, float] = {}  # monotonic
        self.outcomes: dict[int, Outcome] = {}
        self._all = asyncio.ensure_future(asyncio.gather(*(self._ask(port, at) for port, at in times.items())))
        self._over = asyncio.Event()
        self._all.add_done_callback(lambda _: self._over.set())

    async def _ask(self, port: int, at: float) -> None:
        clock = self._means.clock
        if (wait := at - clock.monotonic()) > 0:
            await clock.sleep(wait)
        if _is_held(self._lease, port):
            self.outcomes[port] = await self._means.prove(port, self._lease.proofs[port])
        else:
            self.outcomes[port] = await self._means.connect(port)
        self._ended[port] = clock.monotonic()

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
            await asyncio.gather(self._all, return_exceptions=True)  # or its end would be told of as nobody's
        return last

    async def _ends_by(self, moment: float) -> bool:
        clock = self._means.clock
        await sleep_or(self._over, moment - clock.monotonic(), clock)
        return self._all.done()

    def shows(self, port: int, reported: Reported | None, until: float) -> Shows:
        outcome = self.outcomes[port]
        if not _is_held(self._lease, port):
            return natural(outcome)
        return held(outcome, reported, in_time=self._ended[port] <= until)

    def seen(self, port: int, reported: Reported | None, until: float) -> Seen:
        if not _is_held(self._lease, port):
            return Seen(FarEnd.LISTENING)
        if reported is None:
            return Seen(FarEnd.NO_REPORT)
        if not reported.unbroken or self._ended[port] > until:
            return Seen(FarEnd.BROKEN, reported.bound)
        return Seen(FAR_END[reported.found.get(port, Found.NOTHING_KNOWN)], reported.bound)


def _is_held(lease: Lease, port: int) -> bool:
    return lease.grants[port].holding is Holding.HELD


def _source(outcome: Outcome) -> int:
    """The port that it was asked from; 0: the system does not tell."""
    return outcome.source.port if outcome.source else 0
