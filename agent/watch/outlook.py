"""What reachability means for SSO, by what was seen so far: of services, of names, and of the paths in the ledger."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from agent.found.finding import Finding
from agent.found.ledger import Ledger
from agent.ground.clock import MONOTONIC, Clock
from agent.ground.path import Path
from agent.inbound.silence import silent_after
from agent.services.look import look
from agent.services.secret_changes import last_secret_change
from agent.site.plan import plan
from agent.site.setup import Setup
from agent.site.topology import site_of
from agent.sso.findings import Beside, sso_findings
from agent.sso.memory import Memory, Spans
from agent.sso.part import part_of
from agent.sso.seen import Condition, Service, Sighting
from agent.sso.standing import Observed, Standing, follow
from agent.sso.stored import Remembered, restore, store
from agent.watch.looking import LONGEST, Eyes, Look, Names, names_of, newest_of, told_of
from probes.aside import aside
from probes.resolve import Resolver

# Two rounds, within these bounds, are the longest in which nobody need ask: the SSO service asks every 30 to 60 s.
BRIEF = 60.0, 300.0

Work = Callable[[], Awaitable[None]]
Broken = Callable[[Exception], None]


class Outlook:
    """`paths`: those of the ledger. `look` sees services, `changes` when the secret was changed; both may block."""

    name = "sso"

    def __init__(
        self,
        setup: Setup,
        ledger: Ledger,
        paths: Sequence[Path],
        clock: Clock,
        look: Look = look,
        changes: Callable[[], float | None] = last_secret_change,
    ) -> None:
        site, interval = site_of(setup.config), setup.config.schedule.interval
        self._setup = setup
        self._ledger = ledger
        self._paths = paths
        self._planned = plan(setup.config, site, setup.source)
        self._clock = clock
        self._changes = changes
        self._spans = Spans(silent_after(interval), min(max(2 * interval, BRIEF[0]), BRIEF[1]))
        self._eyes = Eyes(setup.config.sso.service, clock.monotonic, look)
        self._resolver = Resolver()
        self._names = Names()
        self._secret_changed: float | None = None
        self._sighting = Sighting(Service(setup.config.sso.service, Condition.FAILED), listed=False)
        self.part = part_of(site, setup.source)
        service, masters = setup.config.sso.service, self.part.asked
        self.known = Remembered(self.part.here, service, Memory(), masters=masters, clock=MONOTONIC)
        self.standing: Standing | None = None  # as it is published; None before the first look

    def state(self) -> dict[str, object]:
        """For the file of `agent.store.kept`."""
        return store(self.known)

    def restore(self, state: Mapping[str, object]) -> None:
        """Raises ValueError when it is not understood, or another service's."""
        self.known = restore(state, self.known)

    def go_on_from(self, before: "Outlook") -> None:
        """What was known under another configuration, as far as it is about the same."""
        if before.known.service == self.known.service:
            self._eyes, self._sighting = before._eyes, before._sighting  # one look at a time, also one that hangs
        if _about(before.known) == _about(self.known):
            self.known = before.known
            if before.part == self.part:
                self.standing, self._names = before.standing, before._names
                self._secret_changed = before._secret_changed
            return
        with contextlib.suppress(ValueError):  # about another service: begun anew
            self.restore(before.state())

    async def look_around(self, broken: Broken) -> None:
        """Once, at everything but the paths."""
        works = self.look_at_names, self.look_at_services, self.look_for_changes
        await asyncio.gather(*(attempt(work, broken) for work in works))

    async def look_at_services(self) -> None:
        self._sighting = await self._eyes.look()

    async def look_at_names(self) -> None:
        self._names = await names_of(self.part, self._resolver, self._setup.config.schedule.timeout)

    async def look_for_changes(self) -> None:
        async with asyncio.timeout(LONGEST):
            self._secret_changed = await aside(self._changes, "secret")

    def follow(self) -> Standing:
        """By what was seen, and what the paths have come to by now. It is remembered, and not published yet."""
        newest, told = newest_of(self._ledger, self._planned), told_of(self._ledger, self._paths)
        seen = Observed(
            self._sighting, newest, told, self._eyes.looked, self._clock.monotonic(), self._spans, self._names.holding
        )
        before = self.known
        memory, standing = follow(self.part, before.memory, seen, self._setup.config.sso.backup_confirmed)
        since = before.since if standing.state is before.state else self._clock.time()
        self.known = replace(before, memory=memory, state=standing.state, why=standing.why, since=since)
        return replace(standing, since=since)

    def conclude(self) -> Standing:
        """For a person's `once`: when a state began is known only where an agent remembers it."""
        before, found = self.known, self.follow()
        self.standing = replace(found, since=before.since if before.state is found.state else None)
        return self.standing

    @property
    def findings(self) -> list[Finding]:
        """What stands beside the paths."""
        if self.standing is None:
            return []
        newest = newest_of(self._ledger, self._planned)
        names, is_from_file = self._names, self._setup.is_from_file
        beside = Beside(newest, names.own, names.resolved, self._secret_changed, is_from_file)
        return sso_findings(self.standing, beside, self._clock.time())


def _about(known: Remembered) -> tuple[object, ...]:
    return known.host, known.service, known.masters, known.clock


async def attempt(work: Work, broken: Broken) -> None:
    """Do it; a fault is told, and costs nothing else."""
    try:
        await work()
    except Exception as error:  # the next time it may do; nobody else would ever know
        broken(error)
