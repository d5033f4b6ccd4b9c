"""The configuration is taken away, or becomes something else, while an agent runs: it runs on, and says why."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.agent.term.running import database, door, running

HUGE = (1 << 20) + 1  # octets: one more than is read of a configuration


def folder_in_its_place(file: Path) -> None:
    file.unlink()
    file.mkdir()


def folder_removed(file: Path) -> None:
    shutil.rmtree(file.parent)


def huge(file: Path) -> None:
    """Only its length is: it takes no room."""
    file.write_text("site: contoso\n")
    os.truncate(file, HUGE)


def link_to_itself(file: Path) -> None:
    file.unlink()
    file.symlink_to(file.name)


def link_to_nowhere(file: Path) -> None:
    file.unlink()
    file.symlink_to("missing.yaml")


def no_text(file: Path) -> None:
    file.write_bytes(b"\xff\xfe\x00\x80" * 100)


SPOILT: dict[str, tuple[Callable[[Path], object], str]] = {
    "removed": (Path.unlink, "cannot be read: No such file"),
    "folder removed": (folder_removed, "cannot be read: No such file"),
    "a folder in its place": (folder_in_its_place, "cannot be read: "),
    "huge": (huge, "larger than 1 MiB"),
    "no text": (no_text, "not UTF-8"),
    "empty": (lambda file: file.write_bytes(b""), "the file is empty"),
}

if sys.platform != "win32":

    def pipe(file: Path) -> None:
        file.unlink()
        os.mkfifo(file)

    SPOILT |= {
        "a pipe in its place": (pipe, "not a regular file"),
        "a link to itself": (link_to_itself, "cannot be read: "),
        "a link to nowhere": (link_to_nowhere, "cannot be read: No such file"),
    }


@pytest.mark.parametrize("how", SPOILT)
async def test_it_runs_on_refuses_it_in_words_and_takes_the_file_when_it_is_back(tmp_path: Path, how: str) -> None:
    spoil, said = SPOILT[how]
    folder = tmp_path / "etc"
    folder.mkdir()
    async with door() as at, running(folder, database("ONE", at)) as it:
        await it.until(lambda: it.verdict("ONE") == "reachable")
        digest = it.agent._term.setup.config.sha256
        spoil(it.file)
        (mistake,) = await it.agent.reload()
        assert said in mistake
        assert str(it.file) in mistake
        assert it.value("config_last_reload_successful") == 0
        assert it.agent._term.setup.config.sha256 == digest
        assert it.verdict("ONE") == "reachable"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        assert await it.reloads(database("ONE", at), database("TWO", at)) == []
        assert it.value("config_last_reload_successful") == 1
        # The door may hear of a caller after the caller has heard that it is open.
        await it.until(lambda: it.verdict("TWO") == "reachable" and len(at.came) >= 2)
        assert len(at.came) == 2
