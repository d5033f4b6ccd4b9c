"""Killed in the middle of a write: who reads finds the old text or the new one, whole, and nothing piles up."""

import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.ground.files import LONG_DEAD, UNFINISHED, clear_away, replace
from agent.local.local import read
from agent.rendezvous.keyfile import read_keys
from agent.rendezvous.keywriter import make, new_key
from agent.store.store import Store
from agent.term.origin import FileOrigin

ROOT = Path(__file__).parents[2]
KILLS = 15  # of each writer
LINE = re.compile(r"(\d+) (x*) \1\n")

# Each writes as fast as it can, through what the agent and its commands write with, after a word that it is ready.
HEAD = """
import os, sys, time, itertools
from pathlib import Path
folder, first = Path(sys.argv[1]), int(sys.argv[2])
numbers = itertools.count(first)
def ready(number):
    if number == first:
        os.write(1, b"ready")
"""
WRITERS = {
    "state": """
from agent.store.store import Store
store = Store(folder, "test", print)
for number in numbers:
    store.save("range", {"number": number, "more": "x" * (number % 3000), "again": number})
    ready(number)
""",
    "agent.json": """
from agent.local.local import Local
for number in numbers:
    Local(folder, print).write([f"http://127.0.0.1:{each}" for each in range(1000, 1000 + number % 60)] + ["http://[::1]:1"])
    ready(number)
""",
    "last-good": """
from agent.term.origin import FileOrigin
site = (folder / "ssoreach.yaml").read_text()
origin = FileOrigin(folder / "ssoreach.yaml", "BTS01", time.time)
for number in numbers:
    origin.took(origin.understand(site + "# " + "x" * (number % 3000) + " end"))
    ready(number)
""",
    "output": """
from agent.cli.output import save
for number in numbers:
    save(folder / "ssoreach.prom", f"{number} {'x' * (number % 3000)} {number}\\n")
    ready(number)
""",
    "key": """
from agent.rendezvous.keyfile import read_keys
from agent.rendezvous.keywriter import make, new_key, rewrite
path = folder / "key"
if not path.exists():
    make(path, [new_key()])
for number in numbers:
    rewrite(path, [new_key() for _ in range(1 + number % 4)])
    ready(number)
""",
    "new key": """
from agent.rendezvous.keywriter import make, new_key
path = folder / "key"
for number in numbers:
    path.unlink(missing_ok=True)
    make(path, [new_key()])
    ready(number)
""",
}
SITE = """\
site: test
state_dir: .
hosts:
  - {name: BTS01, role: processing, address: 127.0.0.1}
  - {name: MSS, role: master-secret, address: 127.0.0.9}
"""


def state_is_whole(folder: Path) -> None:
    said: list[str] = []
    found = Store(folder, "test", said.append).load("range")
    assert said == []
    assert found["number"] == found["again"]


def whereabouts_are_whole(folder: Path) -> None:
    assert "http://[::1]:1" in read(folder / "agent.json").urls


def last_good_is_whole(folder: Path) -> None:
    found = FileOrigin(folder / "ssoreach.yaml", "BTS01", time.time).last_good()
    assert found is not None
    assert found.text.endswith(" end")


def output_is_whole(folder: Path) -> None:
    assert LINE.fullmatch((folder / "ssoreach.prom").read_text())


def key_is_whole(folder: Path) -> None:
    assert len(read_keys(folder / "key")) in range(1, 5)


def key_is_whole_or_none(folder: Path) -> None:
    if (folder / "key").exists():
        assert len(read_keys(folder / "key")) == 1


WHOLE: dict[str, Callable[[Path], None]] = {
    "state": state_is_whole,
    "agent.json": whereabouts_are_whole,
    "last-good": last_good_is_whole,
    "output": output_is_whole,
    "key": key_is_whole,
    "new key": key_is_whole_or_none,
}


def unfinished(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name.endswith(UNFINISHED)]


def kill_one(name: str, folder: Path, number: int, chance: random.Random) -> None:
    """Some time after its first write: in a writer that does nothing else that is, as a rule, in the middle of one."""
    argv = [sys.executable, "-c", HEAD + WRITERS[name], str(folder), str(number * 100_000)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, cwd=ROOT) as writer:
        assert writer.stdout
        assert writer.stdout.read(5) == b"ready"
        until = time.perf_counter() + chance.random() * 0.02
        while time.perf_counter() < until:
            pass
        writer.kill()


@pytest.mark.parametrize("name", WRITERS)
def test_whoever_reads_after_a_kill_finds_a_whole_file_and_nothing_piles_up(name: str, tmp_path: Path) -> None:
    (tmp_path / "ssoreach.yaml").write_text(SITE)
    chance = random.Random(name)
    left = 0
    for number in range(KILLS):
        kill_one(name, tmp_path, number, chance)
        WHOLE[name](tmp_path)
        begun = unfinished(tmp_path)
        assert len(begun) <= 1  # older ones went with the first write of the next
        left += len(begun)
        for path in begun:
            os.utime(path, (0, time.time() - LONG_DEAD - 1))
    assert left, "no kill came in the middle of a write"


def test_only_what_was_begun_for_that_very_file_goes(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    ours = tmp_path / f".state.json.0a1b2c3d{UNFINISHED}"
    fresh = tmp_path / f".state.json.00000000{UNFINISHED}"
    others = [
        tmp_path / name
        for name in (
            f".other.json.0a1b2c3d{UNFINISHED}",
            f".state.json.0a1b2c3d4{UNFINISHED}",
            f".state.json.0A1B2C3D{UNFINISHED}",
            f"state.json.0a1b2c3d{UNFINISHED}",
            f".stateXjson.0a1b2c3d{UNFINISHED}",
            ".state.json.20260101",
            ".state.json.0a1b2c3d",
        )
    ]
    folder = tmp_path / f".state.json.aaaaaaaa{UNFINISHED}"
    folder.mkdir()
    for each in (ours, fresh, *others):
        each.write_text("")
    for each in (ours, folder, *others):
        os.utime(each, (0, 0))
    replace(path, b"x")
    assert sorted(tmp_path.iterdir()) == sorted([path, fresh, folder, *others])


if sys.platform != "win32":

    def test_a_link_of_that_name_is_no_file_of_ours(tmp_path: Path) -> None:
        kept = tmp_path / "kept"
        kept.write_text("")
        link = tmp_path / f".state.json.0a1b2c3d{UNFINISHED}"
        link.symlink_to(kept)
        os.utime(link, (0, 0), follow_symlinks=False)
        os.utime(kept, (0, 0))
        clear_away(tmp_path / "state.json")
        assert (link.is_symlink(), kept.exists()) == (True, True)


def test_where_there_is_no_folder_there_is_nothing_to_clear(tmp_path: Path) -> None:
    clear_away(tmp_path / "missing" / "state.json")


def test_of_two_who_make_a_key_one_is_told_that_it_is_there(tmp_path: Path) -> None:
    path = tmp_path / "key"
    make(path, [new_key()])
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        make(path, [new_key()])
    assert (path.read_bytes(), list(tmp_path.iterdir())) == (before, [path])
