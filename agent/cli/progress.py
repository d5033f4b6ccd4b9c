"""How far a sweep is, at a terminal."""

import time
from types import TracebackType
from typing import Self, TextIO

from rich.progress import BarColumn, Progress, TextColumn

from agent.cli.lines import EDGES_AGAIN, found
from agent.ground.duration import about
from agent.report.table import console_for
from agent.sweep.sweep import Status


class Bar:
    """It is drawn when `show` is called, and gone when the block ends."""

    def __init__(self, file: TextIO) -> None:
        fields = ("description", "fields[asked]", "fields[pace]", "fields[found]")
        what, *rest = (TextColumn(f"{{task.{field}}}", markup=False) for field in fields)
        self._progress = Progress(
            what, BarColumn(), *rest, console=console_for(file), auto_refresh=False, transient=True
        )
        self._task = self._progress.add_task("", total=None, asked="", pace="", found="")
        self._address = ""
        self._began = 0.0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def show(self, status: Status) -> None:
        if status.address != self._address:
            self._address, self._began = status.address, time.monotonic()
            self._progress.reset(self._task)
        self._progress.update(
            self._task,
            description=f"{status.address}, {EDGES_AGAIN}" if status.at_edges else status.address,
            completed=status.asked,
            asked=f"{status.asked}/{status.ports}",
            pace=pace(status, time.monotonic() - self._began),
            found=found(status),
        )
        self._progress.tasks[0].total = None if status.at_edges else status.ports  # None: how long is not known
        self._progress.refresh()


def pace(status: Status, seconds: float) -> str:
    """So many ports a second since the beginning, and how long the rest takes at that; nothing at the edges."""
    if status.at_edges or not status.asked or seconds <= 0:
        return ""
    rate = status.asked / seconds
    return f"{rate:,.0f}/s, {about((status.ports - status.asked) / rate)} left"
