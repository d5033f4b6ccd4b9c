"""How a command on this machine meets the agent: its URLs, and a token that only it and who may read its file know.

The agent writes the file when it listens and takes it away when it ends. One that was killed leaves it behind, and
others may listen there by then. So whoever answers has to prove that it knows the token before it is sent.
"""

import contextlib
import hashlib
import hmac
import ipaddress
import json
import os
import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.ground.files import beside, clear_away, octets_of
from agent.ground.permission import create, opened
from agent.ground.text import plain

NAME = "agent.json"
VERSION = 1
LARGEST = 64 * 1024  # octets of the file; more is none of ours
MOST_URLS, LONGEST_URL = 64, 300

CHALLENGE, PROOF = "Ssoreach-Challenge", "Ssoreach-Proof"  # header of a request, and of its answer
At = tuple[str, int]  # an address and a port
_HEX = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What stands in the file. `fingerprint`: SHA-256 of the certificate, in hex; None: there is no TLS."""

    token: str
    urls: tuple[str, ...]
    pid: int
    fingerprint: str | None = None


class NotMetError(Exception):
    """Why the agent cannot be met, in a sentence for the person who wanted to."""


class Local:
    """The agent's side. `folder`: its state folder; None: it has none, and nothing is written.

    `warn` is told, once, that the file cannot be written, and again after it could: the agent runs on without it.
    """

    def __init__(self, folder: Path | None, warn: Callable[[str], None]) -> None:
        self.token = secrets.token_hex(32)
        self._path = None if folder is None else folder / NAME
        self._warn = warn
        self._told = False

    def write(self, urls: Iterable[str], fingerprint: str | None = None) -> bool:
        """In one step; again whenever the URLs or the certificate (SHA-256, in hex) are others. The disk may hang.

        False: it cannot be written now, as on Windows while somebody reads it.
        """
        content = {
            "version": VERSION,
            "token": self.token,
            "urls": sorted(urls, key=_from_afar),
            "pid": os.getpid(),
            "fingerprint": fingerprint,
        }
        if self._path is not None:
            try:
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                put(self._path, json.dumps(content).encode())
            except OSError as error:
                self._tell(f"{self._path}: cannot be written: {error.strerror or error}; `probe status` cannot ask")
                return False
            self._told = False
        return True

    def stands(self) -> bool:
        """Whether the file is there; whoever took the folder away meant no harm. The disk may hang."""
        return self._path is None or self._path.exists()

    def remove(self) -> None:
        """If it is still ours: another agent may have taken its place."""
        if self._path is not None:
            with contextlib.suppress(OSError, NotMetError):
                if read(self._path).token == self.token:
                    self._path.unlink()

    def prove(self, challenge: str, at: At) -> str:
        """That we know the token, without a word of it."""
        return proof(self.token, challenge, at)

    def _tell(self, message: str) -> None:
        if not self._told:
            self._told = True
            self._warn(message)


def proof(token: str, challenge: str, at: At) -> str:
    """What only who knows the token can answer to a challenge, at that end of a connection.

    The agent answers to everybody. So the answer is good for where it was asked only: who listens elsewhere on this
    machine, and hands a challenge on to the agent, gets nothing that he could show.
    """
    address = ipaddress.ip_address(at[0].partition("%")[0])
    place = f"{getattr(address, 'ipv4_mapped', None) or address} {at[1]}"
    return hmac.new(token.encode(), f"ssoreach agent {challenge} {place}".encode(), hashlib.sha256).hexdigest()


def find(folders: Sequence[Path]) -> Whereabouts:
    """From the first folder that has the file. Raises NotMetError."""
    for folder in folders:
        try:
            return read(folder / NAME)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except PermissionError as error:
            raise NotMetError(
                f"{folder / NAME}: not yours to read; ask as the agent's account, or with elevated rights"
            ) from error
        except OSError as error:
            raise NotMetError(f"{folder / NAME}: cannot be read: {error.strerror or error}") from error
    raise NotMetError(f"no agent runs here: there is no {' and no '.join(str(folder / NAME) for folder in folders)}")


def read(path: Path) -> Whereabouts:
    """Raises OSError, and NotMetError when it is not understood."""
    text = octets_of(opened(path)[0], LARGEST)
    try:
        return _understood(text)
    except (ValueError, RecursionError) as error:
        raise NotMetError(f"{path}: not written by an agent of this version: {plain(str(error))}") from error


def _understood(text: bytes) -> Whereabouts:
    if len(text) > LARGEST:
        raise ValueError("too long")
    match json.loads(text):
        case {
            "version": int(version),
            "token": str(token),
            "urls": [*urls],
            "pid": int(pid),
            "fingerprint": str() | None as fingerprint,
        } if version == VERSION and _HEX.fullmatch(token) and (fingerprint is None or _HEX.fullmatch(fingerprint)):
            pass
        case _:
            raise ValueError("something else stands in it")
    texts = tuple(url for url in urls if isinstance(url, str) and len(url) <= LONGEST_URL)[:MOST_URLS]
    return Whereabouts(token, texts, pid, fingerprint)


def put(path: Path, text: bytes) -> None:
    """In one step; nobody else may read or change it from its first moment on. OSError."""
    clear_away(path)
    new = beside(path)
    handle = create(new)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def _from_afar(url: str) -> bool:
    """Loopback first: nothing on the way can be in the way there."""
    return not re.match(r"https?://(127\.|\[::1\])", url)
