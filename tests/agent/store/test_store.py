"""What outlives a restart, and what happens to files that cannot be read, understood or written."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.store.store import VERSION, Store, default_folder

CONTENT = {"ports": ["5000-5020"], "seen": 7, "name": "Zoë"}


class Site:
    """Its store, and what was said about its files."""

    def __init__(self, folder: Path, name: str = "contoso") -> None:
        self.folder = folder
        self.said: list[str] = []
        self.store = Store(folder, name, self.said.append)

    @property
    def file(self) -> Path:
        return self.folder / "ranges.json"

    def load(self) -> dict[str, object]:
        return dict(self.store.load("ranges"))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "state")


def test_what_is_saved_is_loaded(site: Site) -> None:
    site.store.save("ranges", CONTENT)
    assert site.load() == CONTENT
    assert Site(site.folder).load() == CONTENT
    assert site.said == []


def test_nothing_is_known_before_the_first_time(site: Site) -> None:
    assert site.load() == {}
    assert site.said == []


def test_each_kind_of_thing_has_a_file_of_its_own(site: Site) -> None:
    site.store.save("ranges", CONTENT)
    site.store.save("sso", {"state": "normal"})
    assert sorted(path.name for path in site.folder.iterdir()) == ["ranges.json", "sso.json"]
    assert (site.load(), site.store.load("sso")) == (CONTENT, {"state": "normal"})


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_it_is_nobody_elses_business(site: Site) -> None:
    site.store.save("ranges", CONTENT)
    assert site.folder.stat().st_mode & 0o077 == 0
    assert site.file.stat().st_mode & 0o077 == 0


def state_file(**changes: object) -> bytes:
    return json.dumps({"version": VERSION, "site": "contoso", "content": CONTENT, **changes}).encode()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "Expecting value"),
        (b"\0\0\0\0", "Expecting value"),
        (b"{", "Expecting property name"),
        (b"\xff{}", "can't decode"),
        (state_file()[:-9], "Unterminated"),
        (b"[]", "not a state file"),
        (b"null", "not a state file"),
        (b"{}", "not a state file"),
        (state_file(version="1"), "not a state file"),
        (state_file(content=[1]), "not a state file"),
        (state_file(version=VERSION + 1), "of version 2, not 1"),
        (state_file(site="fabrikam"), "of another site"),
        (b"[" * 200_000, "recursion"),
    ],
)
def test_what_cannot_be_understood_is_set_aside_and_said(site: Site, text: bytes, says: str) -> None:
    site.folder.mkdir()
    site.file.write_bytes(text)
    assert site.load() == {}
    (said,) = site.said
    assert says in said
    assert "set aside as ranges.damaged, begun anew" in said
    assert site.file.with_suffix(".damaged").read_bytes() == text
    assert not site.file.exists()


def test_after_that_it_begins_anew(site: Site) -> None:
    site.folder.mkdir()
    site.file.write_bytes(b"{")
    site.load()
    assert site.load() == {}
    site.store.save("ranges", CONTENT)
    assert site.load() == CONTENT
    assert len(site.said) == 1
    assert site.file.with_suffix(".damaged").read_bytes() == b"{"


def test_who_understands_the_content_may_set_it_aside_too(site: Site) -> None:
    site.store.save("ranges", CONTENT)
    site.store.set_aside("ranges", "a port in a state that there is not")
    assert site.load() == {}
    assert "a port in a state that there is not; set aside" in site.said[0]


def test_a_file_that_is_far_too_long_is_not_read_to_its_end(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.store.store.MOST", 100)
    site.store.save("ranges", {"long": "x" * 100})
    assert site.load() == {}
    assert "too long" in site.said[0]


def test_a_file_as_long_as_allowed_is_read(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.store.save("ranges", CONTENT)
    monkeypatch.setattr("agent.store.store.MOST", site.file.stat().st_size)
    assert site.load() == CONTENT


# Folders and files that get in the way.


def folder_is_a_file(site: Site) -> None:
    site.folder.write_text("in the way")


def parent_is_a_file(site: Site) -> None:
    site.folder = site.folder / "deeper"
    site.folder.parent.write_text("in the way")
    site.store = Store(site.folder, "contoso", site.said.append)


def file_is_a_folder(site: Site) -> None:
    site.file.mkdir(parents=True)
    (site.file / "something").touch()


@pytest.mark.parametrize("obstacle", [folder_is_a_file, parent_is_a_file, file_is_a_folder])
def test_what_cannot_be_written_is_said_once_and_goes_on(site: Site, obstacle: Callable[[Site], None]) -> None:
    obstacle(site)
    for _ in range(3):
        site.store.save("ranges", CONTENT)
    (said,) = site.said
    assert "cannot be written" in said
    assert "a restart will forget it" in said


@pytest.mark.parametrize("obstacle", [folder_is_a_file, parent_is_a_file, file_is_a_folder])
def test_what_cannot_be_read_is_said_once_and_goes_on(site: Site, obstacle: Callable[[Site], None]) -> None:
    obstacle(site)
    for _ in range(3):
        assert site.load() == {}
    (said,) = site.said
    assert "cannot be read" in said


def test_it_is_said_again_if_it_was_possible_in_between(site: Site) -> None:
    for _ in range(2):
        site.folder.write_text("in the way")
        site.store.save("ranges", CONTENT)
        site.store.save("ranges", CONTENT)
        site.folder.unlink()
        site.store.save("ranges", CONTENT)
        assert site.load() == CONTENT
        site.file.unlink()
        site.folder.rmdir()
    assert len(site.said) == 2


def test_one_file_that_cannot_be_written_is_not_said_again_because_another_can(site: Site) -> None:
    file_is_a_folder(site)
    for _ in range(3):
        site.store.save("ranges", CONTENT)
        site.store.save("sso", CONTENT)
    assert len(site.said) == 1


def test_what_cannot_even_be_set_aside_is_said(site: Site) -> None:
    site.folder.mkdir()
    site.file.write_bytes(b"{")
    aside = site.file.with_suffix(".damaged")
    aside.mkdir()
    (aside / "something").touch()
    for _ in range(3):
        assert site.load() == {}
    (said,) = site.said
    assert "cannot be set aside" in said
    assert site.file.read_bytes() == b"{"


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_link_is_replaced_and_what_it_points_to_is_left_alone(site: Site, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("not ours")
    site.folder.mkdir()
    site.file.symlink_to(other)
    site.store.save("ranges", CONTENT)
    assert not site.file.is_symlink()
    assert site.load() == CONTENT
    assert other.read_text() == "not ours"


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_link_to_nowhere_is_no_file(site: Site) -> None:
    site.folder.mkdir()
    site.file.symlink_to(site.folder / "nowhere")
    assert site.load() == {}
    assert site.said == []


def test_a_write_that_fails_leaves_what_was_there(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    site.store.save("ranges", CONTENT)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        site.store.save("ranges", {"newer": True})
    assert "No space left on device" in site.said[0]
    assert site.load() == CONTENT
    assert [path.name for path in site.folder.iterdir()] == ["ranges.json"]


# Of a person beside the agent, whose files these are.


def of_person(site: Site, name: str = "contoso") -> Store:
    return Store(site.folder, name, site.said.append, of_person=True)


def test_a_person_reads_what_the_agent_wrote(site: Site) -> None:
    site.store.save("ranges", CONTENT)
    assert of_person(site).load("ranges") == CONTENT
    assert site.said == []


@pytest.mark.parametrize("text", [b"", b"{", state_file(version=VERSION + 1), state_file(site="fabrikam")])
def test_a_person_leaves_alone_what_is_not_understood_and_is_told_once(site: Site, text: bytes) -> None:
    site.folder.mkdir()
    site.file.write_bytes(text)
    store = of_person(site)
    for _ in range(3):
        assert store.load("ranges") == {}
    (said,) = site.said
    assert said.startswith(f"{site.file}: ")
    assert said.endswith("; left alone")
    assert [each.name for each in site.folder.iterdir()] == [site.file.name]
    assert site.file.read_bytes() == text


def test_who_does_not_understand_the_content_leaves_it_alone_for_a_person(site: Site) -> None:
    site.store.save("ranges", CONTENT)
    of_person(site).set_aside("ranges", "of another host")
    assert site.said == [f"{site.file}: of another host; left alone"]
    assert site.load() == CONTENT


def test_a_person_writes_nothing_and_is_not_told_so(site: Site) -> None:
    of_person(site).save("ranges", CONTENT)
    assert not site.folder.exists()
    site.store.save("ranges", CONTENT)
    of_person(site).save("ranges", {"newer": True})
    assert site.load() == CONTENT
    assert site.said == []


@pytest.mark.parametrize("obstacle", [folder_is_a_file, parent_is_a_file, file_is_a_folder])
def test_a_person_is_told_once_what_cannot_be_read(site: Site, obstacle: Callable[[Site], None]) -> None:
    obstacle(site)
    store = of_person(site)
    for _ in range(3):
        assert store.load("ranges") == {}
    (said,) = site.said
    assert "cannot be read" in said


# Where.


@pytest.mark.parametrize(
    ("environ", "platform", "is_root", "folder"),
    [
        ({}, "linux", False, "/home/ada/.local/state/ssoreach"),
        ({"XDG_STATE_HOME": "/data/state"}, "linux", False, "/data/state/ssoreach"),
        ({"XDG_STATE_HOME": ""}, "linux", False, "/home/ada/.local/state/ssoreach"),
        ({}, "linux", True, "/var/lib/ssoreach"),
        ({"XDG_STATE_HOME": "/data/state"}, "linux", True, "/var/lib/ssoreach"),
        ({"STATE_DIRECTORY": "/var/lib/ssoreach-b"}, "linux", True, "/var/lib/ssoreach-b"),
        ({"STATE_DIRECTORY": "/var/lib/one:/var/lib/two"}, "linux", False, "/var/lib/one"),
        ({"STATE_DIRECTORY": ""}, "linux", True, "/var/lib/ssoreach"),
        ({}, "darwin", False, "/home/ada/.local/state/ssoreach"),
        ({}, "win32", False, r"C:\ProgramData/ssoreach/state"),
        ({"ProgramData": "D:/Data"}, "win32", True, "D:/Data/ssoreach/state"),
        ({"STATE_DIRECTORY": "/var/lib/one", "ProgramData": ""}, "win32", False, r"C:\ProgramData/ssoreach/state"),
    ],
)
def test_where_state_is_kept(environ: dict[str, str], platform: str, is_root: bool, folder: str) -> None:
    assert default_folder(environ, Path("/home/ada"), platform=platform, is_root=is_root) == Path(folder)


if sys.platform != "win32":  # which has no such pipes

    def test_a_pipe_in_place_of_a_file_keeps_nobody_waiting(tmp_path: Path) -> None:
        said: list[str] = []
        os.mkfifo(tmp_path / "range.json")
        assert Store(tmp_path, "contoso", said.append).load("range") == {}
        assert "not a regular file" in said[0]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_no_state(tmp_path: Path, number: str) -> None:
    said: list[str] = []
    text = f'{{"version": 1, "site": "contoso", "content": {{"at": {number}}}}}'
    (tmp_path / "range.json").write_text(text)
    assert Store(tmp_path, "contoso", said.append).load("range") == {}
    assert "no number" in said[0]
