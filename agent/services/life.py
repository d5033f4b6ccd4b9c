"""One process's life, told from any other, the next one with its number too."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psutil

from agent.services.trouble import TROUBLE

PROC = Path("/proc")
DEAD = frozenset({b"Z", b"X", b"x"})  # proc_pid_stat(5); a zombie has ended, and nobody has asked yet how

if sys.platform == "linux":
    TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
else:
    TICKS_A_SECOND = 100


@dataclass(frozen=True, slots=True)
class Life:
    """`incarnation` is compared for equality and nothing else; `started` is UTC, and for people."""

    incarnation: str
    started: float | None


def alive_on_linux(pid: int) -> Life | None:
    """None for a zombie. OSError, and ValueError for what is no /proc.

    All from the kernel's own count since it started: creation times in UTC move when the clock is set.
    """
    state, ticks = parsed((PROC / str(pid) / "stat").read_bytes())
    if state in DEAD:
        return None
    return Life(f"{_boot()}/{pid}/{ticks}", _started(ticks))


def parsed(stat: bytes) -> tuple[bytes, int]:
    """State and start in ticks, of /proc/PID/stat. ValueError.

    The name, second of the fields, is whatever the process likes, blanks and parentheses too; none of those behind it
    has a parenthesis.
    """
    _, closed, rest = stat.rpartition(b")")
    fields = rest.split()
    # Numbers count from 1, and the first of these is field 3.
    if not closed or len(fields) < 22 - 2 or not fields[22 - 3].isdigit():
        raise ValueError("/proc/PID/stat is not as proc_pid_stat(5) describes it")
    return fields[0], int(fields[22 - 3])


def _boot() -> str:
    """ValueError, also where there is no such file: that must not look like a process that is gone."""
    try:
        return str(UUID((PROC / "sys/kernel/random/boot_id").read_text("ascii").strip()))
    except (OSError, ValueError) as error:
        raise ValueError("the system does not say which of its starts this is (boot_id)") from error


def _started(ticks: int) -> float | None:
    """None where the system does not say when it started; no more is lost with it than a time for people."""
    try:
        return psutil.boot_time() + ticks / TICKS_A_SECOND
    except TROUBLE:
        return None


def alive_elsewhere(pid: int) -> Life | None:
    """None for a zombie. psutil's errors."""
    process = psutil.Process(pid)
    if process.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD):
        return None
    created = process.create_time()
    return Life(f"{pid}/{created!r}", created)


alive = alive_on_linux if sys.platform == "linux" else alive_elsewhere
