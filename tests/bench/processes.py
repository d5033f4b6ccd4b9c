"""What a process of somebody's takes: CPU to the nanosecond, and memory."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[2]
SCHEDULER = 2  # CPUCLOCK_SCHED of linux/posix-timers.h: user and system time together
END = 20.0  # seconds that a process has to end when it is told to


def cpu_seconds(pid: int) -> float:
    """Of all its threads, ended ones too. The clock of clock_getcpuclockid(3), which Python does not have."""
    if sys.platform == "win32":
        raise OSError("the bench is Linux' own")
    return time.clock_gettime((~pid << 3) | SCHEDULER)


def resident_megabytes(pid: int) -> float:
    """Pages that others have, too, included: of libraries, and of Python itself."""
    if sys.platform == "win32":
        raise OSError("the bench is Linux' own")
    pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def started(
    argv: Sequence[str], *, log: Path | None = None, talk: bool = False, cwd: Path = ROOT
) -> Iterator[subprocess.Popen[str]]:
    """A process until the end of the block; with `talk` over its standard input and output."""
    pipe = subprocess.PIPE if talk else subprocess.DEVNULL
    said: IO[str] | int = log.open("w", encoding="utf-8") if log else subprocess.DEVNULL
    child = subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=said, text=True, cwd=cwd)
    try:
        yield child
    finally:
        _end(child)
        if not isinstance(said, int):
            said.close()


def _end(child: subprocess.Popen[str]) -> None:
    child.terminate()
    try:
        child.wait(END)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()
