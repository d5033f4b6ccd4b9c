"""The configuration file of a running agent: read again when somebody asks, and the last good one kept.

A rolling upgrade may bring a file that this version cannot read; the agent then starts from the last good one, loudly.
"""

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from agent.config.credential import WEB, credential
from agent.config.load import MAX_BYTES, parse, read_text
from agent.config.mistakes import ConfigError
from agent.config.model import Config
from agent.config.positions import read as read_yaml
from agent.config.yamltext import NULL, UnreadableError
from agent.ground.files import octets, octets_of
from agent.ground.permission import opened
from agent.local.local import put
from agent.log.log import log
from agent.rendezvous.keyfile import KeyFileError, find_key, load_ring
from agent.site.setup import set_up
from agent.site.topology import site_of
from agent.site.whoami import UnknownHostError, this_machine, whoami
from agent.store.kept import default_state_folder, state_folder
from agent.term.reload import Loaded, UnusableError
from agent.web.toolkit.read import read as read_web
from agent.web.toolkit.settings import Settings

FILE_NAME = "last-good.json"
MOST = 8 << 20  # octets that are read of it
STATE_DIR = re.compile(r"""^state_dir:[ \t]+(?:"(.+?)"|'(.+?)'|([^\s"'#].*?))[ \t]*(?:#.*)?$""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class LastGood:
    """A configuration that was in force, as it was written; `at`: when it came into force, UTC."""

    text: str
    at: float


class FileOrigin:
    """`place`: the file; `host`: which of its hosts this machine is, where a person said so. `now`: UTC.

    `told` is called with each configuration that came into force.
    """

    def __init__(
        self, place: Path, host: str | None, now: Callable[[], float], told: Callable[[Config], None] = lambda _: None
    ) -> None:
        self._place = place.absolute()
        self._host = host
        self._now = now
        self._told = told

    def load(self) -> Loaded:
        """From the file as it is now. Raises UnusableError."""
        try:
            text = read_text(self._place)
        except ConfigError as error:
            raise UnusableError(str(error).splitlines()) from None
        return self.understand(text)

    def understand(self, text: str) -> Loaded:
        """Raises UnusableError with everything that is wrong with it on this machine."""
        try:
            config = parse(text, str(self._place), self._place.parent)
            setup = set_up(config, whoami(site_of(config), this_machine(), self._host))
            key = find_key(config, os.environ)
            ring = load_ring(key.path, unchecked=key.unchecked) if key else None
            return Loaded(setup, ring, _web(config), text)
        except (ConfigError, UnknownHostError) as error:
            raise UnusableError(str(error).splitlines()) from None
        except KeyFileError as error:
            raise UnusableError([f"rendezvous.key_file: {error}"]) from None

    def took(self, loaded: Loaded) -> None:
        """Keep it. That it cannot be kept costs nothing but a start from it."""
        folder = state_folder(loaded.setup.config)
        content = {"version": 1, "file": str(self._place), "at": self._now(), "text": loaded.text}
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            put(folder / FILE_NAME, json.dumps(content).encode())
        except OSError as error:
            why = error.strerror or str(error)
            log.warning("the last good configuration cannot be kept", extra={"fields": {"folder": folder, "why": why}})
        self._told(loaded.setup.config)

    def last_good(self) -> LastGood | None:
        """The configuration of this file that was last in force here; None: there is none.

        Raises UnusableError where others may have written it: they would decide what this agent does.
        """
        try:
            found = json.loads(_own_octets(self._folder() / FILE_NAME, MOST))
        except (OSError, ValueError, RecursionError):
            return None
        match found:
            case {"version": 1, "file": str(place), "at": float(at), "text": str(text)} if isfinite(at):
                return LastGood(text, at) if place == str(self._place) else None
        return None

    @property
    def unkept(self) -> list[str]:
        """Why there is no last good one, where that is not plain: a line, or none."""
        if self._place.is_file():
            return []
        place = self._folder() / FILE_NAME
        return [f"{place}: no last good configuration of it; if its state_dir said another folder, nothing tells which"]

    def _folder(self) -> Path:
        """Of a file that may be bad: the folder that it names, if it can be made out, or this platform's."""
        try:
            named = _state_dir(octets(self._place, MAX_BYTES).decode("utf-8-sig", "replace"))
        except (OSError, ValueError):
            named = None
        return self._place.parent / named if named else default_state_folder()


def _web(config: Config) -> Settings:
    """What `web.config_file`, or systemd's credential, says. Raises UnusableError."""
    try:
        return read_web(credential(WEB, os.environ) or config.web.config_file)
    except ConfigError as error:
        raise UnusableError([f"web.config_file: {line}" for line in str(error).splitlines()]) from None


def _state_dir(text: str) -> str | None:
    """What a configuration names, also where the rest of it is no YAML."""
    try:
        data = read_yaml(text).data
    except UnreadableError:
        found = STATE_DIR.search(text)
        named = next(filter(None, found.groups()), None) if found else None
        return None if named is None or NULL.fullmatch(named) else named
    named = data.get("state_dir") if isinstance(data, dict) else None
    return named if isinstance(named, str) else None


def _own_octets(path: Path, most: int) -> bytes:
    """Of a file that nobody else can read or change. OSError; raises UnusableError, too."""
    handle, exposed = opened(path)
    found = octets_of(handle, most)
    if exposed:
        raise UnusableError([f"{path}: {exposed}"])
    return found
