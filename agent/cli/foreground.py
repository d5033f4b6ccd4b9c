"""`probe run`: the agent in the foreground, until Ctrl-C or SIGTERM, which both are a good end."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable
from functools import partial

from agent.app import Agent
from agent.cli.ring import ring
from agent.cli.usage import wrong
from agent.kept import Kept, state_folder
from agent.later import unused
from agent.log import log, set_up
from agent.rendezvous.directory import listens
from agent.setup import Setup
from agent.store import Store
from agent.web.server import ListenError
from agent.whoami import this_machine
from probes.wire.rendezvous.keys import Ring


def run_agent(setup: Setup) -> None:
    """Until it is told to stop. A port that is taken or a log that cannot be written is a mistake of usage: exit 2."""
    if setup.config.web.config_file is not None:
        wrong("web.config_file: this version has no TLS and no passwords, and will not serve without them; take it out")
    logging = setup.config.log
    try:
        set_up(str(logging.level), str(logging.format), logging.file)
    except OSError as error:
        wrong(f"log.file: {logging.file}: {error.strerror or error}")
    for line in unused(setup.config):
        log.warning(line)
    key = ring(setup.config)
    kept = Kept(Store(state_folder(setup.config), setup.config.site, log.warning))
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(until_told(Agent(setup, this_machine(), kept=kept, ring=key), partial(_listening, setup, key)))
    except ListenError as error:
        wrong(str(error))


async def until_told(agent: Agent, listening: Callable[[list[str]], None]) -> None:
    """Run the agent until SIGTERM; Ctrl-C arrives as KeyboardInterrupt on every platform."""
    task = asyncio.ensure_future(agent.run(listening))
    if sys.platform != "win32":
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task


def _listening(setup: Setup, key: Ring | None, urls: list[str]) -> None:
    log.info("listening", extra={"fields": {"metrics": " ".join(f"{url}/metrics" for url in urls)}})
    if key is None:
        log.info("no key file: ranges are judged from this end alone, and nothing is held for others")
    else:
        udp = " ".join(map(str, listens(setup.config, setup.source)))
        log.info("both ends: listening for the agents of peers", extra={"fields": {"udp": udp, "keys": len(key)}})
