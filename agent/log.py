"""Where log lines go, and their two forms."""

import contextlib
import json
import logging
import time
from collections import deque
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path

from agent.text import plain, timestamp

FILE_BYTES = 10 * 1024 * 1024
FILES = 5

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

    Otherwise each line would be lost, and an older file with each.
    """

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


def broke(what: str) -> Callable[[Exception], None]:
    """Tells of a fault of ours in it, which costs nothing else."""
    return lambda error: log.error("%s broke", what, exc_info=error)


def set_up(level: str, form: str, file: Path | None) -> None:
    """To standard error, or to a file that is rotated. OSError when the file cannot be written."""
    handler: logging.Handler = logging.StreamHandler()
    if file is not None:
        handler = Rotated(file, maxBytes=FILE_BYTES, backupCount=FILES, encoding="utf-8")
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    for logger in (log, *LIBRARIES):
        before = logger.handlers[:]
        logger.addHandler(handler)  # first: this may be a thread, and no line is to get lost meanwhile
        logger.propagate = False
        for old in before:
            logger.removeHandler(old)
            old.close()
    log.setLevel(level.upper())
    for logger in LIBRARIES:
        logger.filters[:] = [Throttle(time.monotonic)]


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
