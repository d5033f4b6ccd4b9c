"""What goes to Windows' event log: which events there are, and a handler that gives them to it.

The numbers are promises: monitoring looks for them. A record that the log refuses is lost, and nothing else: neither a
full event log nor one that is not there stops the agent. Who writes is an argument, so that all this runs anywhere.
"""

import contextlib
import logging
import time
from collections.abc import Callable
from enum import IntEnum

from agent.ground.text import plain
from agent.log.lines import fields_of
from agent.log.throttle import Throttle

LONGEST = 8000  # characters; Windows takes 31,839
LONGEST_LINE = 2000


class Event(IntEnum):
    """Nine is the most: for so many numbers the message file that comes with pywin32 has a text, which is just ours."""

    STARTED = 1
    STOPPED = 2
    CANNOT_RUN = 3
    RELOADED = 4
    NOT_RELOADED = 5
    VERDICT = 6
    SSO = 7
    WARNING = 8
    ERROR = 9


# What the log says, and the event that it is. All else is an event from a warning on.
BY_MESSAGE = {
    "the service has started": Event.STARTED,
    "the service ends": Event.STOPPED,
    "the service cannot run": Event.CANNOT_RUN,
    "the configuration was loaded anew": Event.RELOADED,
    "the configuration was not loaded anew": Event.NOT_RELOADED,
    "started from the last good configuration": Event.NOT_RELOADED,
    "verdict changed": Event.VERDICT,
    "SSO state changed": Event.SSO,
}

# number of the event, "information" and so on as the standard library's level, text
Write = Callable[[int, int, str], None]


def event_of(record: logging.LogRecord) -> Event | None:
    """None: it is of no interest there."""
    known = BY_MESSAGE.get(record.getMessage())
    if known is not None:
        return known
    if record.levelno >= logging.ERROR:
        return Event.ERROR
    return Event.WARNING if record.levelno >= logging.WARNING else None


def text_of(record: logging.LogRecord) -> str:
    """What happened, and a line for each that is known of it."""
    lines = [record.getMessage(), *(f"{name}: {value}" for name, value in fields_of(record).items())]
    if record.exc_info:
        lines += logging.Formatter().formatException(record.exc_info).splitlines()
    text = "\r\n".join(plain(line, LONGEST_LINE) for line in lines)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


class EventThrottle(Throttle):
    """When a whole network is cut, hundreds of verdicts change at once; the log file has them all."""

    MOST, PERIOD = 30, 60.0


class EventLog(logging.Handler):
    """A bound for each kind of event: many of one keep no other out."""

    def __init__(self, write: Write, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(logging.INFO)
        self._write = write
        self._throttles = {event: EventThrottle(clock) for event in Event}

    def emit(self, record: logging.LogRecord) -> None:
        """Whatever Windows says against it, nobody could be told."""
        event = event_of(record)
        if event is None or not self._throttles[event].filter(record):
            return
        with contextlib.suppress(Exception):
            self._write(event, record.levelno, text_of(record))
