"""The agent: rounds for ever, and the HTTP side. Builds the rooms, opens their doors, and closes them again.

What ends with a configuration is in `term`; what stays when another one comes into force is here: the memory of what
was found, the rounds of peers that stay as they are, and whatever listens.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from functools import partial

from aiohttp import web

from agent.asking import asking, surveys
from agent.found.ledger import Ledger
from agent.ground.clock import Clock, SystemClock
from agent.inbound.silence import silent_after
from agent.judge.result import Result
from agent.local.local import Local
from agent.local.met import met
from agent.log.log import log
from agent.readings import Readings
from agent.schedule import Rounds
from agent.services.look import look
from agent.site.setup import Setup
from agent.site.whoami import Machine
from agent.store.kept import Keepsake, Kept, RangesOf
from agent.survey.knocker import Ask
from agent.survey.manners import Manners
from agent.survey.survey import Survey
from agent.term.reload import Loaded, Loading, Origin, Reloads, UnusableError, listens_of, what_takes_a_restart
from agent.term.steady import Steady
from agent.term.surveyed import Surveyed
from agent.term.term import Term, paths_of
from agent.watch.changes import VerdictChange
from agent.watch.looking import Look
from agent.web.pages import application
from agent.web.server import ListenError, Served, serve
from agent.web.toolkit.settings import Settings
from agent.web.toolkit.toolkit import Toolkit
from probes.engine.engine import Engine
from probes.wire.rendezvous.keys import Ring


class Agent:
    """`probe run`. `machine` decides which Host headers are ours; without `kept` a restart begins anew.

    `ring`: the site's key; without it one end alone is all there is. `look` sees the services of this machine.
    `origin`: where a new configuration comes from, `loading` how the one in force came. `web`: what `web.config_file`
    says; `local`: how commands on this machine meet the agent.
    """

    def __init__(
        self,
        setup: Setup,
        machine: Machine,
        clock: Clock | None = None,
        kept: Kept | None = None,
        ring: Ring | None = None,
        look: Look = look,
        origin: Origin | None = None,
        loading: Loading | None = None,
        web: Settings | None = None,
        local: Local | None = None,
    ) -> None:
        self._machine = machine
        self._clock = clock or SystemClock()
        self._kept = kept or Kept(None)
        self._look = look
        self._began = self._clock.time()
        self._ledger = Ledger(paths_of(setup, ring), self._clock, silent_after(setup.config.schedule.interval))
        self._term = self._new_term(Loaded(setup, ring))
        self._steady = Steady()
        self._surveyed = Surveyed(self._new_surveys, self._kept, self._clock)
        self._rounds: Rounds | None = None
        self._ask: Ask
        self.readings: Readings  # as soon as it listens
        self._toolkit = Toolkit(web)
        self._local = local or Local(None, log.warning)
        self._served: Served | None = None
        self._judged = False  # at least one path was
        self._loading = loading or Loading(self._began)
        self._started = asyncio.Event()
        self._group = asyncio.TaskGroup()  # of the rounds, and of whatever must not outlive them
        self._reloads = Reloads(origin, self._switch, self._loading, self._clock) if origin else None

    async def run(self, listening: Callable[[list[str]], None]) -> None:
        """Until cancelled. `listening` is called with the URLs once they answer. Raises ListenError."""
        async with asking(self._clock) as (engine, ask), AsyncExitStack() as stack:
            self._ask = ask
            self._surveyed.follow(self._surveyed.of(self._term.setup, meets_agents=self._term.ends is not None))
            self._kept.restore([*self._keepsakes(), self._term.outlook])
            await self._term.look_first()
            self.readings = self._readings(engine)
            self._served, urls = await serve(self._application(), listens_of(self._term.setup), self._toolkit)
            stack.push_async_callback(self._served.cleanup)
            await stack.enter_async_context(met(self._local, partial(self._found_at, self._served), self._clock))
            stack.push_async_callback(self._close)
            await self._term.meet(self._surveyed.now)
            self._steady.opened(self._term.ends)
            listening(urls)
            await self._term.look_around()
            self._term.is_whole = True
            await stack.enter_async_context(self._kept.saved(self._keepsakes, self._clock))
            async with self._group:
                self._rounds = Rounds(self._group, self._clock, random.random, self._skip, self._broken)
                self._follow(self._rounds)
                self._started.set()
                await asyncio.Event().wait()

    @property
    def is_at_work(self) -> bool:
        """Rounds are made, as far as there are peers; an event loop that turns is not enough."""
        return self._rounds is None or self._rounds.go_on

    async def reload(self) -> Sequence[str]:
        """Read the configuration anew: what is wrong with it, a line each; nothing: it is in force now.

        While the agent starts it waits; when the agent ends it is given up; whoever asked may leave in the middle.
        """
        if self._reloads is None:
            return ["this agent has no configuration file"]
        await self._started.wait()
        work = self._reloads.reload()
        try:
            task = self._group.create_task(work)
        except RuntimeError:  # it takes nothing any more
            work.close()
            return ["the agent is ending"]
        return await asyncio.shield(task)

    async def _switch(self, loaded: Loaded) -> None:
        """Peers that stay as they are do not notice. Raises UnusableError before anything has changed.

        Whatever may take its time comes before, too; and whoever looks on sees the old site or the new one.
        """
        before, rounds, served = self._term, self._rounds, self._served
        mistakes = [*what_takes_a_restart(before.setup, loaded.setup)]
        if mistakes or rounds is None or served is None:
            raise UnusableError(mistakes or ["the agent is still starting"])
        is_new = not before.is_whole or (loaded.setup, loaded.ring) != (before.setup, before.ring)
        term = self._new_term(loaded) if is_new else before
        coming = await self._surveyed.coming(term.setup, meets_agents=term.ends is not None)
        if is_new:
            term.outlook.go_on_from(before.outlook)
            await term.look_first()
        await self._listen(served, loaded)
        if is_new:
            await self._replace(before, term, coming, rounds)

    async def _replace(self, before: Term, term: Term, coming: Sequence[Survey], rounds: Rounds) -> None:
        """A fault in the middle leaves no round waiting, and the next reload mends it, of the same file too."""
        self._steady.closing()
        before.is_whole = False
        try:
            await before.close()
            term.go_on_from(before)
            config = term.setup.config
            self._ledger.follow(paths_of(term.setup, term.ring), silent_after(config.schedule.interval))
            self._surveyed.follow(coming)
            self._term = term
            self._follow(rounds)
            await term.look_around()
            await term.meet(self._surveyed.now)
            term.is_whole = True
        finally:
            self._steady.opened(self._term.ends)

    def _application(self) -> web.Application:
        sources = self.readings.sources(self._is_ready, self.reload)
        return application(sources, self.readings.rules, self._toolkit, self._local)

    def _readings(self, engine: Engine) -> Readings:
        return Readings(
            term=lambda: self._term,
            surveyed=self._surveyed,
            ledger=self._ledger,
            engine=engine,
            loading=self._loading,
            machine=self._machine,
            clock=self._clock,
            began=self._began,
            token=self._local.token,
        )

    def _is_ready(self) -> bool:
        return self._judged or not self._term.setup.paths

    def _found_at(self, served: Served) -> tuple[list[str], str | None]:
        return served.urls, self._toolkit.settings.fingerprint

    async def _listen(self, served: Served, loaded: Loaded) -> None:
        try:
            await served.listen(listens_of(loaded.setup))
        except ListenError as error:
            raise UnusableError([str(error)]) from None
        self._toolkit.take(loaded.web)

    def _new_term(self, loaded: Loaded) -> Term:
        setup, ring = loaded.setup, loaded.ring
        return Term(setup, ring, self._ledger, self._record, self._kept, self._clock, self._look)

    def _new_surveys(self, setup: Setup, manners: Manners, meets_agents: bool) -> list[Survey]:
        greet_for = self._steady.greet_for if meets_agents else None
        return surveys(setup.paths, manners, self._ask, self._clock, self._record, greet_for)

    def _follow(self, rounds: Rounds) -> None:
        setup = self._term.setup
        if not self._surveyed.now:
            log.warning("nothing to probe from this host", extra={"fields": {"host": setup.source.name}})
        rounds.follow(self._surveyed.now, setup.config.schedule.interval)

    async def _close(self) -> None:
        await self._term.close()

    def _keepsakes(self) -> list[Keepsake]:
        return [*(RangesOf(survey) for survey in self._surveyed.now), *self._term.keepsakes]

    def _skip(self, reason: str) -> None:
        self._ledger.skipped[reason] += 1

    def _broken(self, survey: Survey, error: Exception) -> None:
        log.error("a round broke", exc_info=error)
        self._skip("fault")
        survey.give_up(self._clock.time())

    def _record(self, result: Result) -> None:
        if not self._ledger.has(result.path):
            return  # of a round that ends while another configuration comes into force
        change = VerdictChange.of(result, self._ledger)
        self._ledger.record(result)
        self._judged = True
        if self._term.ends is not None and self._steady.has(self._term.ends):
            self._term.ends.tell(result)
        if change is not None:
            change.tell()
