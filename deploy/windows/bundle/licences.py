"""The licences of what others wrote and the bundle brings along: Python, its packages, and what starts the program."""

import re
import shutil
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

STARTER = "pyinstaller"  # of it only the part that starts ssoreach.exe is in the bundle
NAMED = re.compile(r"(licen[cs]e|copying|notice|authors)", re.IGNORECASE)
PINNED = re.compile(r"^([a-z0-9-]+)==[\w.]+( ; (.+?))? *\\?$", re.MULTILINE)


def gather(folder: Path, lock: Path) -> None:
    """A folder for each, and a list of all. LookupError where one of them has none."""
    folder.mkdir()
    rows = [_python(folder), *(_package(folder, each) for each in _packages(lock.read_text("utf-8")))]
    (folder / "LIST.txt").write_bytes("".join(f"{row}\r\n" for row in rows).encode("utf-8"))


def _packages(lock: str) -> list[Distribution]:
    found = []
    for name, _, marker in PINNED.findall(lock):
        try:
            found.append(distribution(name))
        except PackageNotFoundError:
            if not marker:  # those with one may be for other systems
                raise
    return [*found, distribution(STARTER)]


def _package(folder: Path, package: Distribution) -> str:
    name, version = package.metadata["Name"], package.version
    files = [file for file in package.files or () if NAMED.search(file.name) and ".dist-info" in str(file)]
    if not files:
        raise LookupError(f"{name} {version} has no licence with it")
    place = folder / f"{name}-{version}"
    place.mkdir()
    for file in files:
        shutil.copyfile(str(package.locate_file(file)), place / file.name)
    return f"{name} {version}: {_kind(package)}"


def _kind(package: Distribution) -> str:
    """In the words of whoever wrote it, where they fit a line."""
    said = [package.metadata[key] for key in ("License-Expression", "License") if key in package.metadata]
    return said[0] if said and "\n" not in said[0] else "see its folder"


def _python(folder: Path) -> str:
    version = ".".join(map(str, sys.version_info[:3]))
    places = [Path(sys.base_prefix, "LICENSE.txt"), Path(sys.base_prefix, "Lib", "LICENSE.txt")]
    for licence in places:
        if licence.is_file():
            place = folder / f"Python-{version}"
            place.mkdir()
            shutil.copyfile(licence, place / "LICENSE.txt")
            return f"Python {version}: PSF-2.0, with OpenSSL, libffi, Expat, zlib, bzip2, XZ and Microsoft's C library"
    raise LookupError(f"Python has no licence with it: {' '.join(map(str, places))}")
