"""Files that are written in one step: a reader sees the old text or the new one, never half of it.

And files that are read without waiting: whatever stands where a file should does not keep us, and has no end for us.
"""

import contextlib
import errno
import os
import re
import secrets
import stat
import sys
import tempfile
import time
from pathlib import Path

UNFINISHED = ".unfinished"  # what the name ends with until it takes its place
LONG_DEAD = 60.0  # seconds after which nobody still writes to such a file

TO_READ = os.O_RDONLY | sum(getattr(os, flag, 0) for flag in ("O_NONBLOCK", "O_NOCTTY", "O_BINARY"))


def octets(path: Path, most: int) -> bytes:
    """The first `most` of a file, and one more where there are more. OSError; ValueError of what can be no path."""
    _refuse_others(path.stat())  # a device may do something because it is opened
    return octets_of(os.open(path, TO_READ), most)


def octets_of(handle: int, most: int) -> bytes:
    """The same of what is open to be read, and is closed then, whatever happens. OSError."""
    try:
        _refuse_others(os.fstat(handle))
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(most + 1)
    finally:
        os.close(handle)


def _refuse_others(found: os.stat_result) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(found.st_mode):
        raise OSError("not a regular file")


def replace(path: Path, text: bytes, *, for_others: bool = False, like: os.stat_result | None = None) -> None:
    """Write beside `path`, then take its place. OSError when that is not possible; the old file then stands.

    `for_others`: everybody may read it; `like`: whoever this says, and it belongs to them, if we may give it away.
    """
    clear_away(path)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=UNFINISHED)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            if for_others:
                set_mode(file.fileno(), 0o644)  # readers run as other users; the content is no secret
            elif like is not None:
                give(file.fileno(), like)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def set_mode(handle: int, mode: int) -> None:
    """Of an open file, never by its name: where others may write in its folder, root would open what their link names.

    Nothing on Windows, where the folder's access list counts. OSError.
    """
    if sys.platform != "win32":
        os.fchmod(handle, mode)


def give(handle: int, like: os.stat_result) -> None:
    """The owner, where we may, then the mode of another file; of an open one, as above. OSError."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):  # who may not give it away keeps it
            os.fchown(handle, like.st_uid, like.st_gid)
        os.fchmod(handle, stat.S_IMODE(like.st_mode))


def beside(path: Path) -> Path:
    """A new name for what is to take the place of `path`."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}{UNFINISHED}")


def clear_away(path: Path) -> None:
    """Take away what was begun for `path`, and not ended because who wrote it was killed: only what has such a name."""
    ours = re.compile(rf"\.{re.escape(path.name)}\.[a-z0-9_]{{8}}{re.escape(UNFINISHED)}")
    with contextlib.suppress(OSError), os.scandir(path.parent) as there:
        for each in there:
            if ours.fullmatch(each.name):
                with contextlib.suppress(OSError):
                    _clear(Path(each.path))


def _clear(path: Path) -> None:
    found = path.lstat()
    if stat.S_ISREG(found.st_mode) and time.time() - found.st_mtime > LONG_DEAD:
        path.unlink()
