"""A disk of a few KiB that only those see who are in its mount namespace, until the block ends."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .namespace import LabCommandError, Namespace

ALONE = ("unshare", "--mount", "--propagation", "private", "sh", "-c")
MAKE = 'mount -t tmpfs -o "size=$2,mode=0700" tmpfs "$1" && echo ready && read -r _'
FILLED = "ballast"


class Disk:
    """`path` as those inside see it, `outside` the same for this process; `into` before a command makes it see it."""

    def __init__(self, namespace: Namespace, holder: int, path: Path) -> None:
        self._namespace = namespace
        self.path = path
        self.outside = Path(f"/proc/{holder}/root{path}")
        self.into = ("nsenter", f"--mount=/proc/{holder}/ns/mnt", "--")

    def fill(self) -> None:
        """To the last octet."""
        with (self.outside / FILLED).open("wb", buffering=0) as file:
            try:
                while file.write(b"x" * 4096):
                    pass
            except OSError:
                return

    def empty(self) -> None:
        (self.outside / FILLED).unlink()

    def remount(self, how: str) -> None:
        """As `ro` or `rw`."""
        self._namespace.run(*self.into, "mount", "-o", f"remount,{how}", str(self.path), check=True)


@contextmanager
def small_disk(namespace: Namespace, path: Path, size: str = "128k") -> Iterator[Disk]:
    """At `path`, which is a folder already."""
    with namespace.popen(*ALONE, MAKE, "sh", str(path), size, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as holder:
        assert holder.stdin
        assert holder.stdout
        assert holder.stderr
        try:
            if holder.stdout.readline() != "ready\n":
                raise LabCommandError(f"no disk: {holder.stderr.read().strip()}")
            yield Disk(namespace, holder.pid, path)
        finally:
            holder.stdin.close()
            holder.wait(timeout=30)
