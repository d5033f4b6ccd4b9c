"""What reachability means for SSO, as the agent follows it: it looks at this machine's services again and again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from agent.clock import Clock
from agent.config.adhoc import SITE as WITHOUT_FILE
from agent.finding import Finding
from agent.inbound.silence import silent_after
from agent.ledger import Ledger
from agent.looking import Eyes, Look, Names, names_of, newest_of, told_of
from agent.path import Path
from agent.services.look import look
from agent.services.secret_changes import last_secret_change
from agent.setup import Setup
from agent.sso.findings import Beside, sso_findings
from agent.sso.memory import Memory, Spans
from agent.sso.part import Place, part_of
from agent.sso.seen import Condition, Service, Sighting
from agent.sso.standing import Observed, Standing, follow
from agent.sso.stored import Remembered, restore, store
from agent.topology import site_of
from probes.resolve import Resolver

EVERY = 5.0  # seconds between two looks at services
NAMES_EVERY = 60.0  # and at what the names of this machine's clusters give
CHANGES_EVERY = 3600.0  # and at when the secret was changed
BRIEF = 60.0  # for which the agent may be away, at least; the SSO service itself asks every 30 to 60 s

Changed = Callable[[Standing, Remembered, float], None]
Work = Callable[[], Awaitable[None]]
Broken = Callable[[Exception], None]


class SsoWatch:
    """`paths`: those of the ledger. `changed` is told of each new state, what was known before, and the time (UTC).

    `look` sees services, and `changes` when the secret was changed; both in a thread.
    """

    name = "sso"

    def __init__(
        self,
        setup: Setup,
        ledger: Ledger,
        paths: Sequence[Path],
        clock: Clock,
        changed: Changed,
        look: Look = look,
        changes: Callable[[], float | None] = last_secret_change,
    ) -> None:
        self._setup = setup
        self._ledger = ledger
        self._paths = paths
        self._clock = clock
        self._changed = changed
        self._changes = changes
        interval = setup.config.schedule.interval
        self._spans = Spans(silent_after(interval), max(2 * interval, BRIEF))
        self._eyes = Eyes(setup.config.sso.service, clock.monotonic, look)
        self._resolver = Resolver()
        self._part = part_of(site_of(setup.config), setup.source)
        self._known = Remembered(self._part.here, setup.config.sso.service, Memory())
        self._written: Remembered | None = None
        self._names = Names()
        self._secret_changed: float | None = None
        self._sighting = Sighting(Service(setup.config.sso.service, Condition.FAILED), listed=False)
        self._standing: Standing | None = None

    def state(self) -> dict[str, object]:
        """For the file of `agent.kept`."""
        return store(self._known)

    def restore(self, state: Mapping[str, object]) -> None:
        """Raises ValueError when it is not understood, or another service's."""
        self._known = self._written = restore(state, self._part.here, self._known.service)

    @property
    def standing(self) -> Standing | None:
        """By the newest look; None before the first one."""
        return self._standing

    @property
    def findings(self) -> list[Finding]:
        """What stands beside the paths."""
        if self._standing is None:
            return []
        newest = newest_of(self._ledger, self._paths)
        is_from_file = self._setup.config.site != WITHOUT_FILE
        beside = Beside(newest, self._names.own, self._names.resolved, self._secret_changed, is_from_file)
        return sso_findings(self._standing, beside, self._clock.time())

    async def look_once(self, broken: Broken) -> None:
        """At everything but the paths: for a person's `once`, which concludes when these have come to something."""
        works = self._look_at_names, self._look_at_services, self._look_for_changes
        await asyncio.gather(*(_attempt(work, broken) for work in works))

    def conclude(self) -> Standing:
        """By what was seen, and what the paths have come to by now."""
        before, found = self._known, self._follow()
        self._standing = replace(found, since=before.since if before.state is found.state else None)
        return self._standing

    @asynccontextmanager
    async def opened(self, write: Work, broken: Broken) -> AsyncIterator[None]:
        """Until the end of the block. `write` keeps what is known over a restart; `broken` hears of faults of ours."""
        if self._part.place is Place.NONE:
            self.conclude()
            yield
            return
        works = (
            (NAMES_EVERY, self._look_at_names),
            (EVERY, lambda: self._look(write)),
            (CHANGES_EVERY, self._look_for_changes),
        )
        for _, work in works[:2]:  # so that there is something to show from the start
            await _attempt(work, broken)
        tasks = [asyncio.create_task(self._again(every, work, broken)) for every, work in works]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            await write()

    async def _again(self, every: float, work: Work, broken: Broken) -> None:
        while True:
            await _attempt(work, broken)
            await self._clock.sleep(every)

    async def _look(self, write: Work) -> None:
        """And what follows. What is published is written before."""
        await self._look_at_services()
        before = self._known
        standing = self._follow()
        if _lasting(self._known) != _lasting(self._written):
            self._written = self._known
            await write()
        self._standing = standing
        if standing.state is not before.state:
            self._changed(standing, before, self._clock.time())

    def _follow(self) -> Standing:
        newest, told = newest_of(self._ledger, self._paths), told_of(self._ledger, self._paths)
        now = self._clock.monotonic()
        seen = Observed(self._sighting, newest, told, self._eyes.began, now, self._spans, self._names.holding)
        memory, standing = follow(self._part, self._known.memory, seen, self._setup.config.sso.backup_confirmed)
        before = self._known
        since = before.since if standing.state is before.state else self._clock.time()
        self._known = replace(before, memory=memory, state=standing.state, since=since)
        return replace(standing, since=since)

    async def _look_at_services(self) -> None:
        self._sighting = await self._eyes.look()

    async def _look_at_names(self) -> None:
        self._names = await names_of(self._part, self._resolver, self._setup.config.schedule.timeout)

    async def _look_for_changes(self) -> None:
        self._secret_changed = await asyncio.to_thread(self._changes)


async def _attempt(work: Work, broken: Broken) -> None:
    try:
        await work()
    except Exception as error:  # the next time it may do; nobody else would ever know
        broken(error)


def _lasting(known: Remembered | None) -> Remembered | None:
    """What is worth writing; when the service was seen last moves with every look."""
    if known is None or known.memory.life is None:
        return known
    return replace(known, memory=replace(known.memory, life=replace(known.memory.life, last=0.0)))
