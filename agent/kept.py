"""What the agent knows of dynamic ranges, kept over a restart: a file for each peer."""

import asyncio
import contextlib
import hashlib
import os
import sys
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from agent.clock import Clock
from agent.config.model import Config
from agent.store import Store, default_folder
from agent.survey.survey import Survey

EVERY = 300.0  # seconds between two savings


def state_folder(config: Config) -> Path:
    """As configured, or this platform's default."""
    if config.state_dir is not None:
        return config.state_dir
    is_root = sys.platform != "win32" and os.geteuid() == 0
    return default_folder(os.environ, Path.home(), platform=sys.platform, is_root=is_root)


class Kept:
    """What `store` has of the surveys' ranges; nothing is read or written without one."""

    def __init__(self, store: Store | None) -> None:
        self._store = store
        self._saving: asyncio.Future[None] | None = None

    def restore(self, surveys: Iterable[Survey]) -> None:
        """What is not understood is set aside, and that peer begins anew."""
        if self._store is not None:
            for survey in surveys:
                self._restore(self._store, survey)

    def _restore(self, store: Store, survey: Survey) -> None:
        name = _name(survey.peer)
        match store.load(name):
            case {"peer": survey.peer, "ranges": dict(ranges)}:
                try:
                    survey.restore(ranges)
                except ValueError as error:
                    store.set_aside(name, str(error))
            case found if found:
                store.set_aside(name, "not what is known of this peer")

    @asynccontextmanager
    async def saved(self, surveys: Sequence[Survey], clock: Clock) -> AsyncIterator[None]:
        """Saved every five minutes until the end of the block, and then once more."""
        task = asyncio.create_task(self._save_for_ever(surveys, clock))
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            if self._saving is not None:
                await self._saving  # older news must not be written after the newest
            for survey in surveys:
                self._save(survey.peer, survey.state())

    async def _save_for_ever(self, surveys: Sequence[Survey], clock: Clock) -> None:
        """One peer after the other, the disk in a thread: no attempt waits for it."""
        while surveys:
            for survey in surveys:
                await clock.sleep(EVERY / len(surveys))
                self._saving = asyncio.ensure_future(asyncio.to_thread(self._save, survey.peer, survey.state()))
                await asyncio.shield(self._saving)

    def _save(self, peer: str, ranges: dict[str, object]) -> None:
        if ranges and self._store:
            self._store.save(_name(peer), {"peer": peer, "ranges": ranges})


def _name(peer: str) -> str:
    """A name that every file system takes, whatever the peer is called; without case, as hosts' names are."""
    return f"range-{hashlib.sha256(peer.casefold().encode()).hexdigest()[:16]}"
