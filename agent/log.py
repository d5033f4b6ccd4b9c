"""Where log lines go, and their two forms."""

import contextlib
import errno
import json
import logging
import os
import sys
import time
from collections import deque
from collections.abc import Callable
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from agent.ground.text import plain, timestamp

FILE_BYTES = 10 * 1024 * 1024
FILES = 5
FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))

log = logging.getLogger("ssoreach")


# Whoever can reach our port can make these write, a traceback for each garbled request.
LIBRARIES = (logging.getLogger("asyncio"), logging.getLogger("aiohttp.server"))


class Throttle(logging.Filter):
    """At most MOST records in any PERIOD seconds; the others are dropped, and their number told with the next one."""

    MOST, PERIOD = 5, 60.0

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self._clock = clock
        self._times: deque[float] = deque(maxlen=self.MOST)
        self._dropped = 0

    def filter(self, record: logging.LogRecord) -> bool:
        now = self._clock()
        if len(self._times) == self.MOST and now - self._times[0] < self.PERIOD:
            self._dropped += 1
            return False
        self._times.append(now)
        if self._dropped:
            record.fields = {**fields_of(record), "dropped_before": self._dropped}
            self._dropped = 0
        return True


class TextLines(logging.Formatter):
    """`2026-01-01T10:00:00.000Z info verdict changed peer=MSS check=epm`."""

    def format(self, record: logging.LogRecord) -> str:
        fields = "".join(f" {name}={_quoted(value)}" for name, value in fields_of(record).items())
        line = f"{timestamp(record.created)} {record.levelname.lower()} {plain(record.getMessage(), 2000)}{fields}"
        if not record.exc_info:
            return line
        # Indented, so that no text of an exception can pass for a line of the log.
        trace = self.formatException(record.exc_info).splitlines()
        return "\n".join([line, *(f"  {plain(each, 2000)}" for each in trace)])


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        event = {
            "time": timestamp(record.created),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **fields_of(record),
        }
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        return json.dumps(event, default=str)


class Rotated(RotatingFileHandler):
    """Goes on in the same file where it cannot be set aside: on Windows none can that somebody reads meanwhile.

    Otherwise each line would be lost, and an older file with each. A line that cannot be written, as on a full disk, is
    lost and counted; standard error hears of the first, and the file of all of them when it can be written again.
    """

    _lost = 0

    def emit(self, record: logging.LogRecord) -> None:
        before = self._lost
        super().emit(record)
        if before and self._lost == before:
            self._lost = 0
            lines = "1 line" if before == 1 else f"{before} lines"
            super().emit(_warning(f"log.file could not be written, and {lines} of this log were lost before"))

    def go_on_from(self, old: logging.Handler) -> None:
        """What the one before could not write to the same file is still to be told."""
        if isinstance(old, Rotated) and old.baseFilename == self.baseFilename:
            self._lost += old._lost

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (the standard library's name)
        """No traceback for each line; whatever else than the disk is wrong is a fault of ours, and shown as one."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            super().handleError(record)
            return
        self._lost += 1
        stream, self.stream = self.stream, None  # opened again for the next line: half of this one may be in its buffer
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
        if self._lost == 1:
            _say(f"log.file: {self.baseFilename}: cannot be written: {error.strerror or error}; lines are lost")

    def _open(self) -> TextIOWrapper:
        """Behind the half of a line, if that is all that there was room for."""
        stream = super()._open()
        try:
            if self._lost and _ends_within_a_line(self.baseFilename):
                stream.write("\n")
        except BaseException:
            stream.close()
            raise
        return stream

    def doRollover(self) -> None:  # noqa: N802 (the standard library's name)
        """Tried with every line, until nobody reads."""
        if self.stream is not None:
            self.stream.close()
            self.stream = None  # opened again for the next line
        with contextlib.suppress(OSError):
            for number in range(self.backupCount + 1):
                path = f"{self.baseFilename}.{number}" if number else self.baseFilename
                if Path(path).exists():
                    Path(path).replace(path)  # all or none: older ones would move on each time that this one stays
            super().doRollover()


def _ends_within_a_line(path: str) -> bool:
    with Path(path).open("rb") as file:
        if not file.seek(0, os.SEEK_END):
            return False
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"


def _warning(message: str) -> logging.LogRecord:
    return logging.LogRecord(log.name, logging.WARNING, __file__, 0, message, None, None)


def _say(message: str) -> None:
    """Where no log can be written. A service of Windows has no standard error, and elsewhere it may be full as well."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        print(plain(message, 2000), file=sys.stderr, flush=True)


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


def fields_of(record: logging.LogRecord) -> dict[str, object]:
    """What is known beside the message, by name."""
    fields = getattr(record, "fields", {})
    return dict(fields) if isinstance(fields, dict) else {}


def _quoted(value: object) -> str:
    """In quotes where a reader could take it for more than one field."""
    text = plain(str(value), 1000)
    if text and not any(letter in ' "=' for letter in text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
