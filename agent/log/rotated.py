"""A log file that is set aside when it is long, and what becomes of lines that cannot be written."""

import contextlib
import logging
import os
import sys
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from agent.ground.text import plain

LOGGER = "ssoreach"


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
    return logging.LogRecord(LOGGER, logging.WARNING, __file__, 0, message, None, None)


def _say(message: str) -> None:
    """Where no log can be written. A service of Windows has no standard error, and elsewhere it may be full as well."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        print(plain(message, 2000), file=sys.stderr, flush=True)
