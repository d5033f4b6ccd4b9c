"""`probe run`: the agent in the foreground, until Ctrl-C or SIGTERM, which both are a good end. SIGHUP reloads.

Where systemd started it, systemd is told how it is.
"""

import asyncio
import contextlib
import faulthandler
import os
import signal
import sys
from functools import partial
from pathlib import Path

from agent.app import Agent
from agent.cli.usage import wrong
from agent.hosting.life import Alone, Life
from agent.hosting.prepare import CannotStartError, prepare
from agent.hosting.run import Run
from agent.hosting.systemd.notify import Invited, Notify, Voice, invitation, status
from agent.hosting.systemd.pulse import pulse
from agent.web.server import ListenError


def run_agent(place: Path, host: str | None, early: list[int]) -> None:
    """Until it is told to stop. A port that is taken or a log that cannot be written is a mistake of usage: exit 2.

    `early`: of `note_early`.
    """
    invited = invitation(os.environ, os.getpid())
    if invited is not None:
        faulthandler.enable()  # the watchdog ends us with SIGABRT: then the journal has the line where it hung
    try:
        prepared = prepare(place, host)
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_until_told(Run(prepared, _life(prepared.agent, invited)), early))
    except (CannotStartError, ListenError) as error:
        if invited is not None:
            Voice(invited.place).say(status(f"cannot start: {error}"))
        wrong(str(error))


def _life(agent: Agent, invited: Invited | None) -> Life:
    return Alone() if invited is None else Notify(invited, partial(pulse, agent))


async def _until_told(run: Run, early: list[int]) -> None:
    """Until SIGTERM; Ctrl-C arrives as KeyboardInterrupt on every platform. `early`: signals that have come already."""
    if sys.platform != "win32":
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, run.stop)
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, run.reload)
    if early:
        run.reload()
    await run.run()
