"""A network that answers from a script, on a held clock."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from agent.ground.clock import Clock
from agent.ground.path import Path
from agent.ground.ports import PortSet
from agent.judge.result import Result
from agent.schedule import Rounds
from agent.survey.manners import Manners
from agent.survey.range.far import Greet
from agent.survey.survey import Survey
from probes.epm import Consultation, Key, Ports, Registered
from probes.outcome import Outcome, Resolved, Target
from probes.registry import Kind
from probes.state import Phase, State
from probes.wire.ssrp import Instance
from probes.wire.tds import Prelogin
from probes.wire.tower import tcp_tower
from tests.agent.seen import PEER, outcome
from tests.fakes.table import Table, found
from tests.held import HeldClock


class Mapper(NamedTuple):
    """A mapper that answers from `table`, and from `later` when it is asked once more in one conversation."""

    table: Table
    later: Table | None = None


# An outcome stands for its state, ICMP error and the like: target and times are filled in.
Answer = State | Outcome | Mapper | Prelogin | Instance
Script = Callable[[int], Answer]  # the answer to the n-th ask of a port, from 0


class Asked(NamedTuple):
    """One attempt, and when it began, in seconds since the test began.

    `meanwhile`: a conversation with a mapper of the same address was open.
    """

    at: float
    target: Target
    kind: Kind = Kind.CONNECT
    question: object = None
    meanwhile: bool = False


class Network:
    """Every port that was not told otherwise answers as `rest` says: all alike, or each as it decides.

    `names` are those that resolve, with their addresses.
    """

    def __init__(self, *, rest: Answer | Callable[[Target], Answer] = State.FILTERED) -> None:
        self.clock = HeldClock()
        self.names: dict[str, tuple[str, ...]] = {}
        self.asked: list[Asked] = []
        self.resolved: list[tuple[str, float]] = []
        self._began = self.clock.monotonic()
        self.rest = rest
        self._scripts: dict[_Door, Script] = {}
        self._counts: dict[_Door, int] = {}
        self._talking: list[str] = []  # addresses of mappers that a conversation is open with

    @property
    def now(self) -> float:
        return self.clock.monotonic() - self._began

    def say(self, port: int, *answers: Answer, address: str = PEER, kind: Kind | None = None) -> None:
        """The answers of a port, one after the other; the last one from then on. `kind`: only to such an attempt."""
        self.script(port, lambda number: answers[min(number, len(answers) - 1)], address=address, kind=kind)

    def script(self, port: int, script: Script, *, address: str = PEER, kind: Kind | None = None) -> None:
        self._scripts[address, port, kind] = script
        self._counts.pop((address, port, kind), None)

    async def ask(self, target: Target, kind: Kind = Kind.CONNECT, question: object = None) -> Outcome:
        """A service that answers to one kind accepts a plain connection; it says nothing of itself then."""
        self.asked.append(Asked(self.now, target, kind, question, target.address in self._talking))
        answer, started = self._next_answer(target, kind), self.clock.time()
        if isinstance(answer, State | Outcome):
            said = answer if isinstance(answer, Outcome) else outcome(answer)
            if said.state is State.FILTERED:
                await self.clock.sleep(target.timeout)
                said = said._replace(seconds=target.timeout)
        else:
            said = await self._served(answer, target, kind, question)
        return said._replace(target=target, started=started)

    def _next_answer(self, target: Target, kind: Kind) -> Answer:
        doors: tuple[_Door, ...] = ((target.address, target.port, kind), (target.address, target.port, None))
        door = next((door for door in doors if door in self._scripts), None)
        if door is None:
            return self.rest(target) if callable(self.rest) else self.rest
        number = self._counts.get(door, 0)
        self._counts[door] = number + 1
        return self._scripts[door](number)

    async def _served(
        self, answer: Mapper | Prelogin | Instance, target: Target, kind: Kind, question: object
    ) -> Outcome:
        connected = outcome(State.OPEN)
        if kind is Kind.MAPPER and isinstance(answer, Mapper) and isinstance(question, Consultation):
            before = self.now
            self._talking.append(target.address)
            try:
                registered = await _consulted(answer, question)
            finally:
                self._talking.remove(target.address)
            return _said(connected, self.now - before, registered)
        if kind is Kind.PRELOGIN and isinstance(answer, Prelogin):
            return _said(connected, 0.002, answer)
        if kind is Kind.BROWSER and isinstance(answer, Instance):
            return _said(connected, 0.002, answer)
        return connected

    async def resolve(self, name: str, timeout: float) -> Resolved:
        self.resolved.append((name, timeout))
        if name[0].isdigit() or ":" in name:
            return Resolved(name, (name,), 0.0)
        addresses = self.names.get(name, ())
        return Resolved(name, addresses, 0.001, "" if addresses else "the name service: no such name")

    def times(self, port: int, address: str = PEER) -> list[float]:
        """When a port was asked."""
        return [each.at for each in self.at(port, address)]

    def at(self, port: int, address: str = PEER) -> list[Asked]:
        """The attempts at one port."""
        return [each for each in self.asked if each.target[:2] == (address, port)]

    def consulted(self, address: str = PEER) -> list[Consultation]:
        """What the mapper of an address was asked."""
        questions = [each.question for each in self.asked if each.target.address == address]
        return [question for question in questions if isinstance(question, Consultation)]

    def in_range(self, ports: PortSet) -> list[float]:
        return [each.at for each in self.asked if each.target.port in ports]


_Door = tuple[str, int, Kind | None]


async def _consulted(mapper: Mapper, question: Consultation) -> Registered:
    """As `probes.epm.consult` does it."""
    entries = mapper.table if question.full else None
    wanted = list(question.wanted if entries is None else question.choose(entries))
    ports = _where(mapper.table, wanted)
    if question.meanwhile is None or not await question.meanwhile(ports):
        return Registered(entries, ports)
    return Registered(entries, ports, _where(mapper.table if mapper.later is None else mapper.later, wanted))


def _where(table: Table, wanted: Iterable[Key]) -> Ports:
    towers = {key: found(table, tcp_tower(key.interface), key.object) for key in wanted}
    return {key: tuple(tower.tcp_port for tower in own if tower.tcp_port) for key, own in towers.items()}


def _said(connected: Outcome, seconds: float, answer: object) -> Outcome:
    steps = ((Phase.CONNECT, connected.seconds), (Phase.DONE, seconds))
    return connected._replace(phase=Phase.DONE, seconds=connected.seconds + seconds, steps=steps, answer=answer)


class Site:
    """A survey of one peer in such a network, and what it published."""

    def __init__(self, network: Network, paths: Sequence[Path], manners: Manners, greet: Greet | None = None) -> None:
        self.network = network
        self.clock = network.clock
        self.published: list[tuple[float, Result]] = []
        self.survey = Survey(
            paths, manners, network.ask, network.resolve, network.clock, lambda result: self._publish(result), greet
        )

    def _publish(self, result: Result) -> None:
        self.published.append((self.network.now, result))

    async def round(self) -> list[Result]:
        """What one round published."""
        before = len(self.published)
        await self.clock.run(self.survey.round())
        return [result for _, result in self.published[before:]]

    async def rounds(self, count: int, interval: float = 60.0) -> list[list[Result]]:
        """Several, each `interval` after the one before began."""
        found = []
        for _ in range(count):
            began = self.network.now
            found.append(await self.round())
            await self.clock.advance(max(0.0, began + interval - self.network.now))
        return found


def once(samples: int = 16, timeout: float = 3.0) -> Manners:
    return Manners.once(timeout, 60.0, samples)


def agent(samples: int = 16, timeout: float = 3.0, interval: float = 60.0) -> Manners:
    return Manners.agent(timeout, interval, samples)


def most_in(times: Iterable[float], window: float) -> int:
    """The most of them in any half-open window of so many seconds."""
    ordered = sorted(times)
    return max((sum(begin <= each < begin + window for each in ordered) for begin in ordered), default=0)


def unbroken(_: Survey, error: Exception) -> None:
    raise error


async def forever(
    surveys: Sequence[Survey],
    interval: float,
    clock: Clock,
    random: Callable[[], float],
    skipped: Callable[[str], None],
    broken: Callable[[Survey, Exception], None],
) -> None:
    """Rounds of every peer until cancelled."""
    async with asyncio.TaskGroup() as group:
        Rounds(group, clock, random, skipped, broken).follow(surveys, interval)
