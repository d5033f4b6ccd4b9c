"""Both ends, as the agent has them: what it holds for others, what it asks of them, tells them and is told."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from agent.ends.both import Both, PortsOf
from agent.ends.desk import AgentDesk
from agent.ends.drops import Drops
from agent.found.finding import Finding, clocks_differ
from agent.found.ledger import Ledger
from agent.ground.clock import Clock
from agent.ground.path import Direction, Path
from agent.inbound.inbox import Inbox
from agent.inbound.silence import silent_after
from agent.inbound.told import state_of
from agent.judge.result import Result
from agent.metrics import Rendezvous
from agent.rendezvous.directory import directory
from agent.site.setup import Setup
from agent.survey.range.far import Greet
from agent.survey.survey import Survey
from probes.wire.rendezvous.frame import Kind
from probes.wire.rendezvous.keys import Ring
from probes.wire.rendezvous.messages import Admission

Record = Callable[[Result], None]


class Ends:
    """`paths`: the inbound ones. `record` takes what a peer tells of them."""

    def __init__(
        self,
        setup: Setup,
        ring: Ring,
        paths: Sequence[Path],
        ledger: Ledger,
        record: Record,
        clock: Clock,
        warn: Callable[[str], None],
    ) -> None:
        self._setup = setup
        self._clock = clock
        where = directory(setup.config, setup.source)
        inbox = Inbox(paths, where.own, silent_after(setup.config.schedule.interval))
        self._desk = AgentDesk(inbox, record, ledger, setup.paths, where.peer_of, clock)
        self._both = Both(setup, ring, self._desk, clock, warn)
        self._desk.meet_elsewhere = self._both.service.meet_elsewhere
        asked = {path.peer for path in setup.paths}
        self._peers = [peer for peer in self._both.service.contacts if peer in asked]
        self._telling: set[asyncio.Task[object]] = set()
        self._warn = warn
        self._drops = Drops(self._both.service.holder.dropped, warn, clock)

    @asynccontextmanager
    async def opened(self, surveys: Sequence[Survey]) -> AsyncIterator[None]:
        """Until the end of the block. `surveys`: the rounds of each peer."""
        self._desk.surveys = {survey.peer: survey for survey in surveys}
        async with self._both.opened():
            greeting = asyncio.create_task(self._greet_for_ever())
            try:
                yield
            finally:
                for task in (greeting, *self._telling):
                    task.cancel()
                await asyncio.wait([greeting, *self._telling])

    def go_on_from(self, before: "Ends") -> None:
        """In place of it, which is closed: what was counted, told and known."""
        self._both.go_on_from(before._both)
        self._desk.go_on_from(before._desk)
        self._drops.go_on_from(before._drops)

    @property
    def keepsake(self) -> PortsOf:
        return self._both.keepsake

    def greet_for(self, peer: str) -> Greet:
        return self._both.service.greet_for(peer)

    def tell(self, result: Result) -> None:
        """The peer that it is about, if its agent answers."""
        contact = self._both.service.contacts.get(result.path.peer)
        if result.path.direction is Direction.OUTBOUND and contact is not None and contact.is_up and contact.at:
            said = state_of(result, self._clock.time(), settled=True).encode()
            task = asyncio.create_task(self._both.service.ask(result.path.peer, contact.at, Kind.TELL, said))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    @property
    def figures(self) -> Rendezvous:
        holder, contacts = self._both.service.holder, self._both.service.contacts
        return Rendezvous(
            agents={peer: contacts[peer].is_up for peer in self._peers},
            offsets=self._offsets,
            dropped={str(reason): count for reason, count in holder.dropped.items()},
            key_used={str(key): count for key, count in holder.key_used.items()},
            listeners=holder.listeners,
        )

    @property
    def findings(self) -> list[Finding]:
        return clocks_differ(self._setup.source.name, self._offsets)

    @property
    def is_shut_out(self) -> bool:
        """This host's own firewall does not admit those who come to what is held for them."""
        return self._both.service.holder.admission is Admission.SHUTS

    @property
    def _offsets(self) -> Mapping[str, float]:
        contacts = self._both.service.contacts
        return {peer: offset for peer in self._peers if (offset := contacts[peer].offset) is not None}

    async def _greet_for_ever(self) -> None:
        """Whoever was not asked anything in a round: it is to be known of every agent whether it answers."""
        interval = self._setup.config.schedule.interval
        while True:
            self._drops.look()
            await asyncio.gather(*(self._greet_safely(peer, interval) for peer in self._peers))
            await self._clock.sleep(interval)

    async def _greet_safely(self, peer: str, interval: float) -> None:
        try:
            await self._greet(peer, interval)
        except Exception as error:  # the next one may do; nobody else would ever know
            self._warn(f"rendezvous: greeting {peer} broke: {error!r}")

    async def _greet(self, peer: str, interval: float) -> None:
        service = self._both.service
        for address in self._both.addresses_of(peer):
            asked = service.contacts[peer].asked
            if asked is None or self._clock.monotonic() - asked >= interval:
                await service.greet(peer, address)
