"""`probe trace`: how far a SYN to a port comes, hop by hop, beside one to a port that is a control.

Attempts of one wave may all take as many hops. The port's go first: where routers limit how often they answer, that is
at the control's expense, and the port's silence is never made by it.
"""

import asyncio
from collections.abc import Sequence, Set
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from agent.ground.clock import Clock
from agent.hops.ending import decisive
from agent.hops.seen import Round, Traced, Walk
from probes.engine.engine import Engine
from probes.hops import Answer, Said, ask, held_port
from probes.outcome import Target
from probes.sockets import source_towards

SILENT_IN_A_ROW = 5  # hops without a word, after which nobody farther away is asked
AGAIN = 2  # rounds that ask again at the hop where port and control part
SPARE = 3  # rounds for what is to be asked once more: what could not be tried, was not sent yet, or is in doubt
FAULTS = frozenset({Said.FAULT})
NOT_THERE_YET = {Said.HOP, Said.SILENCE, Said.UNSENT}
NEED_A_CONTROL = {Said.RESET, Said.SILENCE}  # whatever else is said comes with its sender


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be asked of one address. `timeout` (seconds) is of each attempt; `queries`: attempts for each hop."""

    address: str
    port: int
    control: int | None
    max_hops: int
    timeout: float
    queries: int
    source: str | None = None

    @property
    def ports(self) -> tuple[int, ...]:
        return (self.port,) if self.control is None else (self.port, self.control)

    @property
    def most(self) -> int:
        """Attempts for each port, at most."""
        return self.queries * (1 + SPARE + self.max_hops + (AGAIN if self.control is not None else 0))

    @property
    def longest(self) -> float:
        """Seconds, at most."""
        rounds = 1 + self.max_hops if self.control is None else 2 + self.max_hops + 2 * AGAIN
        return (rounds + len(self.ports) * SPARE) * self.timeout


class Walker:
    """The way to one port: each of its queries from a port of this host that it keeps as long as it is answered."""

    def __init__(self, engine: Engine, order: Order, port: int) -> None:
        self._engine = engine
        self._queries = order.queries
        self._target = Target(order.address, port, order.timeout, order.source)
        self._stack = ExitStack()
        self._under_way: list[Target] = []
        self._spare = SPARE
        self._knocks: Round = ()
        self._hops: list[Round] = []
        self._again: list[Round] = []

    def __enter__(self) -> Self:
        self._under_way = [self._new_port() for _ in range(self._queries)]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def walk(self) -> Walk:
        """What is known now."""
        return Walk(self._target.port, self._knocks, tuple(self._hops), tuple(self._again))

    @property
    def over(self) -> bool:
        """Every attempt has ended somewhere, or nobody has said a word for so long that nobody will."""
        if not self._under_way:
            return True
        said = [{answer.said for answer in answers} for answers in self._hops]
        last = set[Said]().union(*said[-SILENT_IN_A_ROW:])
        quiet = len(said) >= SILENT_IN_A_ROW and last <= NOT_THERE_YET - {Said.HOP}
        answered = any(each - NOT_THERE_YET for each in said)
        return quiet and (answered or not self.walk.said - {Said.SILENCE})

    async def knock(self) -> None:
        """As far as it goes: what the port does, however far away it is."""
        self._knocks = await self._ask([self._target] * self._queries, {Said.FAULT, Said.UNSENT})

    async def step(self, hop: int) -> None:
        """Only so far; whose attempt was answered by more than a hop has arrived.

        A firewall may take a second SYN from a port that it remembers for a forgery, and drop it. So whoever hears
        nothing goes on from another port; and where the port in question is known to answer, asks there once more.
        """
        answers = await self._step(hop)
        if self._spare and {answer.said for answer in answers} == {Said.SILENCE} != self.walk.said:
            self._spare -= 1
            answers = await self._step(hop)
        self._hops.append(answers)
        came = zip(self._under_way, answers, strict=True)
        self._under_way = [target for target, answer in came if answer.said in NOT_THERE_YET]

    async def _step(self, hop: int) -> Round:
        answers = await self._ask([target._replace(hops=hop) for target in self._under_way])
        for number, answer in enumerate(answers):
            if answer.said is Said.SILENCE:
                self._under_way[number] = self._new_port()
        return answers

    def _new_port(self) -> Target:
        return self._stack.enter_context(held_port(self._target))

    async def ask_again(self, hop: int) -> None:
        """From other ports of this host, and so perhaps by other ways."""
        self._again.append(await self._ask([self._target._replace(hops=hop)] * self._queries))

    async def _ask(self, targets: Sequence[Target], once_more: Set[Said] = FAULTS) -> Round:
        answers = [*await self._all(targets)]
        while self._spare and any(answer.said in once_more for answer in answers):
            self._spare -= 1
            failed = [number for number, answer in enumerate(answers) if answer.said in once_more]
            for number, answer in zip(failed, await self._all([targets[each] for each in failed]), strict=True):
                answers[number] = answer
        return tuple(answers)

    async def _all(self, targets: Sequence[Target]) -> list[Answer]:
        return await asyncio.gather(*(ask(self._engine, target) for target in targets))


async def trace(engine: Engine, order: Order, clock: Clock) -> Traced:
    """One address. Cancelled, it gives what is known by then."""
    began = clock.monotonic()
    source = source_towards(Target(order.address, order.port, source=order.source))
    with ExitStack() as stack:
        walkers = [stack.enter_context(Walker(engine, order, port)) for port in order.ports]
        interrupted = False
        try:
            walkers = await _walk(walkers, order.max_hops)
        except asyncio.CancelledError:
            interrupted = True
        walk, control = walkers[0].walk, walkers[1].walk if len(walkers) > 1 else None
        return Traced(order.address, source, walk, control, clock.monotonic() - began, interrupted)


async def _walk(walkers: list[Walker], max_hops: int) -> list[Walker]:
    """Gives the walkers that there was a need for."""
    first = walkers[0]
    await first.knock()
    if not _needs_a_control(first.walk):
        walkers = [first]
    await asyncio.gather(*(walker.knock() for walker in walkers[1:]))
    for hop in range(1, max_hops + 1):
        under_way = [walker for walker in walkers if not walker.over]
        if not under_way or _beyond(walkers, hop):
            break
        await asyncio.gather(*(walker.step(hop) for walker in under_way))
    await _make_sure(walkers)
    return walkers


def _beyond(walkers: Sequence[Walker], hop: int) -> bool:
    """Whether the control was accepted at least two hops nearer: nobody stands so far off to answer for the port."""
    accepted = walkers[-1].walk.first(Said.OPEN) if len(walkers) > 1 else None
    return accepted is not None and hop > accepted + 1 and walkers[0].walk.said == {Said.SILENCE}


async def _make_sure(walkers: Sequence[Walker]) -> None:
    """Where port and control part, each round of the port's is followed by one of the control's.

    So a router that answers too seldom, or a way that is down for a moment, is silent to both.
    """
    hop = decisive(walkers[0].walk, walkers[1].walk) if len(walkers) > 1 else None
    if hop is not None:
        for walker in [*walkers] * AGAIN:
            await walker.ask_again(hop)


def _needs_a_control(walk: Walk) -> bool:
    """A port that is open anywhere needs none."""
    return Said.OPEN not in walk.said and bool(walk.said & NEED_A_CONTROL)
