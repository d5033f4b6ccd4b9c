"""What the figures were made on: this machine, and the versions of all that was measured."""

import datetime
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator

from agent import __version__
from tests.bench import blackbox

VERSIONS = {"nmap": ("nmap", "--version"), "C compiler": ("cc", "--version"), "Debian": ("cat", "/etc/debian_version")}


def needed(*programs: str) -> None:
    """RuntimeError when one of them is not there."""
    packages = {"cc": "gcc and libc6-dev", blackbox.PROGRAM: blackbox.PACKAGE}
    for program in programs:
        if shutil.which(program) is None:
            raise RuntimeError(f"{program} is needed (Debian: {packages.get(program, program)})")


def surroundings() -> str:
    """One paragraph; `load`: how busy the machine was with other work when it began."""
    if sys.platform == "win32":
        raise OSError("the bench is Linux' own")
    load = os.getloadavg()[0]
    return (
        f"ssoreach {__version__}, {datetime.datetime.now(datetime.UTC):%Y-%m-%d}, Python {platform.python_version()}, "
        f"Linux {platform.release()}, {platform.machine()}, {os.cpu_count()} cores ({_processor()}), "
        f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 1e9:.0f} GB; load before it began: {load:.1f}. "
        f"Beside: {'; '.join(_peers())}."
    )


def _peers() -> Iterator[str]:
    if shutil.which(blackbox.PROGRAM):
        yield f"{blackbox.NAME} {blackbox.version()}"
    for name, argv in VERSIONS.items():
        if shutil.which(argv[0]):
            done = subprocess.run(argv, capture_output=True, text=True, check=False)
            yield f"{name}: {done.stdout.partition(chr(10))[0].strip() or 'unknown'}"


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as told:  # noqa: PTH123 - one line of it
            return next(line.partition(":")[2].strip() for line in told if line.startswith("model name"))
    except (OSError, StopIteration):
        return "unknown"
