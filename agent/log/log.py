"""Our own logger, and where its lines go."""

import contextlib
import errno
import logging
import time
from collections.abc import Callable
from pathlib import Path

from agent.log.lines import JsonLines, TextLines
from agent.log.rotated import LOGGER, Rotated
from agent.log.throttle import Throttle

FILE_BYTES = 10 * 1024 * 1024
FILES = 5
FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))

log = logging.getLogger(LOGGER)

# Whoever can reach our port can make these write, a traceback for each garbled request.
LIBRARIES = (logging.getLogger("asyncio"), logging.getLogger("aiohttp.server"))


def broke(what: str) -> Callable[[Exception], None]:
    """Tells of a fault of ours in it, which costs nothing else."""
    return lambda error: log.error("%s broke", what, exc_info=error)


def set_up(level: str, form: str, file: Path | None) -> None:
    """To standard error, or to a file that is rotated. OSError when the file cannot be opened, but for a full disk."""
    handler: logging.Handler = logging.StreamHandler() if file is None else _rotated(file)
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    for logger in (log, *LIBRARIES):
        before = logger.handlers[:]
        if logger is log and isinstance(handler, Rotated):
            for old in before:
                handler.go_on_from(old)
        logger.addHandler(handler)  # first: this may be a thread, and no line is to get lost meanwhile
        logger.propagate = False
        for old in before:
            logger.removeHandler(old)
            with contextlib.suppress(OSError):  # its disk is full: no reason against another place
                old.close()
    log.setLevel(level.upper())
    for logger in LIBRARIES:
        logger.filters[:] = [Throttle(time.monotonic)]


def _rotated(file: Path) -> Rotated:
    """A full disk is no mistake of whoever wrote the configuration: the file is tried again with each line."""
    try:
        return Rotated(file, maxBytes=FILE_BYTES, backupCount=FILES, encoding="utf-8")
    except OSError as error:
        if error.errno not in FULL:
            raise
        return Rotated(file, maxBytes=FILE_BYTES, backupCount=FILES, encoding="utf-8", delay=True)
