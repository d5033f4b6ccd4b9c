"""Whether somebody who is no administrator could change what the service runs or reads. Who may what is asked by an
argument, so that this is tested anywhere.
"""

import os
import stat
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.hosting.windows.access import CHANGES, REPLACES, Access, strangers

MOST = 3  # places that are named; the first ones are enough to know what to do

AccessOf = Callable[[Path], Access]  # raises OSError


@dataclass(frozen=True, slots=True)
class Open:
    """`path` can be changed by `sids`."""

    path: Path
    sids: Sequence[str]


def opened(
    things: Iterable[Path], access_of: AccessOf, trusted: Collection[str], *, harm: int = CHANGES
) -> Iterator[Open]:
    """Those among `things` that somebody else can change; what is gone meanwhile is none. OSError."""
    for thing in things:
        try:
            access = access_of(thing)
        except FileNotFoundError:
            continue
        if found := strangers(access, harm, trusted):
            yield Open(thing, found)


def above(path: Path) -> Sequence[Path]:
    """The folders that it stands in, up to the drive."""
    return tuple(path.parents)


def within(folder: Path) -> Iterator[Path]:
    """The folder and all that is in it, links not followed. OSError."""
    yield folder
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        path = folder / entry.name
        if entry.is_dir(follow_symlinks=False) and not _is_junction(entry):
            yield from within(path)
        else:
            yield path


def _is_junction(entry: "os.DirEntry[str]") -> bool:
    attributes = getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0)
    return bool(attributes & stat.FILE_ATTRIBUTE_REPARSE_POINT)


def replaceable(path: Path, access_of: AccessOf, trusted: Collection[str]) -> Iterator[Open]:
    """The folders above it in which it could be renamed away. OSError."""
    return opened(above(path), access_of, trusted, harm=REPLACES)
