"""How far a sweep is, at a terminal."""

import time
from types import TracebackType
from typing import Self, TextIO

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from agent.report.table import console_for
from agent.sweep.sweep import Status


class Bar:
    """It is drawn when `show` is called, and gone when the block ends."""

    def __init__(self, file: TextIO) -> None:
        fields = ("description", "fields[rate]", "fields[found]")
        what, rate, found = (TextColumn(f"{{task.{field}}}", markup=False) for field in fields)
        columns = (what, BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn(), found)
        self._progress = Progress(*columns, console=console_for(file), auto_refresh=False, transient=True)
        self._task = self._progress.add_task("", total=None, rate="", found="")
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
        seconds = time.monotonic() - self._began
        self._progress.update(
            self._task,
            description=f"{status.address}, edges again" if status.at_edges else status.address,
            completed=status.asked,
            total=status.ports,
            rate=f"{status.asked / seconds:,.0f}/s" if seconds > 0 and not status.at_edges else "",
            found=", ".join(f"{count:,} {seen.name.lower()}" for seen, count in status.counts.items() if count),
        )
        self._progress.refresh()
