"""What the agent knows and keeps over a restart: a file for the ranges of each peer, one for the ports of this host."""

import asyncio
import contextlib
import hashlib
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from agent.config.model import Config
from agent.ground.clock import Clock
from agent.store.store import Store, default_folder
from agent.survey.survey import Survey
from probes.aside import aside

EVERY = 300.0  # seconds between two savings


def state_folder(config: Config) -> Path:
    """As configured, or this platform's default."""
    return config.state_dir or default_state_folder()


def default_state_folder() -> Path:
    """This platform's, for whoever runs this."""
    is_root = sys.platform != "win32" and os.geteuid() == 0
    return default_folder(os.environ, _home(), platform=sys.platform, is_root=is_root)


def _home() -> Path:
    """An account without a name, such as systemd and containers make, has none."""
    try:
        return Path.home()
    except RuntimeError:
        return Path("/")


class Keepsake(Protocol):
    """What outlives a restart. `name`: of its file."""

    @property
    def name(self) -> str: ...

    def state(self) -> dict[str, object]:
        """For the file; empty: nothing is known yet, and nothing is written."""

    def restore(self, state: Mapping[str, object]) -> None:
        """From the file. Raises ValueError when it is not understood."""


@dataclass(frozen=True, slots=True)
class RangesOf:
    """What a survey knows of the dynamic ranges of its peer."""

    survey: Survey

    @property
    def name(self) -> str:
        return _name(self.survey.peer)

    def state(self) -> dict[str, object]:
        ranges = self.survey.state()
        return {"peer": self.survey.peer, "ranges": ranges} if ranges else {}

    def restore(self, state: Mapping[str, object]) -> None:
        match state:
            case {"peer": self.survey.peer, "ranges": dict(ranges)}:
                self.survey.restore(ranges)
            case _:
                raise ValueError("not what is known of this peer")


class Kept:
    """What `store` has of each; nothing is read or written without one."""

    def __init__(self, store: Store | None) -> None:
        self._store = store
        self._saving: asyncio.Future[None] | None = None
        self._writing: dict[str, asyncio.Future[None]] = {}  # by name, the newest

    def restore(self, keepsakes: Iterable[Keepsake]) -> None:
        """What is not understood is set aside, and begins anew."""
        if self._store is not None:
            for each in keepsakes:
                self._restore(self._store, each)

    def _restore(self, store: Store, keepsake: Keepsake) -> None:
        found = store.load(keepsake.name)
        if found:
            try:
                keepsake.restore(found)
            except ValueError as error:
                store.set_aside(keepsake.name, str(error))

    async def write(self, keepsake: Keepsake) -> None:
        """At once, the disk aside, behind what is being written under that name: none of those of `saved`."""
        before = self._writing.get(keepsake.name)
        if before is not None and not before.done():
            await asyncio.wait({before})
        self._writing[keepsake.name] = aside(partial(self._save, keepsake.name, keepsake.state()), "write")
        await self._writing[keepsake.name]

    @asynccontextmanager
    async def saved(self, keepsakes: Callable[[], Sequence[Keepsake]], clock: Clock) -> AsyncIterator[None]:
        """What there is then, saved every five minutes until the end of the block, and then once more."""
        task = asyncio.create_task(self._save_for_ever(keepsakes, clock))
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            if self._saving is not None:
                await self._saving  # older news must not be written after the newest
            for each in keepsakes():
                self._save(each.name, each.state())

    async def _save_for_ever(self, keepsakes: Callable[[], Sequence[Keepsake]], clock: Clock) -> None:
        """One after the other, the disk in a thread: no attempt waits for it."""
        while True:
            now = keepsakes()
            for each in now:
                await clock.sleep(EVERY / len(now))
                if each not in keepsakes():  # a new configuration has another one in its place, or none
                    continue
                self._saving = asyncio.ensure_future(asyncio.to_thread(self._save, each.name, each.state()))
                await asyncio.shield(self._saving)
            if not now:
                await clock.sleep(EVERY)

    def _save(self, name: str, state: dict[str, object]) -> None:
        if state and self._store:
            self._store.save(name, state)


def _name(peer: str) -> str:
    """A name that every file system takes, whatever the peer is called; without case, as hosts' names are."""
    return f"range-{hashlib.sha256(peer.casefold().encode()).hexdigest()[:16]}"
