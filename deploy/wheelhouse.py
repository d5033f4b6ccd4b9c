"""Pack a wheel and all that it needs, for Linux hosts without the Internet.

    python -m deploy.wheelhouse

It makes dist/ssoreach-VERSION-PYTHON-PLATFORM.tar.gz, for the Python and the platform that this is run with.
INSTALL.txt in the archive says how it is installed, with every file's hash compared.
"""

import gzip
import hashlib
import io
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from pathlib import Path

from agent import __version__

ROOT = Path(__file__).parents[1]
PIP = [sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check", "--no-input"]
INSTALL = """\
ssoreach {version}, for Python {python} on {platform}. In this folder:

    python{python} -m venv /opt/ssoreach
    /opt/ssoreach/bin/pip install --no-index --find-links wheels --require-hashes --requirement requirements.txt
    /opt/ssoreach/bin/probe --version

Nothing is asked of the Internet, and a file that is not the one that was packed is refused.
"""


def main() -> int:
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    platform = sysconfig.get_platform()
    name = f"ssoreach-{__version__}-py{python.replace('.', '')}-{platform}"
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, name)
        wheels = folder / "wheels"
        wheels.mkdir(parents=True)
        lock = ROOT / "requirements" / "run.txt"
        download = ["download", "--only-binary=:all:", "--require-hashes", "--requirement", str(lock)]
        subprocess.run([*PIP, *download, "--dest", str(wheels)], check=True)
        build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels), str(ROOT)]
        subprocess.run([*PIP, *build], check=True)
        (folder / "requirements.txt").write_text(_requirements(lock, wheels), "utf-8")
        (folder / "INSTALL.txt").write_text(
            INSTALL.format(version=__version__, python=python, platform=platform), "utf-8"
        )
        print(_pack(folder, ROOT / "dist" / f"{name}.tar.gz"))
    return 0


def _requirements(lock: Path, wheels: Path) -> str:
    """The lock, and our own wheel with its hash."""
    (own,) = wheels.glob("ssoreach-*.whl")
    digest = hashlib.sha256(own.read_bytes()).hexdigest()
    return f"{lock.read_text('utf-8')}ssoreach=={__version__} \\\n    --hash=sha256:{digest}\n"


def _pack(folder: Path, archive: Path) -> Path:
    """The same bytes from the same files, always; its hash in a file beside it."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for file in [folder, *sorted(folder.rglob("*"))]:
            tar.add(file, file.relative_to(folder.parent).as_posix(), recursive=False, filter=_nobodys)
    archive.parent.mkdir(exist_ok=True)
    data = gzip.compress(packed.getvalue(), mtime=0)
    archive.write_bytes(data)
    beside = archive.with_name(f"{archive.name}.sha256")
    beside.write_text(f"{hashlib.sha256(data).hexdigest()} *{archive.name}\n", "ascii")
    return archive


def _nobodys(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = entry.mtime = 0
    entry.uname = entry.gname = "root"
    entry.mode = 0o755 if entry.isdir() else 0o644
    return entry


if __name__ == "__main__":
    sys.exit(main())
