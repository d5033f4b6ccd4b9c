"""The hashes of what is in the bundle, and the bundle as one file: the same bytes from the same folder, always."""

import hashlib
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

SUMS = "SHA256SUMS"
READABLE = 0o644 << 16  # for whoever unpacks it elsewhere than on Windows


def write_sums(folder: Path) -> None:
    """A line for every file: its SHA-256, " *", its name from the folder on. So `sha256sum --check` reads it, too."""
    lines = [f"{_sum(file)} *{name}\n" for name, file in _files(folder) if name != SUMS]
    (folder / SUMS).write_bytes("".join(lines).encode("ascii"))


def pack(folder: Path, zip_file: Path, when: int) -> Path:
    """The folder in one file, which has that time for all; its own hash in a file beside it."""
    moment = time.gmtime(when)[:6]
    with zipfile.ZipFile(zip_file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, file in _files(folder):
            entry = zipfile.ZipInfo(f"{folder.name}/{name}", moment)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, READABLE, 3
            archive.writestr(entry, file.read_bytes())
    beside = zip_file.with_name(f"{zip_file.name}.sha256")
    beside.write_bytes(f"{_sum(zip_file)} *{zip_file.name}\n".encode("ascii"))
    return zip_file


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """In an order that does not depend on the file system."""
    found = {file.relative_to(folder).as_posix(): file for file in folder.rglob("*") if file.is_file()}
    yield from sorted(found.items())


def _sum(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
