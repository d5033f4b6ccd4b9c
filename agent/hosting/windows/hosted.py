"""The agent in a thread of its own, and what is told of it. Nothing slow is imported before that thread runs."""

import contextlib
import logging
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from agent.ground.text import plain
from agent.hosting.windows.conditions import FAILURES, Failure
from agent.hosting.windows.course import Course, Report
from agent.hosting.windows.events import LONGEST_LINE, Event

if TYPE_CHECKING:
    from agent.hosting.run import Run

LAST_WORDS = 2.0  # seconds that the log may take for them
FRAMES = 5  # the innermost ones, of a loop that stands still


class Hosted:
    """A `Life`: what the agent tells, in its event loop. `write`: to the event log."""

    period: float | None = 5.0

    def __init__(
        self,
        place: Path,
        name: str | None,
        course: Course,
        wake: Callable[[], None],
        write: Callable[[int, int, str], None],
    ) -> None:
        self._place = place
        self._name = name
        self._course = course
        self._wake = wake
        self._write = write
        self._run: Run | None = None
        self._told_to_stop = False
        self._is_at_work: Callable[[], bool] = lambda: True
        self._thread = threading.Thread(target=self._live, name="agent", daemon=True)

    def start(self) -> None:
        """Its end is told to the course, whatever it is."""
        self._thread.start()

    def stop(self) -> None:
        """From any thread; where it is still starting, as soon as it has."""
        self._told_to_stop = True
        if self._run is not None:
            self._run.soon(self._run.stop)

    def reload(self) -> None:
        """From any thread."""
        if self._run is not None:
            self._run.soon(self._run.reload)

    def last_words(self, report: Report) -> None:
        """To the log, which may hang, and then has to go without."""
        speaking = threading.Thread(target=self._speak, args=(report,), daemon=True)
        speaking.start()
        speaking.join(LAST_WORDS)

    def listening(self, urls: Sequence[str]) -> None:
        """See `Life`."""
        from agent.log.log import log

        log.info("the service has started", extra={"fields": {"metrics": " ".join(f"{url}/metrics" for url in urls)}})
        self._course.listening()
        self._wake()
        if self._told_to_stop and self._run is not None:
            self._run.stop()

    def reloading(self) -> None:
        """The log says what comes of it."""

    def reloaded(self, mistakes: Sequence[str]) -> None:
        """The log has said so."""

    def beat(self) -> None:
        """See `Life`. None of a loop that turns with no rounds in it: it is as good as one that stands still."""
        if self._is_at_work():
            self._course.beat()

    def stopping(self) -> None:
        """Whoever told it to stop has told the course."""

    def _live(self) -> None:
        failure = Failure.FAULT
        try:
            failure = self._agent()
        except BaseException:
            self._say_fault()
        finally:
            self._course.ended(failure)
            self._wake()

    def _agent(self) -> Failure:
        """How it ended; as a fault, where nobody told it to, which the course knows."""
        import asyncio

        from agent.hosting.prepare import CannotStartError, prepare
        from agent.hosting.run import Run
        from agent.hosting.windows.journal import Journal
        from agent.web.server import ListenError

        journal = Journal(self._write)
        journal.begin()
        try:
            prepared = prepare(self._place, self._name, journal.set_up)
            self._is_at_work = lambda: prepared.agent.is_at_work
            self._run = Run(prepared, self)
            asyncio.run(self._run.run())
        except CannotStartError as error:
            return self._cannot(Failure.CANNOT_START, error)
        except ListenError as error:
            return self._cannot(Failure.CANNOT_LISTEN, error)
        return Failure.FAULT

    def _cannot(self, failure: Failure, error: Exception) -> Failure:
        from agent.log.log import log

        for line in str(error).splitlines():
            log.error("the service cannot run", extra={"fields": {"file": self._place, "why": line}})
        return failure

    def _say_fault(self) -> None:
        """Also where it broke before there was a log: then straight to the event log, if that takes it."""
        from agent.log.log import log

        if log.handlers:
            log.exception("the service cannot run")
            return
        with contextlib.suppress(Exception):
            trace = plain(traceback.format_exc(), LONGEST_LINE)
            self._write(Event.CANNOT_RUN, logging.ERROR, f"the service cannot run: {trace}")

    def _speak(self, report: Report) -> None:
        from agent.log.log import log

        fields: dict[str, object] = {"cut_short": "yes"} if report.cut_short else {}
        if report.failure is not None and report.cut_short:
            fields |= {"why": FAILURES[report.failure], "at": self._where()}
            log.error("the service cannot run", extra={"fields": fields})
        elif report.failure is not None:
            log.error("the service ends", extra={"fields": {"why": FAILURES[report.failure]}})
        else:
            log.info("the service ends", extra={"fields": fields})

    def _where(self) -> str:
        """What the agent's thread does just now."""
        frame = sys._current_frames().get(self._thread.ident or 0)
        frames = traceback.extract_stack(frame)[-FRAMES:] if frame else ()
        return "; ".join(f"{each.name} ({Path(each.filename).name}:{each.lineno})" for each in frames)
