"""The agent's watch over SSO: it looks again and again, writes down what it knows, publishes it, tells of changes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from agent.ground.clock import Clock
from agent.sso.part import Place
from agent.sso.standing import Standing
from agent.sso.stored import Remembered
from agent.watch.outlook import Broken, Outlook, Work, attempt

EVERY = 5.0  # seconds between two looks at services
NAMES_EVERY = 60.0  # and at what the names of this machine's clusters give
CHANGES_EVERY = 3600.0  # and at when the secret was changed

PATIENCE = 5.0  # seconds that the disk may take

Changed = Callable[[Standing, Remembered, float], None]


class SsoWatch:
    """`changed` is told of each new state, what was known before, and the time (UTC).

    `write` keeps what is known over a restart; `broken` hears of faults of ours.
    """

    def __init__(self, outlook: Outlook, clock: Clock, changed: Changed, write: Work, broken: Broken) -> None:
        self._outlook = outlook
        self._clock = clock
        self._changed = changed
        self._write = write
        self._broken = broken
        self._written = outlook.known
        self._writing: asyncio.Future[None] | None = None
        self._told = outlook.known  # what was known when a change was told last

    async def prepare(self) -> None:
        """A first look, so that there is something to show from the start. Nothing is told of it yet."""
        if self._outlook.part.place is not Place.NONE:
            await attempt(self._outlook.look_at_names, self._broken)
            await attempt(self._outlook.look_at_services, self._broken)
        await attempt(self._show, self._broken)

    async def _show(self) -> None:
        self._outlook.standing = self._outlook.follow()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Until the end of the block."""
        outlook = self._outlook
        if outlook.part.place is Place.NONE:
            yield
            return
        works = (
            (NAMES_EVERY, outlook.look_at_names),
            (EVERY, self._look),
            (CHANGES_EVERY, outlook.look_for_changes),
        )
        tasks = [asyncio.create_task(self._again(every, work)) for every, work in works]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            await attempt(self._save, self._broken)

    async def _again(self, every: float, work: Work) -> None:
        while True:
            await attempt(work, self._broken)
            await self._clock.sleep(every)

    async def _look(self) -> None:
        """And what follows. What is published is written before, if it can be."""
        await self._outlook.look_at_services()
        standing = self._outlook.follow()
        if _lasting(self._outlook.known) != _lasting(self._written):
            await attempt(self._save, self._broken)
        self._outlook.standing = standing
        before, self._told = self._told, self._outlook.known
        if (standing.state, standing.why) != (before.state, before.why):
            self._changed(standing, before, self._clock.time())

    async def _save(self) -> None:
        """One after the other: no older text is written after a newer one. A disk that hangs holds up nobody."""
        if self._writing is not None and not (await asyncio.wait({self._writing}, timeout=PATIENCE))[0]:
            return  # it was told of when it began to hang
        known = self._outlook.known
        self._writing = asyncio.ensure_future(self._write())
        if not (await asyncio.wait({self._writing}, timeout=PATIENCE))[0]:
            raise TimeoutError(f"what is known cannot be written: the disk did not answer for {PATIENCE:.0f} s")
        self._writing.result()
        self._written = known


def _lasting(known: Remembered) -> Remembered:
    """What is worth writing; when the service was seen last moves with every look."""
    if known.memory.life is None:
        return known
    return replace(known, memory=replace(known.memory, life=replace(known.memory.life, last=0.0)))
