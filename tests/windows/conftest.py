"""A Python of its own in a folder that only administrators can write, as a site has it; on Windows alone."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import agent
import probes

FOLDER = "Größe und Maß"  # a space and umlauts in every path
PATIENCE = 120
LEFT_OUT = shutil.ignore_patterns("__pycache__", "test", "tests", "*.chm", "PyInstaller*", "isapi", "Pythonwin")

if sys.platform == "win32":
    import psutil

    from agent.hosting.windows import control

    class Installation:
        """`probe`, as somebody at a console of this machine runs it."""

        def __init__(self, folder: Path) -> None:
            self.folder = folder
            self.python = folder / "python.exe"

        def probe(self, *words: str) -> tuple[int, str]:
            """Exit code, and all that it said."""
            done = subprocess.run(
                [str(self.python), "-X", "utf8", "-I", "-m", "agent.cli", *words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=PATIENCE,
            )
            return done.returncode, done.stdout.decode("utf-8", "replace").replace("\r", "")

    @pytest.fixture(scope="session")
    def installation() -> Iterator[Installation]:
        folder = Path(os.environ["PROGRAMFILES"], FOLDER)
        shutil.copytree(sys.prefix, folder, ignore=LEFT_OUT)
        for package in (agent, probes):
            source = Path(str(package.__file__)).parent
            shutil.rmtree(folder / "Lib" / "site-packages" / source.name, ignore_errors=True)
            shutil.copytree(source, folder / "Lib" / "site-packages" / source.name, ignore=LEFT_OUT)
        yield Installation(folder)
        shutil.rmtree(folder)

    @pytest.fixture
    def data() -> Iterator[Path]:
        """%ProgramData%\\ssoreach, empty; gone again in the end, and the service that uses it."""
        assert control.configured() is None, "there is a service ssoreach on this machine already"
        folder = Path(os.environ["PROGRAMDATA"], "ssoreach")
        assert not folder.exists()
        folder.mkdir()
        yield folder
        _remove_service()
        if folder.exists():
            shutil.rmtree(folder)

    def _remove_service() -> None:
        if control.configured() is None:
            return
        if control.seen().pid:
            process = psutil.Process(control.seen().pid)
            process.kill()
            process.wait(PATIENCE)
        control.delete()
