"""One round of one peer: resolve its names, knock at every door, ask silence again, judge, publish.

What has a fixed port is judged as soon as it has answered; the sample of the dynamic range may take the whole interval.
Once and for ever make the same round; only their manners differ.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from agent.dynamic.chart import Chart
from agent.found.finding import Finding
from agent.ground.clock import Clock
from agent.ground.path import Check, Path
from agent.judge.result import Result
from agent.judge.verdict import Cause, Judgement, Verdict
from agent.survey.budget import Budget
from agent.survey.conclude import conclude
from agent.survey.database import ask_database
from agent.survey.doors import doors
from agent.survey.knocker import Ask, Knocker
from agent.survey.manners import Manners
from agent.survey.mapper import ask_mapper, shut_before
from agent.survey.memory import Memory
from agent.survey.noticed import contact_identifiers, noticed
from agent.survey.range.address import AddressRound
from agent.survey.range.far import Greet
from agent.survey.range.ranging import Ranging
from agent.survey.silence import answers_again, ask_again, known_listeners
from agent.survey.together import all_of
from agent.survey.view import View
from agent.survey.whereabouts import Resolve, Whereabouts
from probes.epm import Consultation
from probes.outcome import Outcome
from probes.registry import Kind

Publish = Callable[[Result], None]
Work = Coroutine[Any, Any, object]


class Survey:
    """The rounds of one peer. `paths` all lead to it; results go to `publish` as they come."""

    def __init__(
        self,
        paths: Sequence[Path],
        manners: Manners,
        ask: Ask,
        resolve: Resolve,
        clock: Clock,
        publish: Publish,
        greet: Greet | None = None,
    ) -> None:
        """`greet`: the agents at the peer's addresses; None: there is no key."""
        self._paths = paths
        self._fixed = [path for path in paths if path.check is not Check.RPC_RANGE]
        self._manners = manners
        self._clock = clock
        self._publish = publish
        self._meets_agents = greet is not None
        self._asks_mapper = any(path.matchers for path in paths)
        self._memory = Memory()
        self._budget = Budget(clock)
        self._whereabouts = Whereabouts(paths, manners.timeout, resolve, self._memory)
        self._knocker = Knocker(paths, manners, ask, self._memory, self._budget)
        ranged = next((path for path in paths if path.check is Check.RPC_RANGE), None)
        self._ranging = Ranging(ranged, manners, self._memory, self._budget, clock, greet) if ranged else None
        self.findings: tuple[Finding, ...] = ()

    async def round(self) -> None:
        """Ask every path, judge it and publish the result, once each."""
        started = self._clock.time()
        views = await self._whereabouts.views()
        ranges = self._ranging.begin(views, self._knocker.in_range) if self._ranging else []
        if ranges:
            await self._with_ranges(views, ranges, started)
        else:
            await all_of(self._knocks(views))
            await all_of(self._settling(views, started))
        for each in ranges:
            each.view.reach = each.end()
        self._remember(views)
        for path in self._paths:
            if path.check is Check.RPC_RANGE:
                self._conclude(path, views, started)
        self.findings = (*self._whereabouts.stale, *noticed(self._paths, views))

    async def _with_ranges(self, views: Sequence[View], ranges: Sequence[AddressRound], started: float) -> None:
        """A silent port takes its time, and a sample keeps its own pace: neither waits for the other."""
        async with asyncio.TaskGroup() as group:
            for each in ranges:
                group.create_task(each.late())
            await all_of([*self._knocks(views), *(each.early() for each in ranges)])
            for work in self._settling(views, started):
                group.create_task(work)
            for each in ranges:
                group.create_task(each.explore(*self._registered(each.view)))

    def _knocks(self, views: Sequence[View]) -> Iterator[Work]:
        """At every door with a fixed port, or behind the mapper."""
        if self._asks_mapper:
            yield from (self._consult(view) for view in views)
        yield from (self._ask_database(view, path) for path in self._fixed if path.check is Check.SQL for view in views)
        yield from (
            self._knocker.knock(view, port, kind=kind) for view in views for port, kind in doors(self._fixed, view)
        )

    def _settling(self, views: Sequence[View], started: float) -> Iterator[Work]:
        return (self._settle(path, views, started) for path in self._fixed)

    def hurry(self, until: float) -> None:
        """Somebody waits for what the range comes to, until then (monotonic): ask as fast as the peer can bear."""
        if self._ranging:
            self._ranging.hurry_up(until)

    @property
    def is_hurried(self) -> bool:
        """Whether somebody waits, and there is anything to wait for."""
        return self._ranging is not None and self._ranging.hurry.is_on and not self.settled

    @property
    def settled(self) -> bool:
        """Whether there is nothing more to be learned of the range now: all is found, or there is no way to go on."""
        return self._ranging is None or self._ranging.settled

    async def sleep(self, seconds: float) -> None:
        """Or until somebody is in a hurry."""
        await (self._ranging.hurry.sleep(seconds) if self._ranging else self._clock.sleep(seconds))

    @property
    def contact_identifiers(self) -> set[UUID]:
        """The CIDs of the peer's MSDTC."""
        return contact_identifiers(self._memory)

    @property
    def addresses(self) -> set[str]:
        """Those that the peer's names came to, the last time that they did."""
        return {address for addresses in self._memory.addresses.values() for address in addresses}

    @property
    def peer(self) -> str:
        return self._paths[0].peer

    def is_like(self, other: "Survey") -> bool:
        """Whether it asks the same in the same manner."""
        same = (self._paths, self._manners) == (other._paths, other._manners)
        return same and self._meets_agents == other._meets_agents

    def go_on_from(self, before: "Survey") -> None:
        """In place of it, which asks nothing any more: what its peer has had to bear counts, what is known of it stays.

        As far as it is about the same: what was seen elsewhere says nothing of where a path leads now.
        """
        self._budget.go_on_from(before._budget)
        names = {name for path in self._paths for name in path.addresses}
        self._memory.go_on_from(before._memory, names, is_same=self._paths == before._paths)
        if _databases(self._paths) == _databases(before._paths):
            self._memory.databases.update(before._memory.databases)
        if self._ranging and before._ranging:
            self._ranging.go_on_from(before._ranging)

    def charts(self) -> list[Chart]:
        """What is known of the ports of the dynamic range, at each address."""
        return self._ranging.charts() if self._ranging else []

    def state(self) -> dict[str, object]:
        """What outlives a restart, for a file: what is known of the dynamic range of each address."""
        return self._ranging.state() if self._ranging else {}

    def restore(self, state: Mapping[str, object]) -> None:
        """From a file. Raises ValueError when it is not understood."""
        if self._ranging:
            self._ranging.restore(state)

    def give_up(self, started: float) -> None:
        """A round broke by a fault of our own: say so of every path, rather than leave old verdicts standing."""
        fault = Judgement(
            Verdict.INCONCLUSIVE,
            Cause.LOCAL_FAULT,
            "This agent failed to probe it, by a fault of its own.",
            "Look into the log of the agent, and report the fault; it says nothing about the peer.",
        )
        for path in self._paths:
            self._publish(Result(path, fault, (), started, 0.0))

    async def _settle(self, path: Path, views: Sequence[View], started: float) -> None:
        await all_of([self._ask_again(view, path) for view in views])
        self._conclude(path, views, started)

    async def _consult(self, view: View) -> None:
        """Ask the address' endpoint mapper, where a path needs to know what is registered there."""
        path = next((path for path in self._paths if path.matchers), None)
        if path is None or view.address is None:
            return

        def consult(question: Consultation) -> Awaitable[Outcome]:
            return self._knocker.knock(view, path.epm_port, kind=Kind.MAPPER, question=question)

        knock, now = partial(self._knocker.knock, view, told=True), self._clock.monotonic()
        memory = self._memory.mapper(view.address)
        shut = await shut_before(memory, knock, now)
        await ask_mapper(view, path, memory, self._memory.matched, consult, knock, now)
        if shut is not None and view.registration is not None:
            memory.opened_by_mapper = frozenset(port for port in shut if view.opened(port))
        view.opened_by_mapper = memory.opened_by_mapper

    def _registered(self, view: View) -> tuple[frozenset[int], frozenset[int]]:
        """The ports of an address at which its endpoint mapper knows a service, and those it named in this round."""
        named = view.registration.named.values() if view.registration else ()
        told = frozenset[int]().union(*named)
        return self._memory.mapper(view.address or "").natural | told, told

    async def _ask_database(self, view: View, path: Path) -> None:
        if view.address is not None:
            memory = self._memory.database(view.address)
            await ask_database(view, path, memory, partial(self._knocker.knock, view), self._clock.monotonic())

    async def _ask_again(self, view: View, path: Path) -> None:
        knock = partial(self._knocker.again, view)
        ports = known_listeners(view, path)
        before = {port: view.newest(port) for port in ports}
        await all_of([ask_again(view, port, self._memory, knock, self._clock, self._manners.spacing) for port in ports])
        if path.check is Check.EPM:
            newest = view.newest(path.epm_port)
            changed = bool(path.matchers) and newest is not None and answers_again(newest)
        else:  # the service may have been stopped or moved since its mapper named it
            changed = any(view.newest(port) is not before[port] for port in ports)
        if changed:
            await self._consult(view)

    def _remember(self, views: Iterable[View]) -> None:
        for view in views:
            if view.address is not None and (view.sampled or view.held):
                self._memory.samples[view.address] = {port: view.asks[port][-1] for port in view.sampled}
                self._memory.ranges[view.address].strangers = len(view.strangers), len(view.held)

    def _conclude(self, path: Path, views: Sequence[View], started: float) -> None:
        self._publish(conclude(path, views, self._memory, started))


def _databases(paths: Iterable[Path]) -> list[Path]:
    """Where the SQL Servers are, whether or not they are asked for their version."""
    return [replace(path, prelogin=False) for path in paths if path.check is Check.SQL]
