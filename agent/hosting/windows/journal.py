"""The log of a service, which has no standard error: a file beside what the agent remembers, and the event log."""

import logging
from pathlib import Path

from agent.config.model import Config
from agent.hosting.windows.events import EventLog, Write
from agent.hosting.windows.names import LOG_FILE
from agent.log import log as logs
from agent.log.log import LIBRARIES, log
from agent.store.kept import default_state_folder, state_folder


def log_file(config: Config) -> Path:
    """Where a person finds it."""
    return config.log.file or state_folder(config) / LOG_FILE


class Journal:
    """`begin` before anything is known, `set_up` with each configuration that comes into force."""

    def __init__(self, write: Write) -> None:
        self._events = EventLog(write)
        logging.raiseExceptions = False  # a full disk is no reason to write more

    def begin(self) -> None:
        """So that a configuration that cannot be read is told of; a folder that nobody laid out is not made for it."""
        folder = default_state_folder()
        if folder.is_dir():
            self._into("info", "text", folder / LOG_FILE)
        else:
            logs.set_up("info", "text", None)
            self._add_events()

    def set_up(self, config: Config) -> None:
        """OSError where the file that the configuration names cannot be written; the one beside the state may fail."""
        level, form = str(config.log.level), str(config.log.format)
        if config.log.file is None:
            self._into(level, form, log_file(config))
        else:
            logs.set_up(level, form, config.log.file)
            self._add_events()

    def _into(self, level: str, form: str, file: Path) -> None:
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            logs.set_up(level, form, file)
            self._add_events()
        except OSError as error:
            logs.set_up(level, form, None)
            self._add_events()
            log.warning("the log file cannot be used", extra={"fields": {"file": file, "why": error.strerror}})

    def _add_events(self) -> None:
        for logger in (log, *LIBRARIES):
            logger.addHandler(self._events)
