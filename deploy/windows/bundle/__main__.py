"""Build the bundle for Windows: dist/ssoreach-VERSION-win64.zip, and its hash beside it. On Windows, in the checkout:

    py -3.12 -m deploy.windows.bundle

With --here what requirements/bundle.txt pins is already installed in the Python that runs this; without it that is
done in .venv-bundle. `make bundle` does the same under wine. The Python that runs this goes into the bundle.
"""

import os
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

from agent import __version__

ROOT = Path(__file__).parents[3]
BUILD, DIST = ROOT / "build" / "windows", ROOT / "dist"
FOLDER = "ssoreach"  # without the version: rules of the firewall and the service name the program by its path


def main(words: list[str]) -> int:
    if sys.platform != "win32":
        print("this is for Windows; elsewhere, under wine: make bundle", file=sys.stderr)
        return 2
    if words not in ([], ["--here"]):
        print(__doc__, file=sys.stderr)
        return 2
    if not words:
        return _in_an_environment_of_its_own()
    _bundle()
    return 0


def _in_an_environment_of_its_own() -> int:
    where = ROOT / ".venv-bundle"
    python = where / "Scripts" / "python.exe"
    venv.create(where, clear=True, with_pip=True)
    lock = ROOT / "requirements" / "bundle.txt"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", lock], check=True)
    return subprocess.run([python, "-m", "deploy.windows.bundle", "--here"], cwd=ROOT, check=False).returncode


def _bundle() -> None:
    from deploy.windows.bundle.archive import pack, write_sums
    from deploy.windows.bundle.complete import missing
    from deploy.windows.bundle.contents import fill
    from deploy.windows.bundle.licences import gather

    when = _when()
    folder = _freeze(when)
    if lacking := missing(folder):
        sys.exit("neither in the bundle nor part of Windows:\n" + "\n".join(lacking))
    fill(folder, ROOT, __version__)
    gather(folder / "licences", ROOT / "requirements" / "run.txt")
    write_sums(folder)
    DIST.mkdir(exist_ok=True)
    print(pack(folder, DIST / f"ssoreach-{__version__}-win64.zip", when))


def _freeze(when: int) -> Path:
    """The folder with the program in it, and nothing else yet."""
    shutil.rmtree(BUILD, ignore_errors=True)
    # Neither the order in a set nor the hour may show in what is built.
    environment = os.environ | {"PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": str(when)}
    folders = ["--distpath", str(BUILD), "--workpath", str(BUILD / "work")]
    spec = Path(__file__).with_name("ssoreach.spec")
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR", *folders, str(spec)]
    own = {"PYINSTALLER_CONFIG_DIR": str(BUILD / "cache")}
    subprocess.run(command, cwd=ROOT, env=environment | own, check=True)
    return BUILD / FOLDER


def _when() -> int:
    """The time that every file of the bundle has: that of the commit, where that is known."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    if git := shutil.which("git"):
        asked = subprocess.run(
            [git, "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=False
        )
        if asked.returncode == 0:
            return int(asked.stdout)
    return int(time.time())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
