"""`probe once`: every path once; with a key both ends know, and with `--both` the peers probe back."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

from agent.asking import asking, findings, naming, surveys
from agent.ends.back import Back
from agent.ends.both import Both
from agent.found.finding import clocks_differ
from agent.found.ledger import Ledger
from agent.ground.clock import Clock, SystemClock
from agent.ground.path import Direction, Path
from agent.inbound.inbox import Inbox
from agent.inbound.silence import silent_after
from agent.judge.result import Result
from agent.judge.verdict import Cause, Judgement, Verdict
from agent.log.log import broke, log
from agent.rendezvous.directory import directory
from agent.rendezvous.orders import Place
from agent.report.document import Run
from agent.schedule import once
from agent.services.look import look
from agent.site.plan import arranged, inbound
from agent.site.setup import Setup
from agent.site.topology import site_of
from agent.store.kept import Kept
from agent.survey.manners import Manners
from agent.survey.survey import Survey
from agent.watch.looking import Look
from agent.watch.outlook import Outlook
from probes.wire.rendezvous.keys import Ring
from probes.wire.rendezvous.states import Accepted, PathState, Willing

EVERY_ONE = 200  # ports of a range that are all asked when a person named them


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asked for. `exact`: search for the edges of ranges; `ring`: the site's key; `both`: directions.

    `told` hears what is worth a word while it lasts.
    """

    samples: int
    exact: bool = True
    ring: Ring | None = None
    both: bool = False
    told: Callable[[str], None] = log.info


def samples_of(setup: Setup) -> int:
    """As configured; but a short part of a range that a person asked for is asked whole."""
    parts = {len(path.ports) for path in setup.paths if path.within}
    return max((size for size in parts if size <= EVERY_ONE), default=setup.config.rpc.samples)


async def run_once(
    setup: Setup,
    wanted: Wanted,
    *,
    interrupted: Callable[[Run], None] | None = None,
    kept: Kept | None = None,
    look: Look = look,
) -> Run:
    """Ask every path of the plan at the same time, and wait for all verdicts.

    `interrupted` is given what is known when this is cancelled. `kept`: what the agent of this host remembers; `look`
    sees the services of this machine.
    """
    run = _Once(setup, wanted, SystemClock(), kept or Kept(None), look)
    try:
        await run.through()
    except asyncio.CancelledError:
        if interrupted is not None:
            interrupted(run.so_far())
        raise
    return run.so_far()


class _Once:
    def __init__(self, setup: Setup, wanted: Wanted, clock: Clock, kept: Kept, look: Look) -> None:
        self._setup = setup
        self._wanted = wanted
        self._clock = clock
        self._started, self._began = clock.time(), clock.monotonic()
        self._inbound = _inbound(setup) if wanted.both else ()
        paths = arranged(site_of(setup.config), (*setup.paths, *self._inbound)) if self._inbound else setup.paths
        self._ledger = Ledger(paths, clock, silent_after(setup.config.schedule.interval))
        self._names = naming(setup, clock)
        self._surveyed: list[Survey] = []
        self._both = _both(setup, wanted, clock)
        self._outlook = Outlook(setup, self._ledger, paths, clock, look)
        kept.restore([self._outlook])

    async def through(self) -> None:
        schedule = self._setup.config.schedule
        wanted = self._wanted
        manners = Manners.once(schedule.timeout, schedule.interval, wanted.samples, exact=wanted.exact)
        async with (
            asking(self._clock) as (_, ask),
            self._names.meanwhile(broke("the look at names")),
            AsyncExitStack() as stack,
        ):
            service = await stack.enter_async_context(self._both.opened()) if self._both else None
            greet_for = service.greet_for if service else None
            record = self._ledger.record
            self._surveyed += surveys(self._setup.paths, manners, ask, self._clock, record, greet_for)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._outlook.look_around(broke("the look at SSO")))
                group.create_task(once(self._surveyed))
                if self._inbound and self._both:
                    group.create_task(self._back(self._both))

    def so_far(self) -> Run:
        """What is known."""
        results = [_untold(result, self._setup.source.name) for result in self._ledger.results()]
        seconds = self._clock.monotonic() - self._began
        standing = self._outlook.conclude()
        here, offsets = self._setup.source.name, self._offsets()
        told = [*findings(self._surveyed, results), *self._names.findings, *self._outlook.findings]
        told += clocks_differ(here, offsets)
        return Run(self._setup.config.site, here, self._started, seconds, results, told, standing, offsets)

    async def _back(self, both: Both) -> None:
        inbox = Inbox(self._inbound, both.directory.own, silent_after(self._setup.config.schedule.interval))
        back = Back(both.service, self._setup.source.name, inbox, self._ledger.record, self._clock, self._wanted.told)
        asked = dict.fromkeys(path.peer for path in self._setup.paths)
        await back.ask({peer: both.addresses_of(peer) for peer in asked if peer in both.service.contacts})

    def _offsets(self) -> dict[str, float]:
        contacts = self._both.service.contacts if self._both else {}
        return {peer: contact.offset for peer, contact in contacts.items() if contact.offset is not None}


class _NoDesk:
    """A person's process is told nothing, and probes nobody back."""

    def tell(self, sender: str, receiver: str, state: PathState) -> None:
        """The agent of this host keeps it, if there is one."""

    def probe_back(self, sender: str, at: Place) -> Accepted:
        del sender, at
        return Accepted(Willing.NOT_PLANNED)

    def state(self, sender: str, check: int) -> PathState | None:
        del sender, check
        return None


def _both(setup: Setup, wanted: Wanted, clock: Clock) -> Both | None:
    if wanted.ring is None:
        return None
    return Both(setup, wanted.ring, _NoDesk(), clock, log.warning, of_person=True, holds=wanted.both)


def _untold(result: Result, here: str) -> Result:
    """A path that nobody told of has a reason as well: it is never left `pending` without a word."""
    if result.path.direction is not Direction.INBOUND or result.verdict is not Verdict.PENDING:
        return result
    source = result.path.source
    seen = (
        f"{source} has not told what it finds on the way to {here}: no agent answers there, it plans no such path or "
        "is not done yet, or it was not asked, as a cluster's node that does not hold the cluster's address."
    )
    remedy = f"See on {source} whether its agent runs; or run `probe once --peer {here}` there."
    return replace(result, judgement=Judgement(Verdict.INCONCLUSIVE, Cause.AGENT_SILENT, seen, remedy))


def _inbound(setup: Setup) -> tuple[Path, ...]:
    """Those from the peers that are probed."""
    site, asked = site_of(setup.config), {path.peer for path in setup.paths}
    peer_of = directory(setup.config, setup.source).peer_of
    return tuple(path for path in inbound(setup.config, site, setup.source) if peer_of(path.peer) in asked)
