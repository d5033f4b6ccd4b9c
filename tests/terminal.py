"""A command at a terminal of its own, as a person has one: what it writes there, what is typed, Ctrl-C. POSIX only."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

assert sys.platform != "win32"  # the type checker then leaves this file out there

PATIENCE = 30.0  # seconds
CTRL_C = "\x03"


class Terminal:
    """`text`: all that has been written so far."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str]) -> None:
        self.text = ""
        self._master, end = pty.openpty()
        try:  # its controlling terminal, so that Ctrl-C is a signal
            self._child = subprocess.Popen(["setsid", "--ctty", *argv], stdin=end, stdout=end, stderr=end, env=env)
        finally:
            os.close(end)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._child:
            self._child.kill()
        os.close(self._master)

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def until(self, pattern: str) -> re.Match[str]:
        """Read until it stands there. AssertionError, with what stands there, if it never does."""
        deadline = time.monotonic() + PATIENCE
        while not (found := re.search(pattern, self.text)):
            assert self._read(deadline), self.text
        return found

    def end(self) -> int:
        """Read to the end; the exit code."""
        deadline = time.monotonic() + PATIENCE
        while self._read(deadline):
            pass
        return self._child.wait(PATIENCE)

    def _read(self, deadline: float) -> bool:
        ready = select.select([self._master], [], [], max(0.0, deadline - time.monotonic()))[0]
        try:
            read = os.read(self._master, 65_536) if ready else b""
        except OSError:  # the other end is closed
            read = b""
        self.text += read.decode(errors="replace")
        return bool(read)
