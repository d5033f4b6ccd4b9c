"""The site's key: where its file is, who may read it, and what stands in it.

Each line is a key, as it is written: the first one signs, all verify. Empty lines and those that begin with # are
nothing. People edit it on Windows, so a BOM and CRLF are nothing either.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agent.config.credential import KEY, credential
from agent.ground.files import octets_of
from agent.ground.permission import opened
from agent.ground.text import plain
from probes.wire.rendezvous.keys import LEAST_SECRET, Keys, Ring

if TYPE_CHECKING:
    # The command that writes keys needs none, and it costs more than all the rest.
    from agent.config.model import Config

MOST_KEYS = 4
LARGEST = 64 * 1024  # octets of a file; more is none of ours
LONGEST_PATH = 1024  # characters of it that are shown

BOM = b"\xef\xbb\xbf"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
BLANK = b" \t"
DEL = 0x7F


class KeyFileError(Exception):
    """The key file cannot be used. Its text is a sentence for the operator, with nothing of a key in it."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{plain(str(path), LONGEST_PATH)}: {why}")


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """`unchecked`: who else may read it is the operator's affair, or systemd's."""

    path: Path
    unchecked: bool


def find_key(config: "Config", environ: Mapping[str, str]) -> KeyPlace | None:
    """systemd's credential, else the file that the configuration names; None where there is neither: no key."""
    given = credential(KEY, environ)
    if given is not None:
        return KeyPlace(given, unchecked=True)
    ours = config.rendezvous
    return None if ours.key_file is None else KeyPlace(ours.key_file, ours.key_file_unchecked)


def load_ring(path: Path, *, unchecked: bool) -> Ring:
    """Raises KeyFileError; also when others can read the file or put another one in its place, unless `unchecked`."""
    content, exposed = _read(path)
    if exposed is not None and not unchecked:
        raise KeyFileError(path, f"{exposed} (rendezvous.key_file_unchecked: true takes it as it is)")
    return tuple(map(Keys.derive, _keys_in(path, content)))


def read_keys(path: Path) -> list[bytes]:
    """The keys as they are written. Raises KeyFileError, as `load_ring` does."""
    content, exposed = _read(path)
    if exposed is not None:
        raise KeyFileError(path, exposed)
    return _keys_in(path, content)


def _read(path: Path) -> tuple[bytes, str | None]:
    """What stands in it, and why others can read or change it. Raises KeyFileError."""
    try:
        handle, exposed = opened(path)
        return octets_of(handle, LARGEST), exposed
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or error
        raise KeyFileError(path, f"cannot be read: {'it is a folder' if path.is_dir() else why}") from None


def _keys_in(path: Path, content: bytes) -> list[bytes]:
    """In their order. Raises KeyFileError."""
    if len(content) > LARGEST:
        raise KeyFileError(path, "larger than 64 KiB, so it is no key file")
    if content.startswith(UTF_16):
        raise KeyFileError(path, "is UTF-16; save it as UTF-8 or ASCII")
    found: dict[bytes, int] = {}  # and the lines where they stand
    for number, line in enumerate(content.splitlines(), start=1):
        key = line.removeprefix(BOM).strip(BLANK)
        if not key or key.startswith(b"#"):
            continue
        if (why := _unfit(key)) is not None:
            raise KeyFileError(path, f"line {number}: {why}")
        if found.setdefault(key, number) != number:
            raise KeyFileError(path, f"line {number}: the same key as in line {found[key]}")
    if not found:
        raise KeyFileError(path, "has no key in it; probe key writes one into a new file")
    if len(found) > MOST_KEYS:
        raise KeyFileError(path, f"has {len(found)} keys, and {MOST_KEYS} are the most; take the oldest out")
    return list(found)


def _unfit(key: bytes) -> str | None:
    """What is wrong with it as a key."""
    if any(octet < ord(" ") or octet == DEL for octet in key):
        return "a control character; a key is text, such as probe key writes"
    if len(key) < LEAST_SECRET:
        return f"a key of {len(key)} octets; it takes {LEAST_SECRET}, such as probe key writes"
    return None
