"""A wine of a test's own, all of it inside one network namespace: the sockets of wine 8 are its server's.

with wine_in(star["BTS01"], folder) as wine:
    wine.run(wine.c / "Program Files" / "x.exe", "--version")
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath

import psutil

from tests.lab.namespace import Namespace

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".winpython"  # .ci/windows makes it
SERVER_STAYS = 1200  # seconds without a program; a test ends it long before
STARTING = 300  # seconds for wine to make its folder
PATIENCE = 120  # seconds for a command


class Wine:
    """`c` is its drive C:, which is seen from here, too."""

    def __init__(self, namespace: Namespace, prefix: Path) -> None:
        self.c = prefix / "drive_c"
        self._namespace = namespace
        self._prefix = prefix
        settings = {
            "WINEPREFIX": str(prefix),
            "WINEARCH": "win64",
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree,mshtml=",
            "LC_ALL": "C.UTF-8",  # or names with other letters are nobody's
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": self.named(ROOT),
        }
        self._environment = os.environ | settings

    def named(self, path: Path) -> str:
        """What Windows' programs call it."""
        if path.is_relative_to(self.c):
            return str(PureWindowsPath("C:/", PurePosixPath(path.relative_to(self.c))))
        return str(PureWindowsPath("Z:/", PurePosixPath(path).relative_to("/")))

    def run(
        self, program: Path, *words: str, seconds: float = PATIENCE, letters: str = "cp1252"
    ) -> subprocess.CompletedProcess[str]:
        """To its end, output captured; its lines end as ours do. `letters`: the code page in which it speaks."""
        argv = (*self._namespace.exec, "wine", str(program), *words)
        done = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            env=self._environment,
            cwd=self._prefix,
        )
        return subprocess.CompletedProcess(argv, done.returncode, *_texts(done, letters))

    @contextmanager
    def started(self, program: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
        """And left running, to the end of the block."""
        argv = ("wine", str(program), *words)
        silent = subprocess.DEVNULL
        process = self._namespace.popen(*argv, stdout=silent, stderr=silent, env=self._environment, cwd=self._prefix)
        with process:
            try:
                yield process
            finally:
                process.kill()

    def python(self, *words: str, seconds: float = PATIENCE) -> subprocess.CompletedProcess[str]:
        """This checkout's Python for Windows."""
        return self.run(PYTHON / "python.exe", *words, seconds=seconds)

    def processes(self) -> list[str]:
        """The names of all that run in this wine, wine's own among them."""
        return sorted(found.name() for found in psutil.process_iter() if _prefix_of(found) == str(self._prefix))

    def files(self) -> set[str]:
        """Everything on its drive C:."""
        return {str(path.relative_to(self.c)) for path in self.c.rglob("*")}

    def registry(self, key: str) -> list[str]:
        """All keys and values below one, each behind its key, as `reg query` writes them."""
        done = self.run(Path("reg"), "query", key, "/s", letters="cp437")
        assert done.returncode == 0, done.stderr
        key, found = "", []
        for line in done.stdout.splitlines():
            key = line or key if not line.startswith(" ") else key
            found.append(f"{key}{line}" if line.startswith(" ") else key)
        return found

    def begin(self) -> None:
        """Its services keep whatever pipe they find; so they find none."""
        self._prefix.mkdir(parents=True)
        silent = subprocess.DEVNULL
        for argv in (("wineserver", f"-p{SERVER_STAYS}"), ("wine", "cmd", "/c", "exit")):
            started = self._namespace.popen(*argv, stdout=silent, stderr=silent, env=self._environment)
            assert started.wait(STARTING) == 0, f"{' '.join(argv)}: {started.returncode}"
        for library in (PYTHON / "system32").iterdir():
            shutil.copy(library, self.c / "windows" / "system32")

    def end(self) -> None:
        """It and all that runs in it; its folder cannot go before."""
        for option in ("-k", "-w"):
            self._namespace.run("wineserver", option, env=self._environment)


@contextmanager
def wine_in(namespace: Namespace, prefix: Path) -> Iterator[Wine]:
    """From its first start to its end."""
    wine = Wine(namespace, prefix)
    try:
        wine.begin()
        yield wine
    finally:
        wine.end()


def _texts(done: subprocess.CompletedProcess[bytes], letters: str) -> tuple[str, ...]:
    return tuple(said.decode(letters, "replace").replace("\r\n", "\n") for said in (done.stdout, done.stderr))


def _prefix_of(process: psutil.Process) -> str | None:
    try:
        environment: Mapping[str, str] = process.environ()
    except psutil.Error:  # it has ended, or is none of ours
        return None
    return environment.get("WINEPREFIX")
