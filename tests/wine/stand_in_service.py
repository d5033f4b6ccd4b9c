"""A Windows service that does nothing, and says what its process is: what a look at it must find.

    <folder>/<name of the service>.txt   its process number and creation time, before the service counts as running

The folder is the service's own option `Folder`. It can be paused, as few services can.
"""

import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import psutil
import win32service
import win32serviceutil

assert sys.platform == "win32"  # the type checker then leaves this file out elsewhere


class StandIn(win32serviceutil.ServiceFramework):
    """For any name: the service manager gives it as the first argument."""

    _svc_name_ = "StandIn"
    _svc_display_name_ = "Stand-in"

    def __init__(self, args: Sequence[str]) -> None:
        super().__init__(args)
        self._asked_to_stop = threading.Event()
        mine = Path(win32serviceutil.GetServiceCustomOption(args[0], "Folder")) / f"{args[0]}.txt"
        mine.write_text(f"{os.getpid()} {psutil.Process().create_time()!r}", "ascii")

    def SvcDoRun(self) -> None:  # noqa: N802 - so pywin32 calls it
        """Until it is to stop."""
        self._asked_to_stop.wait()

    def SvcPause(self) -> None:  # noqa: N802
        """It has nothing to pause."""
        self.ReportServiceStatus(win32service.SERVICE_PAUSED)

    def SvcContinue(self) -> None:  # noqa: N802
        """Nor to go on with."""
        self.ReportServiceStatus(win32service.SERVICE_RUNNING)

    def SvcStop(self) -> None:  # noqa: N802
        """In another thread than the one that waits."""
        self.ReportServiceStatus(win32service.SERVICE_STOP_PENDING)
        self._asked_to_stop.set()
