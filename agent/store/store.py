"""What has to outlive a restart: one JSON file a kind of thing in the state folder.

Written in one step, so a reader finds the old text or the new one. A file that cannot be understood is set aside, said
and never fatal: what an agent remembers makes it better, and it works without.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

from agent.ground.files import octets, replace

VERSION = 1
MOST = 8 << 20  # octets that are read of a file; more is none of ours

Warn = Callable[[str], None]


class Store:
    """The files of one site in a folder. `warn` is told, once each, what could not be read or written.

    `of_person`: of a command beside the agent, whose files these are: nothing is written, moved or warned of twice.
    """

    def __init__(self, folder: Path, site: str, warn: Warn, *, of_person: bool = False) -> None:
        self._folder = folder
        self._site = site
        self._warn = warn
        self._of_person = of_person
        self._told: set[tuple[str, str]] = set()  # name, message

    def load(self, name: str) -> Mapping[str, object]:
        """What `save` was last given under this name; nothing when there is no such file, or none of this site."""
        path = self._path(name)
        try:
            text = octets(path, MOST)
        except FileNotFoundError:
            return {}
        except OSError as error:
            self._tell(name, f"{path}: cannot be read: {error.strerror or error}")
            return {}
        try:
            return self._understood(text)
        except (ValueError, RecursionError) as error:
            self.set_aside(name, str(error))
            return {}

    def _understood(self, text: bytes) -> Mapping[str, object]:
        if len(text) > MOST:
            raise ValueError("too long")
        found = json.loads(text, parse_constant=_no_number)
        match found:
            case {"version": int(version), "site": str(site), "content": dict(content)}:
                pass
            case _:
                raise ValueError("not a state file")
        if version != VERSION:
            raise ValueError(f"of version {version}, not {VERSION}")
        if site != self._site:
            raise ValueError("of another site")
        return content

    def set_aside(self, name: str, why: str) -> None:
        """Keep what cannot be understood under another name, for whoever wants to look; begin anew."""
        path = self._path(name)
        aside = path.with_suffix(".damaged")
        if self._of_person:
            self._tell(name, f"{path}: {why}; left alone")
            return
        try:
            path.replace(aside)
        except OSError as error:
            self._tell(name, f"{path}: {why}; it cannot be set aside: {error.strerror or error}")
        else:
            self._tell(name, f"{path}: {why}; set aside as {aside.name}, begun anew")

    def save(self, name: str, content: Mapping[str, object]) -> None:
        """In one step. Not being able to is said once, and again after it was possible in between."""
        if self._of_person:
            return
        text = json.dumps({"version": VERSION, "site": self._site, "content": content}, separators=(",", ":"))
        path = self._path(name)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace(path, text.encode())
        except OSError as error:
            why = error.strerror or error
            self._tell(name, f"{path}: cannot be written: {why}; running on, a restart will forget it")
        else:
            self._told = {told for told in self._told if told[0] != name}

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"

    def _tell(self, name: str, message: str) -> None:
        if (name, message) not in self._told:
            self._told.add((name, message))
            self._warn(message)


def _no_number(written: str) -> NoReturn:
    raise ValueError(f"{written} is no number")


def default_folder(environ: Mapping[str, str], home: Path, *, platform: str, is_root: bool) -> Path:
    """Where state is kept unless `state_dir` says otherwise. systemd names a unit's own in STATE_DIRECTORY."""
    if platform == "win32":
        return Path(environ.get("ProgramData") or r"C:\ProgramData") / "ssoreach" / "state"
    if given := environ.get("STATE_DIRECTORY"):
        return Path(given.split(":")[0])
    if is_root:
        return Path("/var/lib/ssoreach")
    return Path(environ.get("XDG_STATE_HOME") or home / ".local" / "state") / "ssoreach"
