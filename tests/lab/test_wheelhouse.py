"""The wheelhouse: what a Linux host without the Internet installs, in a network that leads nowhere."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from agent import __version__

from .namespace import Namespace, namespaces

pytestmark = pytest.mark.lab

ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(300)
def test_it_is_installed_without_the_internet_and_probes(lab: None, tmp_path: Path) -> None:
    made = subprocess.run([sys.executable, "-m", "deploy.wheelhouse"], cwd=ROOT, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    archive = Path(made.stdout.strip())
    subprocess.run(["sha256sum", "--check", f"{archive.name}.sha256"], cwd=archive.parent, check=True)
    subprocess.run(["tar", "--extract", "--file", str(archive), "--directory", str(tmp_path)], check=True)
    (folder,) = tmp_path.iterdir()
    with namespaces(1) as (alone,):
        _install(alone, folder)
        probe = str(tmp_path / "venv" / "bin" / "probe")
        said = alone.run(probe, "--version")
        assert (said.returncode, said.stdout) == (0, f"ssoreach {__version__}\n")
        alone.ip("link set lo up\n")
        asked = ("once", "--role", "processing", "--sql", "127.0.0.2", "--master", "127.0.0.3", "--format", "json")
        found = json.loads(alone.run(probe, *asked).stdout)
        assert {path["verdict"] for path in found["paths"] if path["check"] == "sql"} == {"unreachable"}


def _install(alone: Namespace, folder: Path) -> None:
    """As INSTALL.txt has it, but elsewhere."""
    lines = [line.split() for line in (folder / "INSTALL.txt").read_text("utf-8").splitlines() if "pip install" in line]
    (install,) = lines
    venv = folder.parent / "venv"
    made = alone.python("-m", "venv", str(venv), timeout=120)
    assert made.returncode == 0, made.stderr
    done = alone.run(str(venv / "bin" / "pip"), *install[1:], timeout=120, cwd=folder)
    assert done.returncode == 0, done.stderr
