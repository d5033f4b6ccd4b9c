"""The agent: rounds for ever, and the HTTP side. Builds the rooms, opens their doors, and closes them again."""

import asyncio
import random
from collections.abc import Callable
from contextlib import AsyncExitStack

from aiohttp import web

from agent import __version__
from agent.asking import asking, findings, naming, surveys
from agent.changes import VerdictChange, sso_changed
from agent.clock import Clock, SystemClock
from agent.dynamic.chart import Chart
from agent.ends import Ends
from agent.inbound.silence import silent_after
from agent.kept import Keepsake, Kept, RangesOf
from agent.ledger import Ledger
from agent.log import broke, log
from agent.looking import Look
from agent.metrics import Snapshot
from agent.outlook import Outlook
from agent.plan import arranged, inbound
from agent.process import this_process
from agent.report.document import Run
from agent.result import Result
from agent.schedule import forever
from agent.services.look import look
from agent.setup import Setup
from agent.survey.manners import Manners
from agent.survey.survey import Survey
from agent.topology import site_of
from agent.watch import SsoWatch
from agent.web.access import Rules, allowed_names
from agent.web.pages import application
from agent.web.server import serve
from agent.web.sources import Sources
from agent.whoami import Machine
from probes.engine.engine import Engine
from probes.wire.rendezvous.keys import Ring


class Agent:
    """`probe run`. `machine` decides which Host headers are ours; without `kept` a restart begins anew.

    `ring`: the site's key; without it one end alone is all there is. `look` sees the services of this machine.
    """

    def __init__(
        self,
        setup: Setup,
        machine: Machine,
        clock: Clock | None = None,
        kept: Kept | None = None,
        ring: Ring | None = None,
        look: Look = look,
    ) -> None:
        self._setup = setup
        self._machine = machine
        self._clock = clock or SystemClock()
        self._loaded = self._clock.time()
        site = site_of(setup.config)
        told = inbound(setup.config, site, setup.source) if ring else ()
        paths = arranged(site, (*setup.paths, *told))
        self._ledger = Ledger(paths, self._clock, silent_after(setup.config.schedule.interval))
        self._outlook = Outlook(setup, self._ledger, paths, self._clock, look)
        self._ends = Ends(setup, ring, told, self._ledger, self._record, self._clock, log.warning) if ring else None
        self._surveys: list[Survey] = []
        self._engine: Engine | None = None
        self._naming = naming(setup, self._clock)
        self._kept = kept or Kept(None)
        self._judged = False  # at least one path was

    async def run(self, listening: Callable[[list[str]], None]) -> None:
        """Until cancelled. `listening` is called with the URLs once they answer. Raises ListenError."""
        config = self._setup.config
        schedule = config.schedule
        window = config.rpc.coverage_window
        manners = Manners.agent(schedule.timeout, schedule.interval, config.rpc.samples, window=window)
        async with asking(self._clock) as (engine, ask), AsyncExitStack() as stack:
            self._engine = engine
            greet_for = self._ends.greet_for if self._ends else None
            self._surveys = surveys(self._setup.paths, manners, ask, self._clock, self._record, greet_for)
            keepsakes = self._keepsakes()
            self._kept.restore([*keepsakes, self._outlook])
            watch = SsoWatch(self._outlook, self._clock, sso_changed, self._write_outlook, broke("the look at SSO"))
            await watch.prepare()
            listens = [(at.host, at.port) for at in self._setup.source.listen or config.web.listen]
            served, urls = await serve(self._application(), listens)
            stack.push_async_callback(served.cleanup)
            if self._ends is not None:
                await stack.enter_async_context(self._ends.opened(self._surveys))
            listening(urls)
            await stack.enter_async_context(watch.opened())
            await stack.enter_async_context(self._naming.hourly(broke("the look at names")))
            await stack.enter_async_context(self._kept.saved(keepsakes, self._clock))
            await self._probe(manners.interval)

    def _keepsakes(self) -> list[Keepsake]:
        ranges = [RangesOf(survey) for survey in self._surveys]
        return [*ranges, self._ends.keepsake] if self._ends else [*ranges]

    async def _probe(self, interval: float) -> None:
        if not self._surveys:
            log.warning("nothing to probe from this host", extra={"fields": {"host": self._setup.source.name}})
            await asyncio.Event().wait()
        await forever(self._surveys, interval, self._clock, random.random, self._skip, self._broken)

    def _skip(self, reason: str) -> None:
        self._ledger.skipped[reason] += 1

    async def _write_outlook(self) -> None:
        await self._kept.write(self._outlook)

    def _broken(self, survey: Survey, error: Exception) -> None:
        log.error("a round broke", exc_info=error)
        self._skip("fault")
        survey.give_up(self._clock.time())

    def _record(self, result: Result) -> None:
        change = VerdictChange.of(result, self._ledger)
        self._ledger.record(result)
        self._judged = True
        if self._ends is not None:
            self._ends.tell(result)
        if change is not None:
            change.tell()

    def _application(self) -> web.Application:
        sources = Sources(
            metrics=self._metrics,
            run=self._run,
            ready=lambda: self._judged or not self._setup.paths,
            setup=lambda: self._setup,
            known=self._ledger.known,
            charts=self._charts,
            reload=self._reload,
        )
        return application(sources, self._rules)

    def _rules(self) -> Rules:
        owners = [name for owner in self._setup.source.owners for name in (owner.name, *owner.addresses)]
        names = [*self._machine.names, self._setup.source.name, *self._setup.source.addresses, *owners]
        settings = self._setup.config.web
        return Rules(allowed_names(names), settings.open_pages, settings.reload_endpoint)

    def _charts(self, peer: str) -> list[Chart]:
        return [chart for survey in self._surveys if survey.peer == peer for chart in survey.charts()]

    async def _reload(self) -> list[str]:
        return ["not yet"]

    def _run(self) -> Run:
        now = self._clock.time()
        results = self._ledger.results()
        noticed = [*findings(self._surveys, results), *self._naming.findings, *self._outlook.findings]
        noticed += self._ends.findings if self._ends else []
        site, here, seconds = self._setup.config.site, self._setup.source.name, now - self._loaded
        return Run(site, here, self._loaded, seconds, results, noticed, self._outlook.standing)

    def _metrics(self) -> Snapshot:
        engine = self._engine
        return Snapshot(
            self._ledger.snapshot(),
            __version__,
            self._setup.config.sha256,
            self._loaded,
            engine.lateness.last if engine else 0.0,
            engine.in_flight if engine else 0,
            dict(self._ledger.skipped),
            this_process(),
            self._ends.figures if self._ends else None,
            self._outlook.standing,
        )
