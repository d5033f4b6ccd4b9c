"""Writes key files: nobody but who may read them can do so at any moment, and a reader never sees half of one."""

import os
import secrets
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from agent.ground.files import beside, clear_away
from agent.ground.permission import create, opened, take_place
from agent.rendezvous.keyfile import KeyFileError

RANDOM = 32  # octets of chance in a new key


def new_key() -> bytes:
    """43 letters of URL-safe base64."""
    return secrets.token_urlsafe(RANDOM).encode()


def make(path: Path, keys: Iterable[bytes]) -> None:
    """A new file, in one step. OSError, FileExistsError too; KeyFileError where a file cannot be kept from others."""
    if os.path.lexists(path):
        raise FileExistsError(path)
    clear_away(path)
    new = beside(path)
    with _new(new) as file:
        handle, exposed = opened(new)
        os.close(handle)
        if exposed is not None:
            raise KeyFileError(path, exposed)
        file.write(_text(keys))
    try:
        _take_free_place(new, path)
    finally:
        new.unlink(missing_ok=True)


def rewrite(path: Path, keys: Iterable[bytes]) -> None:
    """In one step; who may read it stays as it was. A link stays: what it leads to is written. OSError."""
    real = Path(os.path.realpath(path, strict=True))
    clear_away(real)
    new = beside(real)
    with _new(new) as file:
        file.write(_text(keys))
    try:
        take_place(new, real)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def _take_free_place(new: Path, path: Path) -> None:
    """FileExistsError, if somebody else has made one meanwhile."""
    if sys.platform == "win32":
        new.rename(path)
        return
    try:
        path.hardlink_to(new)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if os.path.lexists(path):
            raise FileExistsError(path) from None
        new.replace(path)


@contextmanager
def _new(path: Path) -> Iterator[BinaryIO]:
    """On the disk at the end of the block; gone if that cannot be."""
    handle = create(path)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _text(keys: Iterable[bytes]) -> bytes:
    return b"".join(key + b"\n" for key in keys)
