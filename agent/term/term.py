"""What the agent is under one configuration: all that ends when another one comes into force."""

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack

from agent.asking import naming
from agent.ends.ends import Ends
from agent.found.finding import Finding
from agent.found.ledger import Ledger
from agent.ground.clock import Clock
from agent.ground.path import Path
from agent.judge.result import Result
from agent.log.log import broke, log
from agent.ownfirewall.entrance import Entrance
from agent.site.plan import arranged, inbound
from agent.site.setup import Setup
from agent.site.topology import site_of
from agent.store.kept import Keepsake, Kept
from agent.survey.survey import Survey
from agent.watch.changes import sso_changed
from agent.watch.looking import Look
from agent.watch.outlook import Outlook
from agent.watch.watch import SsoWatch
from probes.wire.rendezvous.keys import Ring


def told_to(setup: Setup, ring: Ring | None) -> tuple[Path, ...]:
    """The paths of which peers tell us; without a key nobody does."""
    return inbound(setup.config, site_of(setup.config), setup.source) if ring else ()


def paths_of(setup: Setup, ring: Ring | None) -> tuple[Path, ...]:
    """All paths of which something is known here, in the order in which they are shown."""
    return arranged(site_of(setup.config), (*setup.paths, *told_to(setup, ring)))


class Term:
    """`record` takes what peers tell; `kept` remembers what outlives a restart; `look` sees this machine's services."""

    def __init__(
        self,
        setup: Setup,
        ring: Ring | None,
        ledger: Ledger,
        record: Callable[[Result], None],
        kept: Kept,
        clock: Clock,
        look: Look,
    ) -> None:
        self.setup = setup
        self.ring = ring
        self.outlook = Outlook(setup, ledger, paths_of(setup, ring), clock, look)
        told = told_to(setup, ring)
        self.ends = Ends(setup, ring, told, ledger, record, clock, log.warning) if ring else None
        self._entrance = Entrance(setup, clock, log.warning, self._is_shut_out, meets=ring is not None)
        self._naming = naming(setup, clock)
        self._kept = kept
        self._clock = clock
        self._open = AsyncExitStack()
        self._watch: SsoWatch | None = None
        self.is_whole = False  # nothing broke when it opened

    @property
    def keepsakes(self) -> list[Keepsake]:
        """Beside what surveys know."""
        return [self.ends.keepsake] if self.ends else []

    @property
    def findings(self) -> list[Finding]:
        """Beside what the rounds noticed."""
        ends = self.ends.findings if self.ends else []
        return [*self._naming.findings, *self.outlook.findings, *ends, *self._entrance.findings]

    def _is_shut_out(self) -> bool:
        return self.ends is not None and self.ends.is_shut_out

    def go_on_from(self, before: "Term") -> None:
        """What was known under the configuration before, as far as it is about the same."""
        self.outlook.go_on_from(before.outlook)
        self._entrance.go_on_from(before._entrance)
        if self.outlook.known is before.outlook.known:
            self._watch = None  # what it has seen first is older than this
        if self.ends and before.ends:
            self.ends.go_on_from(before.ends)

    async def look_first(self) -> None:
        """At SSO, unless it is known already: there is to be something to show from the start.

        What was known before has to be restored by now.
        """
        self._watch = self._new_watch()
        if self.outlook.standing is None:
            await self._watch.prepare()

    async def look_around(self) -> None:
        """At SSO, at names and at this host's own firewall, again and again, until `close`."""
        await self._open.enter_async_context((self._watch or self._new_watch()).opened())
        await self._open.enter_async_context(self._naming.hourly(broke("the look at names")))
        await self._open.enter_async_context(self._entrance.opened(broke("the look at this host's own firewall")))

    def _new_watch(self) -> SsoWatch:
        return SsoWatch(self.outlook, self._clock, sso_changed, self._write, broke("the look at SSO"))

    async def meet(self, surveys: Sequence[Survey]) -> None:
        """Open what agents ask and tell one another over, until `close`."""
        if self.ends is not None:
            await self._open.enter_async_context(self.ends.opened(surveys))

    async def close(self) -> None:
        """A fault in it is told: what comes next must come."""
        try:
            await self._open.aclose()
        except Exception as error:
            broke("the end of a configuration")(error)

    async def _write(self) -> None:
        await self._kept.write(self.outlook)
