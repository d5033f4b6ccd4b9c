"""The process that the service control manager starts.

Its first word is said before anything slow: the agent is imported in the thread in which it then runs. That thread has
an event loop of its own; the service's thread watches it and tells the service control manager how it is; and the main
thread hears what that wants. The end is the end of the process: nothing in it can keep the service from stopping.
"""

import sys

if sys.platform == "win32":
    import os
    import threading
    import time
    from collections.abc import Sequence
    from functools import partial
    from pathlib import Path

    import pywintypes
    import servicemanager
    import win32service
    import winerror

    from agent.hosting.manager import RefusedError
    from agent.hosting.windows.conditions import SPECIFIC
    from agent.hosting.windows.course import HINT, TICK, Course, Phase, Report
    from agent.hosting.windows.hosted import Hosted
    from agent.hosting.windows.names import LONGEST_SHUTDOWN, LONGEST_STOP, SOURCE

    STATES = {
        Phase.STARTING: win32service.SERVICE_START_PENDING,
        Phase.RUNNING: win32service.SERVICE_RUNNING,
        Phase.STOPPING: win32service.SERVICE_STOP_PENDING,
        Phase.STOPPED: win32service.SERVICE_STOPPED,
    }
    LISTENS_TO = (
        win32service.SERVICE_ACCEPT_STOP
        | win32service.SERVICE_ACCEPT_SHUTDOWN
        | win32service.SERVICE_ACCEPT_PARAMCHANGE
    )
    STOPS = {
        win32service.SERVICE_CONTROL_STOP: LONGEST_STOP,
        win32service.SERVICE_CONTROL_SHUTDOWN: LONGEST_SHUTDOWN,
    }

    def host(place: Path, name: str | None) -> None:
        """`name`: which host of the file this machine is. Does not return when Windows started it. RefusedError."""
        servicemanager.Initialize(SOURCE, None)
        servicemanager.PrepareToHostSingle(partial(Service, place, name))
        try:
            servicemanager.StartServiceCtrlDispatcher()  # type: ignore[no-untyped-call]
        except (servicemanager.startup_error, pywintypes.error) as error:
            if winerror.ERROR_FAILED_SERVICE_CONTROLLER_CONNECT in error.args:
                raise RefusedError("only Windows starts this, for the service; in the foreground: probe run") from None
            raise RefusedError(f"the service control manager: {error}") from None

    class Service:
        """One life. Made and run in the service's thread; `_control` is called in the main one."""

        def __init__(self, place: Path, name: str | None, words: Sequence[str]) -> None:
            self._scm = servicemanager.RegisterServiceCtrlHandler(words[0], self._control, True)
            self._course = Course(time.monotonic())
            self._woken = threading.Event()
            self._told: Report | None = None
            self._tell(self._course.tick(time.monotonic()))
            self._hosted = Hosted(place, name, self._course, self._woken.set, _write)

        def SvcRun(self) -> None:  # noqa: N802 - so pywin32 calls it
            """Until the last word, with which the process ends."""
            self._hosted.start()
            while True:
                self._woken.wait(TICK)
                self._woken.clear()
                report = self._course.tick(time.monotonic())
                if report.phase is Phase.STOPPED:
                    self._hosted.last_words(report)
                    self._tell(report)
                    os._exit(0)
                self._tell(report)

        def _tell(self, report: Report) -> None:
            if report == self._told:
                return
            self._told = report
            failed = report.failure is not None
            status = (
                win32service.SERVICE_WIN32_OWN_PROCESS,
                STATES[report.phase],
                LISTENS_TO if report.phase is Phase.RUNNING else 0,
                SPECIFIC if failed else 0,
                int(report.failure or 0),
                report.checkpoint,
                int(HINT * 1000) if report.checkpoint else 0,
            )
            win32service.SetServiceStatus(self._scm, status)

        def _control(self, control: int, _kind: int, _data: object) -> int:
            if control in STOPS:
                self._course.told_to_stop(STOPS[control])
                self._hosted.stop()
                self._woken.set()
            elif control == win32service.SERVICE_CONTROL_PARAMCHANGE:
                self._hosted.reload()
            elif control != win32service.SERVICE_CONTROL_INTERROGATE:
                return winerror.ERROR_CALL_NOT_IMPLEMENTED
            return winerror.NO_ERROR

    def _write(event: int, level: int, text: str) -> None:
        from agent.hosting.windows import eventlog

        eventlog.write(event, level, text)
