"""Whether a program and a file can be a service's here: out of the hands of others, and within its own reach.

As with Windows' services: whoever can change what it runs decides what the agent tells, and reads the site's key. More
is not at risk, as it runs under an account without any rights.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from agent.hosting.program import Program

MOST = 5  # that are named
# The unit has others in their places (ProtectHome, PrivateTmp), or none.
UNSEEN = (Path("/home"), Path("/root"), Path("/run/user"), Path("/tmp"), Path("/var/tmp"))  # noqa: S108 - not used
ROOT = 0


def faults(program: Program, config: Path) -> Iterator[str]:
    """A sentence each, with what to do."""
    for path in dict.fromkeys((*_code(program), program.executable.resolve(), config.resolve())):
        yield from _unseen(path)
    yield from _of_others(program, config)
    yield from _unreadable(config.resolve())


def _unseen(path: Path) -> Iterator[str]:
    for folder in UNSEEN:
        if path.resolve().is_relative_to(folder):
            yield f"{path}: the service sees nothing of {folder}; install into /opt/ssoreach, say, and /etc/ssoreach"


def _of_others(program: Program, config: Path) -> Iterator[str]:
    ways = dict.fromkeys(
        each
        for path in (*_code(program), program.executable.resolve(), config.absolute(), config.resolve())
        for each in (path, *path.parents)
    )
    below = (each for folder in _code(program) for each in _below(folder))
    found = [*filter(None, map(_changeable, ways)), *filter(None, map(_changeable, below))]
    yield from dict.fromkeys(found[:MOST])
    if found:
        more = f" ({len(found) - MOST} more like these)" if len(found) > MOST else ""
        yield (
            f"who can change these decides what the agent tells, and reads the site's key{more};"
            " chown -R root:root and chmod -R go-w what is to be the service's own"
        )


def _code(program: Program) -> tuple[Path, ...]:
    """Every folder with code of it: as it is named, what a link leads to, and what an editable installation has."""
    folders = (program.folder, *([program.package] if program.package else []))
    return tuple(dict.fromkeys(each for folder in folders for each in (folder, folder.resolve())))


def _below(folder: Path) -> Iterator[Path]:
    for root, folders, files in os.walk(folder):
        yield from (Path(root, name) for name in (*folders, *files))


def _changeable(path: Path) -> str | None:
    """By somebody who is not root. A link's own mode means nothing; a folder such as /tmp guards what is root's."""
    try:
        found = path.lstat()
    except OSError as error:
        return f"{path}: {error.strerror or error}"
    if found.st_uid != ROOT:
        return f"{path}: belongs to user {found.st_uid}"
    if stat.S_ISLNK(found.st_mode) or (stat.S_ISDIR(found.st_mode) and found.st_mode & stat.S_ISVTX):
        return None
    by_group = found.st_mode & stat.S_IWGRP and found.st_gid != ROOT
    if by_group or found.st_mode & stat.S_IWOTH:
        return f"{path}: its mode {stat.S_IMODE(found.st_mode):04o} lets others change it"
    return None


def _unreadable(config: Path) -> Iterator[str]:
    """There is nothing secret in it; an account that exists only while it runs is everybody."""
    for path, bit, remedy in (
        (config, stat.S_IROTH, "o+r"),
        *((folder, stat.S_IXOTH, "o+x") for folder in config.parents),
    ):
        try:
            mode = path.stat().st_mode
        except OSError as error:
            yield f"{path}: {error.strerror or error}"
            return
        if not mode & bit:
            yield f"{path}: the service's own account cannot read it; chmod {remedy} {path} (keys stay as they are)"
