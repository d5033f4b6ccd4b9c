"""The agent in an event loop, until it is told to stop."""

import asyncio
import contextlib
import gc
import sys
from collections.abc import Callable, Sequence

from agent.hosting.life import Life
from agent.hosting.prepare import Prepared
from agent.log.log import log
from agent.rendezvous.directory import listens

SWITCH = 0.001  # seconds that a thread which renders may keep the loop waiting, each time that it has something to do
FIRST_ROUND = 1.5  # intervals after which every peer was asked once


class Run:
    """One life of an agent. `stop` and `reload` are called in its event loop; from elsewhere, by `soon`."""

    def __init__(self, prepared: Prepared, life: Life) -> None:
        self._prepared = prepared
        self._life = life
        self._task: asyncio.Task[None] | None = None
        self._told_to_stop = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._reloading = set[asyncio.Task[None]]()

    async def run(self) -> None:
        """Until it is told to stop. Raises ListenError."""
        self._loop = asyncio.get_running_loop()
        if self._told_to_stop:
            return
        self._task = asyncio.ensure_future(self._prepared.agent.run(self._listening))
        beating = asyncio.ensure_future(self._beat())
        try:
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        finally:
            beating.cancel()
            self._loop = None

    def soon(self, what: Callable[[], None]) -> bool:
        """Have the loop call it, from a thread or a signal; False: there is no loop to do it."""
        loop = self._loop
        if loop is None:
            return False
        try:
            loop.call_soon_threadsafe(what)
        except RuntimeError:  # it closes just now
            return False
        return True

    def stop(self) -> None:
        """Once is enough; before it runs, it does not start."""
        if not self._told_to_stop:
            self._life.stopping()
        self._told_to_stop = True
        if self._task is not None:
            self._task.cancel()

    def reload(self) -> None:
        """Read the configuration anew; what came of it goes to the log, and to whom the agent tells how it is."""
        task = asyncio.ensure_future(self._reload())
        self._reloading.add(task)
        task.add_done_callback(self._reloading.discard)

    async def _reload(self) -> None:
        self._life.reloading()
        mistakes: Sequence[str] = ()
        try:
            mistakes = await self._prepared.agent.reload()
        finally:
            self._life.reloaded(mistakes)

    async def _beat(self) -> None:
        while self._life.period is not None:
            self._life.beat()
            await asyncio.sleep(self._life.period)

    def _listening(self, urls: list[str]) -> None:
        self._settle()
        log.info("listening", extra={"fields": {"metrics": " ".join(f"{url}/metrics" for url in urls)}})
        setup, key = self._prepared.loaded.setup, self._prepared.loaded.ring
        if key is None:
            log.info("no key file: ranges are judged from this end alone, and nothing is held for others")
        else:
            udp = " ".join(map(str, listens(setup.config, setup.source)))
            log.info("both ends: listening for the agents of peers", extra={"fields": {"udp": udp, "keys": len(key)}})
        self._life.listening(urls)

    def _settle(self) -> None:
        """What is there by now, and after the first round of all peers, stays: no search for cycles need look again.

        With hundreds of peers one that does holds up every attempt, for longer than a scrape may; and so does a thread
        that renders and gives way too seldom.
        """
        sys.setswitchinterval(SWITCH)
        gc.freeze()
        interval = self._prepared.loaded.setup.config.schedule.interval
        asyncio.get_running_loop().call_later(FIRST_ROUND * interval, gc.freeze)
