"""A network that answers from a script, on a held clock."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from agent.path import Path
from agent.ports import PortSet
from agent.result import Result
from agent.survey.manners import Manners
from agent.survey.survey import Survey
from probes.outcome import Outcome, Resolved, Target
from probes.state import State
from tests.agent.seen import PEER, outcome
from tests.held import HeldClock

Answer = State | Outcome  # an outcome stands for its state, ICMP error and the like; target and times are filled in
Script = Callable[[int], Answer]  # the answer to the n-th ask of a port, from 0


class Asked(NamedTuple):
    """One attempt, and when it began, in seconds since the test began."""

    at: float
    target: Target


class Network:
    """Every port is silent that was not told otherwise. `names` are those that resolve, with their addresses."""

    def __init__(self, *, rest: Answer = State.FILTERED) -> None:
        self.clock = HeldClock()
        self.names: dict[str, tuple[str, ...]] = {}
        self.asked: list[Asked] = []
        self.resolved: list[tuple[str, float]] = []
        self._began = self.clock.monotonic()
        self.rest = rest
        self._scripts: dict[tuple[str, int], Script] = {}
        self._counts: dict[tuple[str, int], int] = {}

    @property
    def now(self) -> float:
        return self.clock.monotonic() - self._began

    def say(self, port: int, *answers: Answer, address: str = PEER) -> None:
        """The answers of a port, one after the other; the last one from then on."""
        self.script(port, lambda number: answers[min(number, len(answers) - 1)], address=address)

    def script(self, port: int, script: Script, *, address: str = PEER) -> None:
        self._scripts[address, port] = script
        self._counts.pop((address, port), None)

    async def ask(self, target: Target) -> Outcome:
        self.asked.append(Asked(self.now, target))
        at = (target.address, target.port)
        number = self._counts.get(at, 0)
        self._counts[at] = number + 1
        script = self._scripts.get(at)
        answer = script(number) if script else self.rest
        said = answer if isinstance(answer, Outcome) else outcome(answer)
        started = self.clock.time()
        if said.state is State.FILTERED:
            await self.clock.sleep(target.timeout)
            said = said._replace(seconds=target.timeout)
        return said._replace(target=target, started=started)

    async def resolve(self, name: str, timeout: float) -> Resolved:
        self.resolved.append((name, timeout))
        if name[0].isdigit() or ":" in name:
            return Resolved(name, (name,), 0.0)
        addresses = self.names.get(name, ())
        return Resolved(name, addresses, 0.001, "" if addresses else "the name service: no such name")

    def times(self, port: int, address: str = PEER) -> list[float]:
        """When a port was asked."""
        return [each.at for each in self.asked if each.target[:2] == (address, port)]

    def in_range(self, ports: PortSet) -> list[float]:
        return [each.at for each in self.asked if each.target.port in ports]


class Site:
    """A survey of one peer in such a network, and what it published."""

    def __init__(self, network: Network, paths: Sequence[Path], manners: Manners) -> None:
        self.network = network
        self.clock = network.clock
        self.published: list[tuple[float, Result]] = []
        self.survey = Survey(
            paths, manners, network.ask, network.resolve, network.clock, lambda result: self._publish(result)
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
