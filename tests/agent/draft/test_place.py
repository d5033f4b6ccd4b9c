"""Where the file goes, and what happens to one that is there."""

import os
import sys
from pathlib import Path

import pytest

from agent.config.find import platform_place
from agent.draft import place
from agent.draft.place import is_taken, make_folder, write_new, write_over
from agent.ground.files import replace

TEXT = "site: contoso\n# Grüße\n"
WRITTEN = TEXT.replace("\n", os.linesep).encode()

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has access lists instead of modes")


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_new_file(tmp_path: Path) -> None:
    path = tmp_path / "ssoreach.yaml"
    write_new(path, TEXT)
    assert path.read_bytes() == WRITTEN
    assert list(tmp_path.iterdir()) == [path]


@posix
def test_others_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "ssoreach.yaml"
    write_new(path, TEXT)
    assert mode(path) == 0o644


def test_one_that_is_there_stays(tmp_path: Path) -> None:
    path = tmp_path / "ssoreach.yaml"
    path.write_text("old")
    with pytest.raises(FileExistsError):
        write_new(path, TEXT)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@posix
def test_a_link_that_leads_nowhere_is_there(tmp_path: Path) -> None:
    path = tmp_path / "ssoreach.yaml"
    path.symlink_to(tmp_path / "nowhere")
    assert is_taken(path)
    with pytest.raises(FileExistsError):
        write_new(path, TEXT)
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_nothing_is_left_behind_of_what_did_not_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(place, "replace", refuse)
    new, there = tmp_path / "new.yaml", tmp_path / "there.yaml"
    there.write_text("old")
    with pytest.raises(type(error)):
        write_new(new, TEXT)
    with pytest.raises(type(error)):
        write_over(there, TEXT)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("there.yaml", "old")]


def test_the_old_one_is_kept_beside_the_new_one_and_so_is_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "ssoreach.yaml"
    path.write_text("first")
    assert write_over(path, TEXT).name == "ssoreach.yaml.old"
    assert path.read_bytes() == WRITTEN
    assert write_over(path, "third").name == "ssoreach.yaml.old1"
    assert (tmp_path / "ssoreach.yaml.old").read_text() == "first"
    assert (tmp_path / "ssoreach.yaml.old1").read_bytes() == WRITTEN
    assert len(list(tmp_path.iterdir())) == 3


@posix
def test_who_may_not_read_the_old_one_may_not_read_its_copy_nor_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "ssoreach.yaml"
    path.write_text("first")
    path.chmod(0o640)
    old = write_over(path, TEXT)
    assert (mode(old), mode(path)) == (0o640, 0o640)


@posix
def test_whoever_puts_a_link_there_meanwhile_is_given_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root would give what it leads to, away: the owner and the mode are set before the file takes its place."""
    secret, path = tmp_path / "secret", tmp_path / "ssoreach.yaml"
    secret.write_text("secret")
    secret.chmod(0o600)
    path.write_text("first")
    path.chmod(0o644)

    def swapped(real: Path, text: bytes, **how: object) -> None:
        replace(real, text, **how)  # type: ignore[arg-type]
        real.unlink()
        real.symlink_to(secret)

    monkeypatch.setattr(place, "replace", swapped)
    write_over(path, TEXT)
    assert mode(secret) == 0o600


def test_there_is_an_end_to_what_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "MOST_KEPT", 2)
    path = tmp_path / "ssoreach.yaml"
    path.write_text("0")
    write_over(path, "1")
    write_over(path, "2")
    with pytest.raises(FileExistsError, match="2 old ones"):
        write_over(path, "3")
    assert path.read_text() == "2"


def test_the_variable_says_where(tmp_path: Path) -> None:
    assert place.place({"SSOREACH_CONFIG": str(tmp_path / "a.yaml")}) == tmp_path / "a.yaml"


@pytest.mark.parametrize(("can", "name"), [(True, "ssoreach"), (False, "")])
def test_where_the_platform_s_place_cannot_be_written_it_is_the_current_folder(
    monkeypatch: pytest.MonkeyPatch, can: bool, name: str
) -> None:
    monkeypatch.setattr(place, "_can_write", lambda _: can)
    found = place.place({})
    assert found == (platform_place({}, sys.platform) if can else Path("ssoreach.yaml"))
    assert found.parent.name == name


@posix
def test_a_folder_can_be_written_or_made(tmp_path: Path) -> None:
    assert place._can_write(tmp_path)
    assert place._can_write(tmp_path / "ssoreach")
    assert not place._can_write(tmp_path / "neither" / "ssoreach")


def test_only_the_platform_s_folder_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = tmp_path / "ssoreach" / "ssoreach.yaml"
    assert not make_folder(there, {})
    assert not there.parent.exists()
    monkeypatch.setattr(place, "platform_place", lambda *_: there)
    assert make_folder(there, {})
    assert not make_folder(there, {})
    assert there.parent.is_dir()
