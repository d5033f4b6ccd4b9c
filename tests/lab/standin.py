"""Processes that stand for Windows services: the SSO service and host instances are looked up by their names.

All namespaces of the lab share the machine's processes, so a name has to be nobody else's.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

# Says that it is there, and waits for the end of its standard input, which ends with the test at the latest.
WAITS = ("-I", "-S", "-c", "import sys; print('ready', flush=True); sys.stdin.read()")


def sso_name() -> str:
    """For the SSO service: with the most letters that Linux keeps of a name."""
    return f"ENTSSO-{token_hex(4)}"


def instance_name() -> str:
    """For a host instance, as BizTalk calls them."""
    return f"BTSSvc${token_hex(4)}"


class StandIn:
    """Linux names a process after its file: here a link to the interpreter."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self._path = folder / name
        self._path.symlink_to(os.path.realpath(sys.executable))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """None: it does not run."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Once it has its name and runs."""
        process = subprocess.Popen([self._path, *WAITS], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._process = process
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"

    def stop(self) -> None:
        """And leave nothing of it, not even a zombie."""
        if self._process is not None:
            with self._process as process:
                process.kill()
            self._process = None

    def restart(self) -> None:
        self.stop()
        self.start()


@contextmanager
def standing_in(folder: Path, name: str) -> Iterator[StandIn]:
    """One that runs from the beginning of the block; what runs at its end is stopped."""
    folder.mkdir(parents=True, exist_ok=True)
    stand_in = StandIn(folder, name)
    try:
        stand_in.start()
        yield stand_in
    finally:
        stand_in.stop()
