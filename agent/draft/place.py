"""Where the file goes: in one step, and never over another one unless that is wanted. Then the other one is kept."""

import contextlib
import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path

from agent.config.find import FILE_NAME, VARIABLE, platform_place
from agent.ground.files import replace, set_mode

MOST_KEPT = 100  # old ones beside the new one


def place(environ: Mapping[str, str]) -> Path:
    """Where commands will look for it: the platform's place, or the current folder where that cannot be written."""
    if environ.get(VARIABLE):
        return Path(environ[VARIABLE])
    found = platform_place(environ, sys.platform)
    return found if _can_write(found.parent) else Path(FILE_NAME)


def _can_write(folder: Path) -> bool:
    """Anybody may make a folder in %ProgramData%, but one that not only administrators can write is not trusted."""
    if sys.platform == "win32":
        import ctypes

        return bool(ctypes.windll.shell32.IsUserAnAdmin())
    else:
        there = folder if folder.exists() else folder.parent
        return os.access(there, os.W_OK | os.X_OK)


def is_taken(path: Path) -> bool:
    """Whether something has that name; a link that leads nowhere has it, too."""
    return os.path.lexists(path)


def make_folder(path: Path, environ: Mapping[str, str]) -> bool:
    """Of the platform's place, and of no other. Whether it was missing. OSError."""
    folder = path.parent
    if path != platform_place(environ, sys.platform) or folder.is_dir():
        return False
    folder.mkdir(mode=0o755)
    return True


def write_new(path: Path, text: str) -> None:
    """FileExistsError, OSError. Everybody may read it: agents run as other users, and no secret is in it."""
    with path.open("xb"):  # from here on the name is ours
        pass
    try:
        replace(path, _encoded(text), for_others=True)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def write_over(path: Path, text: str) -> Path:
    """In place of the one that is there, readable for the same. The name under which that is kept. OSError."""
    real = path.resolve(strict=True)
    before = real.stat()
    old = _copy(real)
    try:
        replace(real, _encoded(text), like=before)
    except BaseException:
        old.unlink(missing_ok=True)
        raise
    return old


def _copy(path: Path) -> Path:
    for number in range(MOST_KEPT):
        beside = path.with_name(f"{path.name}.old{number or ''}")
        with contextlib.suppress(FileExistsError):
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(path.read_bytes())
                    set_mode(handle, stat.S_IMODE(path.stat().st_mode))
            except BaseException:
                beside.unlink(missing_ok=True)
                raise
            return beside
    raise FileExistsError(f"{MOST_KEPT} old ones are kept beside it already")


def _encoded(text: str) -> bytes:
    """With the platform's ends of lines: not every editor on Windows shows others."""
    return text.replace("\n", os.linesep).encode()
