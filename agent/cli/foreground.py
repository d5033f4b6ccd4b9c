"""`probe run`: the agent in the foreground, until Ctrl-C or SIGTERM, which both are a good end. SIGHUP reloads."""

import asyncio
import contextlib
import gc
import signal
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from agent.app import Agent
from agent.cli.usage import wrong
from agent.config.model import Config
from agent.kept import Kept, state_folder
from agent.local import Local
from agent.log import log, set_up
from agent.origin import FileOrigin
from agent.reload import Loaded, Loading, UnusableError
from agent.rendezvous.directory import listens
from agent.setup import Setup
from agent.store import Store
from agent.web.server import ListenError
from agent.whoami import this_machine
from probes.wire.rendezvous.keys import Ring

SWITCH = 0.001  # seconds that a thread which renders may keep the loop waiting, each time that it has something to do
FIRST_ROUND = 1.5  # intervals after which every peer was asked once


def run_agent(place: Path, host: str | None) -> None:
    """Until it is told to stop. A port that is taken or a log that cannot be written is a mistake of usage: exit 2."""
    early = _note_early()
    origin = FileOrigin(place, host, time.time, told=_log_anew)
    loaded, loading, mistakes = _load(origin)
    setup = loaded.setup
    try:
        _set_up_log(setup.config)
    except OSError as error:
        wrong(f"log.file: {setup.config.log.file}: {error.strerror or error}")
    for line in mistakes:
        log.error("started from the last good configuration", extra={"fields": {"mistake": line}})
    if loading.good:
        origin.took(loaded)
    folder = state_folder(setup.config)
    agent = Agent(
        setup,
        this_machine(),
        kept=Kept(Store(folder, setup.config.site, log.warning)),
        ring=loaded.ring,
        origin=origin,
        loading=loading,
        web=loaded.web,
        local=Local(folder, log.warning),
    )
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(until_told(agent, partial(_listening, setup, loaded.ring), early))
    except ListenError as error:
        wrong(str(error))


def _load(origin: FileOrigin) -> tuple[Loaded, Loading, tuple[str, ...]]:
    """From the file; where it is bad, from the last good one, with what is wrong with the new one."""
    try:
        return origin.load(), Loading(time.time()), ()
    except UnusableError as error:
        mistakes = error.mistakes
    try:
        last = origin.last_good()
        if last is None:
            wrong("\n".join(mistakes))
        return origin.understand(last.text), Loading(last.at, mistakes), mistakes
    except UnusableError as error:
        wrong("\n".join([*mistakes, "the last good configuration cannot be used either:", *error.mistakes]))


def _note_early() -> list[int]:
    """SIGHUPs that come before there is an agent to be told: one would end the process, and must not get lost."""
    early: list[int] = []
    if sys.platform != "win32":
        signal.signal(signal.SIGHUP, lambda number, _: early.append(number))
    return early


async def until_told(agent: Agent, listening: Callable[[list[str]], None], early: Sequence[int] = ()) -> None:
    """Run the agent until SIGTERM; Ctrl-C arrives as KeyboardInterrupt on every platform.

    `early`: signals to reload that have come already.
    """
    task = asyncio.ensure_future(agent.run(listening))
    reloading = set[asyncio.Task[object]]()

    def reload() -> None:
        again: asyncio.Task[object] = asyncio.ensure_future(agent.reload())
        reloading.add(again)
        again.add_done_callback(reloading.discard)

    if sys.platform != "win32":
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, reload)
    if early:
        reload()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def _set_up_log(config: Config) -> None:
    set_up(str(config.log.level), str(config.log.format), config.log.file)


def _log_anew(config: Config) -> None:
    """As a configuration has it that came into force. A file that cannot be written is said where it went before."""
    try:
        _set_up_log(config)
    except OSError as error:
        log.warning("log.file cannot be used", extra={"fields": {"file": config.log.file, "why": error.strerror}})


def _listening(setup: Setup, key: Ring | None, urls: list[str]) -> None:
    """What is there by now, and after the first round of all peers, stays: no search for cycles need look at it again.

    With hundreds of peers one that does holds up every attempt, for longer than a scrape may; and so does a thread that
    renders and gives way too seldom.
    """
    sys.setswitchinterval(SWITCH)
    gc.freeze()
    asyncio.get_running_loop().call_later(FIRST_ROUND * setup.config.schedule.interval, gc.freeze)
    log.info("listening", extra={"fields": {"metrics": " ".join(f"{url}/metrics" for url in urls)}})
    if key is None:
        log.info("no key file: ranges are judged from this end alone, and nothing is held for others")
    else:
        udp = " ".join(map(str, listens(setup.config, setup.source)))
        log.info("both ends: listening for the agents of peers", extra={"fields": {"udp": udp, "keys": len(key)}})
