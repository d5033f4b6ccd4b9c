"""This process in numbers, on every platform."""

import contextlib
import sys

import psutil

from agent.metrics import Process


def this_process() -> Process:
    """A few hundred microseconds of system calls; made for one scrape."""
    process = psutil.Process()
    with process.oneshot():
        times, memory = process.cpu_times(), process.memory_info()
        return Process(
            times.user + times.system, memory.rss, memory.vms, process.create_time(), _open(process), _most(process)
        )


def _open(process: psutil.Process) -> int | None:
    """Windows counts handles of every sort. The type stubs of psutil know neither method on the other's platform."""
    with contextlib.suppress(psutil.Error):
        return int(getattr(process, "num_handles" if sys.platform == "win32" else "num_fds")())
    return None


def _most(process: psutil.Process) -> int | None:
    """None: no limit. Windows sets none."""
    if sys.platform == "linux":
        with contextlib.suppress(psutil.Error):
            soft = int(process.rlimit(psutil.RLIMIT_NOFILE)[0])
            return soft if soft != psutil.RLIM_INFINITY else None
    return None
