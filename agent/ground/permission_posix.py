"""Who may read a file, by its owner and mode; an access list shows in the mode as what its group may do."""

import os
import stat
import sys
from pathlib import Path

if sys.platform != "win32":
    # Neither a pipe nor a device may keep us waiting, and nobody may put a link in the place of what was looked up.
    TO_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
    # Linux can look at a folder that we may pass but not list.
    FOLDER = os.O_DIRECTORY | os.O_CLOEXEC | getattr(os, "O_PATH", os.O_RDONLY)
    ROOT = 0
    FOR_US_AND_GROUP = 0o740  # what may be kept of a mode

    def opened(path: Path) -> tuple[int, str | None]:
        """A descriptor of what `path` leads to; and why others can read or change it, None if they cannot. OSError.

        The file is opened in the folder that is looked at, and what is looked at is what was opened: nothing can be
        put in their places in between.
        """
        real = Path(os.path.realpath(path, strict=True))
        folder = os.open(real.parent, FOLDER)
        try:
            handle = os.open(real.name or ".", TO_READ, dir_fd=folder)
            return handle, _exposed(os.fstat(handle)) or _replaceable(os.fstat(folder))
        finally:
            os.close(folder)

    def _exposed(file: os.stat_result) -> str | None:
        mode = stat.S_IMODE(file.st_mode)
        if file.st_uid not in (ROOT, os.geteuid()):
            return f"it belongs to user {file.st_uid}, neither to root nor to who runs this; chown it"
        if mode & stat.S_IRWXO:
            return f"its mode {mode:04o} lets everybody at it; chmod 600, or 640 for the group of a service's account"
        if mode & stat.S_IWGRP:
            return f"its mode {mode:04o} lets its group change it; chmod 600, or 640 for the group to read it"
        return None

    def _replaceable(folder: os.stat_result) -> str | None:
        mode = stat.S_IMODE(folder.st_mode)
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            return (
                f"the mode {mode:04o} of its folder lets everybody put another file in its place; chmod o-w the folder"
            )
        return None

    def create(path: Path) -> int:
        """A descriptor to write to. OSError, FileExistsError too."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)

    def take_place(new: Path, old: Path) -> None:
        """Owner and group first: else the group of whoever runs this would be let in for a moment. OSError."""
        before = os.stat(old)  # noqa: PTH116 - beside its counterparts, which pathlib does not have
        handle = os.open(new, TO_READ)
        try:
            os.fchown(handle, before.st_uid, before.st_gid)
            os.fchmod(handle, stat.S_IMODE(before.st_mode) & FOR_US_AND_GROUP)
        finally:
            os.close(handle)
        new.replace(old)
