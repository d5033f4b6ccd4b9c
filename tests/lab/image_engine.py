"""Podman and buildah for as long as a block lasts, in process and mount namespaces of their own.

Whatever they start ends with the block, or with whoever runs it; what they write lies in one folder, or in memory.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from .daemon import ALONE
from .namespace import LabCommandError, Namespace

# The first process in there, which ends when its input does. Nobody else buries what containers leave.
INIT = """
import os, signal, subprocess
for hidden in ("/run", "/var/lib"):
    subprocess.run(["mount", "-t", "tmpfs", "none", hidden], check=True)
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
print("ready", flush=True)
os.read(0, 1)
"""
CGROUPS = Path("/sys/fs/cgroup")


class Engine:
    """Its images and containers lie in `folder`, which goes with it. Entering raises LabCommandError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._cgroup = f"ssoreach-lab-{os.getpid()}"
        stores = ("--root", str(folder / "store"), "--runroot", "/run/ssoreach")
        self._buildah = ("buildah", *stores)
        self._podman = (
            *("podman", *stores, "--runtime", "runc", "--cgroup-manager", "cgroupfs", "--events-backend", "file"),
            *("--network-config-dir", str(folder / "networks")),
        )

    def __enter__(self) -> Self:
        (self._folder / "home").mkdir(parents=True)
        argv = [*ALONE, "--mount-proc", sys.executable, "-I", "-c", INIT]
        self._init = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self._init.stdout
        assert self._init.stderr
        if self._init.stdout.readline() != "ready\n":
            raise LabCommandError(f"no place for containers: {self._init.communicate()[1].strip()}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._init as init:
            assert init.stdin
            init.stdin.close()
            init.wait(30)
        shutil.rmtree(self._folder)
        self._leave_cgroups()

    def podman(
        self, *argv: str, namespace: Namespace | None = None, timeout: float = 60, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run to its end, output captured. Raises LabCommandError if it fails and must not."""
        return self._run([*self._podman, *argv], namespace, timeout, check)

    def buildah(self, *argv: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """The same, with the same images."""
        return self._run([*self._buildah, *argv], None, timeout, check=True)

    @property
    def cgroup(self) -> str:
        """The parent of those of all containers."""
        return f"/{self._cgroup}"

    def _run(
        self, argv: Sequence[str], namespace: Namespace | None, timeout: float, check: bool
    ) -> subprocess.CompletedProcess[str]:
        process = f"/proc/{self._init.pid}/ns"
        inside = ("nsenter", f"--mount={process}/mnt", f"--pid={process}/pid_for_children", "--")
        home = str(self._folder / "home")
        done = subprocess.run(
            [*(namespace.exec if namespace else ()), *inside, *argv],
            stdin=subprocess.DEVNULL,
            text=True,
            capture_output=True,
            timeout=timeout,
            env={**os.environ, "HOME": home, "TMPDIR": home, "LC_ALL": "C.UTF-8"},
        )
        if check and done.returncode:
            raise LabCommandError(f"{' '.join(argv)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done

    def _leave_cgroups(self) -> None:
        """A process that was killed may stand in one for a moment longer."""
        deadline = time.monotonic() + 10
        while (left := self._cgroups()) and time.monotonic() < deadline:
            for folder in (folder for top in left for folder, _, _ in os.walk(top, topdown=False)):
                with contextlib.suppress(OSError):
                    Path(folder).rmdir()

    def _cgroups(self) -> list[Path]:
        """Of both versions."""
        return [*CGROUPS.glob(self._cgroup), *CGROUPS.glob(f"*/{self._cgroup}")]
