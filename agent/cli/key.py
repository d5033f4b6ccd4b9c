"""`probe key`: a new key for the site, and the three steps of its rotation. What it says is talk, not data."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from agent.cli.usage import wrong
from agent.config.find import platform_place
from agent.ground.text import plain
from agent.rendezvous.keyfile import LONGEST_PATH, MOST_KEYS, KeyFileError, read_keys
from agent.rendezvous.keywriter import make, new_key, rewrite

USED = 'ssoreach_rendezvous_key_used_total{key="previous"}'
AGAIN = "Copy the file to every host of the site again, and restart the agents."


def write_key(path: Path, steps: list[str]) -> None:
    """A new file, or the one step of `STEPS` that was asked for. A mistake ends the command with 2."""
    if len(steps) > 1:
        wrong(f"--{steps[0]} and --{steps[1]} exclude each other: one step of the rotation at a time")
    do = STEPS[steps[0]] if steps else _make
    shown = plain(str(path), LONGEST_PATH)
    try:
        said = do(path)
    except KeyFileError as error:
        wrong(str(error))
    except FileExistsError:
        wrong(f"{shown}: is there already, and was left as it is; --add puts a new key into it")
    except OSError as error:
        wrong(f"{shown}: cannot be written: {error.strerror or error}")
    print(f"{shown}: {said}", file=sys.stderr)


def _make(path: Path) -> str:
    make(path, [new_key()])
    name = plain(named(path, platform_place(os.environ, sys.platform).parent)).replace("'", "''")
    return (
        "a new key, which only its owner may read. Whoever has it can speak for every host of the site.\n"
        "Copy the file to every host over a safe way, beside its configuration file, and write into that:\n"
        f"rendezvous: {{key_file: '{name}'}}"
    )


def named(path: Path, folder: Path) -> str:
    """As a configuration in that folder has it; of a key elsewhere, whose configuration is not known, only the name."""
    there = path.absolute()
    return there.relative_to(folder).as_posix() if there.is_relative_to(folder) else path.name


def _add(path: Path) -> str:
    keys = read_keys(path)
    if len(keys) >= MOST_KEYS:
        raise KeyFileError(path, f"has {len(keys)} keys, and more are not read; --retire keeps the first one alone")
    rewrite(path, [*keys, new_key()])
    return f"a new key at the end, which only verifies: step 1 of 3. {AGAIN} Then: --promote"


def _promote(path: Path) -> str:
    keys = read_keys(path)
    if len(keys) == 1:
        raise KeyFileError(path, "has one key, and that one signs; --add puts a new one behind it")
    rewrite(path, [keys[-1], *keys[:-1]])
    return (
        f"the last key is the first one now, and signs; the others verify: step 2 of 3. {AGAIN}\n"
        f"Where {USED} grows, a host still signs with an old key. When it stands still everywhere: --retire"
    )


def _retire(path: Path) -> str:
    keys = read_keys(path)
    if len(keys) == 1:
        raise KeyFileError(path, "has one key, and that one signs; there is none to retire")
    rewrite(path, keys[:1])
    return f"only the first key is left: step 3 of 3. {AGAIN}"


STEPS: dict[str, Callable[[Path], str]] = {"add": _add, "promote": _promote, "retire": _retire}
