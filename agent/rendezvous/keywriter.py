"""Writes key files: nobody but who may read them can do so at any moment, and a reader never sees half of one."""

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from agent.rendezvous.keyfile import KeyFileError
from agent.rendezvous.permission import create, opened, take_place

RANDOM = 32  # octets of chance in a new key


def new_key() -> bytes:
    """43 letters of URL-safe base64."""
    return secrets.token_urlsafe(RANDOM).encode()


def make(path: Path, keys: Iterable[bytes]) -> None:
    """A new file. OSError, FileExistsError too; KeyFileError where a file cannot be kept from others."""
    with _new(path) as file:
        handle, exposed = opened(path)
        os.close(handle)
        if exposed is not None:
            raise KeyFileError(path, exposed)
        file.write(_text(keys))


def rewrite(path: Path, keys: Iterable[bytes]) -> None:
    """In one step; who may read it stays as it was. A link stays: what it leads to is written. OSError."""
    real = Path(os.path.realpath(path, strict=True))
    beside = real.with_name(f".{real.name}.{secrets.token_hex(4)}")
    with _new(beside) as file:
        file.write(_text(keys))
    try:
        take_place(beside, real)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


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
