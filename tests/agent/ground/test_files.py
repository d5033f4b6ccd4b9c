"""Files that are written in one step, or not at all; and files that are read without waiting for what is none."""

import contextlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.ground.files import UNFINISHED, octets, octets_of, replace

OLD, NEW = b"old", b"new" * 100_000

posix = pytest.mark.skipif(os.name == "nt", reason="modes and links are otherwise on Windows")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "file.prom"
    path.write_bytes(OLD)
    return path


def test_the_new_text_takes_the_place_of_the_old_one(path: Path) -> None:
    replace(path, NEW)
    assert path.read_bytes() == NEW
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_was_not_there_is_made(tmp_path: Path) -> None:
    replace(tmp_path / "file", b"")
    assert (tmp_path / "file").read_bytes() == b""


def test_who_has_it_open_goes_on_reading_the_old_text(path: Path) -> None:
    with path.open("rb") as file:
        replace(path, NEW)
        assert file.read() == OLD


def fail(*_: object, **__: object) -> None:
    raise OSError(5, "Input/output error")


def interrupt(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("step", [(os, "fsync"), pytest.param((os, "fchmod"), marks=posix), (Path, "replace")])
@pytest.mark.parametrize(("how", "raised"), [(fail, OSError), (interrupt, KeyboardInterrupt)])
def test_whatever_fails_the_old_text_stands_and_nothing_is_left_beside_it(
    path: Path,
    step: tuple[object, str],
    how: Callable[..., None],
    raised: type[BaseException],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(*step, how)
        with pytest.raises(raised):
            replace(path, NEW, for_others=True)
    assert path.read_bytes() == OLD
    assert list(path.parent.iterdir()) == [path]


def test_it_is_on_the_disk_before_it_takes_the_place(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a power cut leaves an empty file under the good name."""
    seen: list[bytes] = []

    def synced(handle: int) -> None:
        seen.append(path.read_bytes())
        assert os.fstat(handle).st_size == len(b"new")

    monkeypatch.setattr(os, "fsync", synced)
    replace(path, b"new")
    assert seen == [OLD]


@pytest.mark.parametrize("parts", ["missing/file", "file.prom/file"])
def test_where_there_is_no_folder_nothing_is_written(path: Path, parts: str) -> None:
    with pytest.raises(OSError):  # noqa: PT011 - of whichever kind
        replace(path.parent / parts, NEW)
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_in_its_place_stays(path: Path) -> None:
    folder = path.with_name("folder")
    folder.mkdir()
    with pytest.raises(OSError):  # noqa: PT011 - of whichever kind
        replace(folder, NEW)
    assert folder.is_dir()
    assert sorted(path.parent.iterdir()) == [path, folder]


@posix
@pytest.mark.parametrize("form", ["for_others", "like"])
def test_a_link_that_is_put_in_the_place_of_the_unfinished_file_opens_nothing_to_anybody(
    path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As whoever may write in the folder can do; root would let everybody read what the link leads to."""
    secret = path.with_name("secret")
    secret.write_bytes(b"secret")
    secret.chmod(0o600)
    synced = os.fsync

    def swapped(handle: int) -> None:
        synced(handle)
        (new,) = path.parent.glob(f"*{UNFINISHED}")
        new.unlink()
        new.symlink_to(secret)

    monkeypatch.setattr(os, "fsync", swapped)
    path.chmod(0o644)
    replace(path, NEW, **{form: True if form == "for_others" else path.stat()})  # type: ignore[arg-type]
    assert secret.stat().st_mode & 0o777 == 0o600


@posix
def test_it_can_be_like_another_one(path: Path) -> None:
    path.chmod(0o640)
    replace(path, NEW, like=path.stat())
    assert path.stat().st_mode & 0o777 == 0o640


@posix
def test_a_link_gives_way_and_what_it_points_to_is_left_alone(path: Path) -> None:
    link = path.with_name("link")
    link.symlink_to(path)
    replace(link, NEW)
    assert not link.is_symlink()
    assert (link.read_bytes(), path.read_bytes()) == (NEW, OLD)


@posix
@pytest.mark.parametrize(("for_others", "mode"), [(False, 0o600), (True, 0o644)])
@pytest.mark.parametrize("before", [0o600, 0o666])
def test_who_may_read_it_does_not_depend_on_what_was_there(
    path: Path, for_others: bool, mode: int, before: int
) -> None:
    path.chmod(before)
    replace(path, NEW, for_others=for_others)
    assert path.stat().st_mode & 0o777 == mode


@pytest.mark.parametrize(("most", "found"), [(2, OLD), (3, OLD), (4, OLD), (1, b"ol"), (0, b"o")])
def test_of_what_is_too_long_one_octet_more_is_read(path: Path, most: int, found: bytes) -> None:
    assert octets(path, most) == found


def test_a_folder_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match="Is a directory"):
        octets(tmp_path, 1)


@pytest.mark.parametrize("name", ["none", "none/none", "a\0b"])
def test_what_is_not_there_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises((FileNotFoundError, ValueError)):
        octets(tmp_path / name, 1)


if sys.platform != "win32":  # which has no such pipes

    @pytest.mark.parametrize("after_a_look", [False, True])
    def test_a_pipe_keeps_nobody_waiting(tmp_path: Path, after_a_look: bool, monkeypatch: pytest.MonkeyPatch) -> None:
        """Also one that takes the place of a file between the look at it and the opening."""
        pipe, file = tmp_path / "pipe", tmp_path / "file"
        os.mkfifo(pipe)
        file.touch()
        looked = file.stat()
        with monkeypatch.context() as patch:
            if after_a_look:
                patch.setattr(Path, "stat", lambda _: looked)
            with pytest.raises(OSError, match="not a regular file"):
                octets(pipe, 1)


@posix
def test_a_device_has_no_end_and_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", None)
        with pytest.raises(OSError, match="not a regular file"):
            octets(Path("/dev/zero"), 1)


@posix
def test_what_is_handed_over_is_closed_whatever_it_is(path: Path) -> None:
    for of in (path, path.parent):
        handle = os.open(of, os.O_RDONLY)
        with contextlib.suppress(IsADirectoryError):
            assert octets_of(handle, 3) == OLD
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(handle)
