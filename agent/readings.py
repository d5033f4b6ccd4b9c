"""What is read of an agent that runs: over HTTP, by people and by scrapers. Nothing here changes anything."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from agent import __version__
from agent.asking import findings
from agent.dynamic.chart import Chart
from agent.found.finding import configuration_refused
from agent.found.ledger import Ledger
from agent.ground.clock import Clock
from agent.metrics import Snapshot
from agent.metrics.this_process import this_process
from agent.report.document import Run
from agent.site.whoami import Machine
from agent.term.reload import Loading
from agent.term.surveyed import Surveyed
from agent.term.term import Term
from agent.web.access import Rules, allowed_names
from agent.web.sources import Sources
from probes.engine.engine import Engine


@dataclass(frozen=True, slots=True)
class Readings:
    """Each is of this moment. `term`: what the agent is now; `began`: when it became that agent, UTC.

    `token`: what commands on this machine show.
    """

    term: Callable[[], Term]
    surveyed: Surveyed
    ledger: Ledger
    engine: Engine
    loading: Loading
    machine: Machine
    clock: Clock
    began: float
    token: str = field(repr=False)

    def sources(self, ready: Callable[[], bool], reload: Callable[[], Awaitable[Sequence[str]]]) -> Sources:
        """All of them as the HTTP side asks for them, beside what only the agent itself can answer."""
        return Sources(
            metrics=self.metrics,
            run=self.run,
            ready=ready,
            setup=lambda: self.term().setup,
            known=self.ledger.known,
            charts=self.charts,
            reload=reload,
        )

    def run(self) -> Run:
        results, term = self.ledger.results(), self.term()
        site, here, seconds = term.setup.config.site, term.setup.source.name, self.clock.time() - self.began
        refused = configuration_refused(here, self.loading.mistakes)
        noticed = [*refused, *findings(self.surveyed.now, results), *term.findings]
        return Run(site, here, self.began, seconds, results, noticed, term.outlook.standing)

    def metrics(self) -> Snapshot:
        term = self.term()
        return Snapshot(
            self.ledger.snapshot(),
            __version__,
            term.setup.config.sha256,
            self.loading.at,
            self.engine.lateness.last,
            self.engine.in_flight,
            dict(self.ledger.skipped),
            this_process(),
            term.ends.figures if term.ends else None,
            term.outlook.standing,
            self.loading.good,
        )

    def charts(self, peer: str) -> list[Chart]:
        """Of the ranges of one peer, as the file spells its name."""
        return [chart for survey in self.surveyed.now if survey.peer == peer for chart in survey.charts()]

    def rules(self) -> Rules:
        """Who may read what."""
        source, settings = self.term().setup.source, self.term().setup.config.web
        owners = [name for owner in source.owners for name in (owner.name, *owner.addresses)]
        told = [source.agent.host] if source.agent else []  # /sd has scrapers ask for that name
        names = [*self.machine.names, source.name, *source.addresses, *told, *owners]
        return Rules(allowed_names(names), settings.open_pages, settings.reload_endpoint, self.token)
