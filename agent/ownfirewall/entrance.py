"""Whether this host's own firewall lets in those who come to the agent: looked at again and again, and told.

Peers see nothing but silence then, and Prometheus no agent; this host is the only one that can say why.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from agent.found.finding import Finding, own_firewall_shut
from agent.ground.clock import Clock
from agent.ownfirewall.addresses import look_up
from agent.ownfirewall.doors import Door, doors, peers
from agent.ownfirewall.remedy import on_linux, on_windows
from agent.ownfirewall.rules import rules
from agent.rendezvous.admission import own_firewall, this_program
from agent.site.setup import Setup
from probes.resolve import Resolver
from probes.wire.rendezvous.messages import Admission

EVERY = 60.0  # seconds

Ask = Callable[[Path, int, int], Admission]


class Entrance:
    """`held_is_shut`: what the rendezvous knows by itself. `meets`: there is a key, so that other agents come, too.

    `ask`: how the firewall is asked about one door, where it can be (Windows); in a thread.
    """

    def __init__(
        self,
        setup: Setup,
        clock: Clock,
        warn: Callable[[str], None],
        held_is_shut: Callable[[], bool],
        *,
        meets: bool,
        ask: Ask | None = own_firewall if sys.platform == "win32" else None,
        resolver: Resolver | None = None,
    ) -> None:
        self._setup = setup
        self._clock = clock
        self._warn = warn
        self._held_is_shut = held_is_shut
        found = doors(setup.config, setup.source)
        self._doors = tuple(door for door in found if meets or door.is_read)
        self._ask = ask
        self._resolver = resolver
        self._shut: Sequence[Door] = ()  # and the log says so
        self.findings: Sequence[Finding] = ()

    def go_on_from(self, before: "Entrance") -> None:
        """In place of it, which is closed: what the log says already."""
        self._shut, self.findings = before._shut, before.findings

    @asynccontextmanager
    async def opened(self, broken: Callable[[Exception], None]) -> AsyncIterator[None]:
        """Looked at until the end of the block. `broken` hears of faults of ours."""
        looking = asyncio.create_task(self._look_for_ever(broken))
        try:
            yield
        finally:
            looking.cancel()
            await asyncio.wait([looking])

    async def look(self) -> None:
        """A look, and what follows. Which doors are shut is said once, and again when it is others."""
        program = this_program()
        shut = await self._shut_now(program)
        if shut != self._shut:
            self.findings = [await self._finding(str(program), shut)] if shut else []
            for found in self.findings:
                self._warn(f"{found.detail} {found.remedy}")
        self._shut = shut

    async def _look_for_ever(self, broken: Callable[[Exception], None]) -> None:
        while True:
            try:
                await self.look()
            except Exception as error:  # the next one may do; nobody else would ever know
                broken(error)
            await self._clock.sleep(EVERY)

    async def _shut_now(self, program: Path) -> Sequence[Door]:
        """What is not known for certain to be shut is not said to be."""
        if self._ask is None:
            return tuple(door for door in self._doors if door.is_held and self._held_is_shut())
        ask = self._ask
        return tuple([door for door in self._doors if await asyncio.to_thread(_is_shut, ask, program, door)])

    async def _finding(self, program: str, shut: Sequence[Door]) -> Finding:
        here, config = self._setup.source, self._setup.config
        if self._ask is None:
            remedy = on_linux(shut)
        else:
            found = await look_up(peers(config, here), config.schedule.timeout, self._resolver)
            table = rules(shut, program, found.behind(found.of))
            remedy = on_windows(program, table, found.missing)
        return own_firewall_shut(here.name, program, ", ".join(map(str, shut)), remedy)


def _is_shut(ask: Ask, program: Path, door: Door) -> bool:
    """The last port as well: a rule that blocks one port of a range is no reason to say that all of it is shut."""
    ports = dict.fromkeys((door.ports[0], door.ports[len(door.ports) - 1]))
    return all(ask(program, port, door.protocol.value) is Admission.SHUTS for port in ports)
