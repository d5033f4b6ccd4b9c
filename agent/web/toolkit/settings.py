"""What the file asks for, ready for use."""

import os
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Stamp = tuple[tuple[int, ...] | None, ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """Without a file: all defaults.

    `context` is None without TLS, and `fingerprint`, the SHA-256 of its certificate in hex. `sans`: one of these must
    be in a client's certificate; empty: any will do. `rate`: seconds from one request to the next, and how many at
    once; None: no limit. `files`: the file and those that it names; `stamp`: how they were. `notes`: what the file asks
    for and does not get, or had better know, a line each.
    """

    path: Path | None = None
    context: ssl.SSLContext | None = None
    fingerprint: str | None = None
    requires_certificate: bool = False
    sans: frozenset[str] = frozenset()
    users: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    rate: tuple[float, int] | None = None
    files: tuple[Path, ...] = ()
    stamp: Stamp = ()
    notes: tuple[str, ...] = ()

    @property
    def is_protected(self) -> bool:
        """Somebody has to show who they are."""
        return bool(self.users) or self.requires_certificate


def stamp(files: Iterable[Path]) -> Stamp:
    """What changes when one of them does. May block."""
    return tuple(_stamp(file) for file in files)


def _stamp(file: Path) -> tuple[int, ...] | None:
    try:
        found = os.stat(file)  # noqa: PTH116 - one call on every platform
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino, found.st_dev
