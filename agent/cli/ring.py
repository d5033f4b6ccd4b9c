"""The site's key, for a command. Whatever is wrong with it ends the command: one line, exit 2."""

import os
import sys
from pathlib import Path

from agent.cli.usage import wrong
from agent.config.model import Config
from agent.rendezvous.keyfile import KeyFileError, find_key, load_ring
from probes.wire.rendezvous.keys import Ring


def ring(config: Config) -> Ring | None:
    """None: there is none, by the configuration."""
    place = find_key(config, os.environ)
    try:
        return None if place is None else load_ring(place.path, unchecked=place.unchecked)
    except KeyFileError as error:
        wrong(f"rendezvous.key_file: {error}")


def what_is_wrong_with_key(config: Config) -> list[str]:
    """On this machine; the configuration itself is the same on every host, and may be good all the same."""
    place = find_key(config, os.environ)
    try:
        if place is not None:
            load_ring(place.path, unchecked=place.unchecked)
    except KeyFileError as error:
        return [f"rendezvous.key_file: {error}"]
    return []


def ring_of_person(config: Config, *, needed: bool) -> Ring | None:
    """For somebody who may not be allowed to read it: then one end alone has to do, unless it is `needed`."""
    place = find_key(config, os.environ)
    if place is None and needed:
        wrong("--both: the file names no rendezvous.key_file, and without a key no agent answers; see: probe key")
    if place is not None and not needed and _is_barred(place.path):
        print(f"{place.path}: not yours to read, so ranges are judged from this end alone", file=sys.stderr)
        return None
    return ring(config)


def _is_barred(path: Path) -> bool:
    try:
        path.stat()
    except PermissionError:
        return True
    except OSError:
        return False
    return not os.access(path, os.R_OK)
