"""`probe run`: the agent in the foreground, until Ctrl-C or SIGTERM, which both are a good end. SIGHUP reloads."""

import asyncio
import contextlib
import signal
import sys
from pathlib import Path

from agent.cli.usage import wrong
from agent.hosting.life import Alone
from agent.hosting.prepare import CannotStartError, prepare
from agent.hosting.run import Run
from agent.web.server import ListenError


def run_agent(place: Path, host: str | None) -> None:
    """Until it is told to stop. A port that is taken or a log that cannot be written is a mistake of usage: exit 2."""
    early = _note_early()
    try:
        prepared = prepare(place, host)
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_until_told(Run(prepared, Alone()), early))
    except (CannotStartError, ListenError) as error:
        wrong(str(error))


def _note_early() -> list[int]:
    """SIGHUPs that come before there is an agent to be told: one would end the process, and must not get lost."""
    early: list[int] = []
    if sys.platform != "win32":
        signal.signal(signal.SIGHUP, lambda number, _: early.append(number))
    return early


async def _until_told(run: Run, early: list[int]) -> None:
    """Until SIGTERM; Ctrl-C arrives as KeyboardInterrupt on every platform. `early`: signals that have come already."""
    if sys.platform != "win32":
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, run.stop)
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, run.reload)
    if early:
        run.reload()
    await run.run()
