"""One round of one peer: resolve its names, knock at every door, ask silence again, judge, publish.

What has a fixed port is judged as soon as it has answered; the sample of the dynamic range may take the whole interval.
Once and for ever make the same round; only their manners differ.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence

from agent.clock import Clock
from agent.finding import Finding, stale_addresses
from agent.judge.fold import nearest, worst
from agent.judge.range import judge_range
from agent.judge.single import judge_port
from agent.judge.verdict import Judgement
from agent.path import Check, Path
from agent.result import AddressResult, Result
from agent.sampling import round_at, sample
from agent.survey.manners import Manners
from agent.survey.memory import Memory
from agent.survey.silence import ask_again
from agent.survey.view import View
from probes.outcome import Outcome, Target
from probes.resolve import Resolved
from probes.state import Phase, State

Ask = Callable[[Target], Awaitable[Outcome]]
Resolve = Callable[[str, float], Awaitable[Resolved]]
Publish = Callable[[Result], None]


class Survey:
    """The rounds of one peer. `paths` all lead to it; results go to `publish` as they come."""

    def __init__(
        self, paths: Sequence[Path], manners: Manners, ask: Ask, resolve: Resolve, clock: Clock, publish: Publish
    ) -> None:
        self._paths = paths
        self._manners = manners
        self._ask = ask
        self._resolve = resolve
        self._clock = clock
        self._publish = publish
        self._memory = Memory()
        self.findings: tuple[Finding, ...] = ()

    async def round(self) -> None:
        """Ask every path once, judge it and publish the result."""
        started, began = self._clock.time(), self._clock.monotonic()
        views = await self._views()
        fixed = [path for path in self._paths if path.check is not Check.RPC_RANGE]
        ranged = [path for path in self._paths if path.check is Check.RPC_RANGE]
        due = [(delay, view, port) for path in ranged for delay, view, port in self._sample(path, views, started)]
        await asyncio.gather(
            *(self._knock(view, port) for view in views for port in _doors(fixed, view)),
            *(self._knock_sampled(view, port) for delay, view, port in due if not delay),
        )
        await asyncio.gather(*(self._ask_again(view, path) for view in views for path in fixed))
        self._judge(fixed, views, started, began)
        await asyncio.gather(*(self._knock_later(delay, began, view, port) for delay, view, port in due if delay))
        self._remember(views)
        self._judge(ranged, views, started, began)

    async def _views(self) -> list[View]:
        """One view for each address; names are resolved anew in every round."""
        names = list(dict.fromkeys(name for path in self._paths for name in path.addresses))
        resolved = await asyncio.gather(*(self._resolve(name, self._manners.timeout) for name in names))
        self.findings = tuple(
            stale_addresses(self._paths[0].peer, answer, self._memory.addresses[answer.name])
            for answer in resolved
            if not answer.addresses and answer.name in self._memory.addresses
        )
        return [view for answer in resolved for view in self._views_of(answer)]

    def _views_of(self, answer: Resolved) -> list[View]:
        source, peer = self._paths[0].source, self._paths[0].peer
        if answer.addresses:
            self._memory.addresses[answer.name] = answer.addresses
        known = self._memory.addresses.get(answer.name)
        if not known:
            return [View(source, peer, answer.name, None, answer.detail)]
        return [View(source, peer, answer.name, address) for address in known]

    def _sample(self, path: Path, views: Iterable[View], started: float) -> Iterable[tuple[float, View, int]]:
        """When to ask which port of which address, in seconds after the round began. The budget is the peer's."""
        number = round_at(started, self._manners.interval)
        ports = sample(path.ports, self._manners.samples, path.peer, number)
        doors = [(view, port) for port in ports for view in views if view.address is not None]
        delays = self._manners.delays(len(doors))
        return [(delay, view, port) for delay, (view, port) in zip(delays, doors, strict=True)]

    async def _knock(self, view: View, port: int) -> Outcome:
        source = self._paths[0].source_address
        outcome = await self._ask(Target(view.address or view.name, port, self._manners.timeout, source))
        view.add(outcome)
        if outcome.state is State.OPEN and view.address is not None:
            self._memory.controls[view.address] = port
        return outcome

    async def _knock_sampled(self, view: View, port: int) -> None:
        await self._knock(view, port)
        view.sampled.add(port)

    async def _knock_later(self, delay: float, began: float, view: View, port: int) -> None:
        await self._clock.sleep(began + delay - self._clock.monotonic())
        await self._knock_sampled(view, port)

    async def _ask_again(self, view: View, path: Path) -> None:
        if path.check is Check.EPM and view.address is not None:
            for port in path.ports:
                await ask_again(view, port, self._memory, self._knock, self._clock, self._manners.spacing)

    def _remember(self, views: Iterable[View]) -> None:
        for view in views:
            if view.address is not None and view.sampled:
                self._memory.samples[view.address] = {port: view.asks[port][-1] for port in view.sampled}

    def _judge(self, paths: Iterable[Path], views: Sequence[View], started: float, began: float) -> None:
        for path in paths:
            addresses = tuple(self._address(path, view) for view in views if view.name in path.addresses)
            judgement = nearest([address.judgement for address in addresses])
            self._publish(Result(path, judgement, addresses, started, self._clock.monotonic() - began))

    def _address(self, path: Path, view: View) -> AddressResult:
        excuse = _untried(path, view, self._clock.time())
        if excuse is not None:
            view.asks.setdefault(excuse.target.port, [excuse])
            judgement = judge_port(path.check, view.sight(self._memory), excuse.target.port)
            return AddressResult(view.name, view.address, judgement, (excuse,))
        if path.check is Check.RPC_RANGE:
            asked = [outcome for port in sorted(view.sampled) for outcome in view.asks[port]]
            return AddressResult(
                view.name, view.address, judge_range(view.sight(self._memory), path.ports), tuple(asked)
            )
        judgement = _worst_port(path, view, self._memory)
        return AddressResult(
            view.name, view.address, judgement, tuple(o for port in path.ports for o in view.asks[port])
        )


def _doors(fixed: Iterable[Path], view: View) -> list[int]:
    """The fixed ports to ask at an address, each once."""
    if view.address is None:
        return []
    return list(dict.fromkeys(port for path in fixed if view.name in path.addresses for port in path.ports))


def _worst_port(path: Path, view: View, memory: Memory) -> Judgement:
    """A path with several fixed ports needs them all."""
    judged = [judge_port(path.check, view.sight(memory), port) for port in path.ports]
    verdict = worst(judgement.verdict for judgement in judged)
    return next(judgement for judgement in judged if judgement.verdict is verdict)


def _untried(path: Path, view: View, now: float) -> Outcome | None:
    """Why nothing could be asked: the name gave no address, or the port of a named instance is not known."""
    if view.address is None:
        port = path.ports[0] if path.ports else 0
        return Outcome(Target(view.name, port), State.UNRESOLVED, Phase.RESOLVE, now, 0.0, detail=view.unresolved)
    if not path.ports:
        detail = f"the port of the SQL Server instance {path.port} is not known; give the host a `port`"
        return Outcome(Target(view.address, 0), State.LOCAL_FAULT, Phase.RESOLVE, now, 0.0, detail=detail)
    return None
