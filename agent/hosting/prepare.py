"""From a file to an agent that is ready to run; where the file is bad, from the last good one."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agent.app import Agent
from agent.config.model import Config
from agent.local.local import Local
from agent.log import log as logging
from agent.log.log import log
from agent.site.whoami import this_machine
from agent.store.kept import Kept, state_folder
from agent.store.store import Store
from agent.term.origin import FileOrigin
from agent.term.reload import Loaded, Loading, UnusableError


class CannotStartError(Exception):
    """A mistake of whoever runs it, in the file or beside it. Its text: a line each."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """`loaded`: what `agent` starts with."""

    agent: Agent
    loaded: Loaded


def set_up_log(config: Config) -> None:
    """As the configuration has it. OSError when its file cannot be written."""
    logging.set_up(str(config.log.level), str(config.log.format), config.log.file)


def prepare(place: Path, host: str | None, set_up_log: Callable[[Config], None] = set_up_log) -> Prepared:
    """`host`: which host of the file this machine is, where somebody said so. Raises CannotStartError.

    `set_up_log`: called now, and with each configuration that comes into force; raises OSError.
    """

    def anew(config: Config) -> None:
        """A file that cannot be written is said where it went before."""
        try:
            set_up_log(config)
        except OSError as error:
            log.warning("log.file cannot be used", extra={"fields": {"file": config.log.file, "why": error.strerror}})

    origin = FileOrigin(place, host, time.time, told=anew)
    loaded, loading = _load(origin)
    config = loaded.setup.config
    try:
        set_up_log(config)
    except OSError as error:
        raise CannotStartError(f"log.file: {error.filename or config.log.file}: {error.strerror or error}") from None
    for line in loading.mistakes:
        log.error("started from the last good configuration", extra={"fields": {"mistake": line}})
    if loading.good:
        origin.took(loaded)
    return Prepared(_agent(loaded, loading, origin), loaded)


def _agent(loaded: Loaded, loading: Loading, origin: FileOrigin) -> Agent:
    config = loaded.setup.config
    folder = state_folder(config)
    return Agent(
        loaded.setup,
        this_machine(),
        kept=Kept(Store(folder, config.site, log.warning)),
        ring=loaded.ring,
        origin=origin,
        loading=loading,
        web=loaded.web,
        local=Local(folder, log.warning),
    )


def _load(origin: FileOrigin) -> tuple[Loaded, Loading]:
    """From the file; where it is bad, from the last good one, with what is wrong with the new one."""
    try:
        return origin.load(), Loading(time.time())
    except UnusableError as error:
        mistakes = error.mistakes
    try:
        last = origin.last_good()
        if last is None:
            raise CannotStartError("\n".join([*mistakes, *origin.unkept]))
        return origin.understand(last.text), Loading(last.at, mistakes)
    except UnusableError as error:
        lines = [*mistakes, "the last good configuration cannot be used either:", *error.mistakes]
        raise CannotStartError("\n".join(lines)) from None
