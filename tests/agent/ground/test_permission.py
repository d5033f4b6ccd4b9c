"""Who may read a key file on a POSIX system: judged on what was opened, and never wider while it is written.

Root may give a file away; for anybody else `geteuid` is made to say that it is somebody else's.
"""

import os
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("Windows has access lists, see test_permission_windows", allow_module_level=True)

from agent.ground.permission import create, opened, take_place

NOBODY = 65534
AS_ROOT = os.geteuid() == 0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """As it should be."""
    path = tmp_path / "site.key"
    path.write_text("a key")
    path.chmod(0o600)
    return path


def exposed(path: Path) -> str | None:
    handle, why = opened(path)
    os.close(handle)
    return why


def create_and_close(path: Path) -> None:
    os.close(create(path))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("allowed", [0o600, 0o400, 0o640, 0o440, 0o700, 0o750])
def test_its_owner_and_a_group_may_read_it(file: Path, allowed: int) -> None:
    file.chmod(allowed)
    assert exposed(file) is None


@pytest.mark.parametrize("wide", [0o644, 0o604, 0o602, 0o601, 0o666, 0o777])
def test_nobody_else_may_have_any_right_to_it(file: Path, wide: int) -> None:
    file.chmod(wide)
    assert (
        exposed(file)
        == f"its mode {wide:04o} lets everybody at it; chmod 600, or 640 for the group of a service's account"
    )


@pytest.mark.parametrize("wide", [0o620, 0o660, 0o670])
def test_a_group_may_not_change_it(file: Path, wide: int) -> None:
    file.chmod(wide)
    assert f"its mode {wide:04o} lets its group change it" in (exposed(file) or "")


def belong_to_another(path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """The user whom it belongs to; neither root nor, now, ourselves."""
    if AS_ROOT:
        os.chown(path, NOBODY, -1)
        return NOBODY
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    return os.getuid()


def test_it_may_not_belong_to_another_user(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = belong_to_another(file, monkeypatch)
    assert exposed(file) == f"it belongs to user {owner}, neither to root nor to who runs this; chown it"


def test_it_may_belong_to_who_runs_this(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = belong_to_another(file, monkeypatch)
    monkeypatch.setattr(os, "geteuid", lambda: owner)
    assert exposed(file) is None


def test_it_may_belong_to_root_whoever_runs_this(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.ground.permission_posix.ROOT", file.stat().st_uid)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert exposed(file) is None


@pytest.mark.parametrize(
    ("folder", "fine"), [(0o777, False), (0o703, False), (0o1777, True), (0o775, True), (0o755, True)]
)
def test_nobody_else_may_put_another_file_in_its_place(file: Path, folder: int, fine: bool) -> None:
    file.parent.chmod(folder)
    why = exposed(file)
    assert (why is None) == fine
    assert why is None or f"the mode {folder:04o} of its folder lets everybody put another file in its place" in why


def test_a_folder_that_may_be_passed_and_not_listed_is_enough(file: Path) -> None:
    file.parent.chmod(0o300)
    try:
        assert exposed(file) is None
    finally:
        file.parent.chmod(0o700)


# Links.


def test_what_a_link_leads_to_is_looked_at(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(file)
    assert exposed(link) is None
    file.chmod(0o644)
    assert "0644" in (exposed(link) or "")


@pytest.mark.parametrize(("folder", "fine"), [(0o777, False), (0o700, True)])
def test_the_folder_that_a_link_leads_to_is_looked_at(tmp_path: Path, folder: int, fine: bool) -> None:
    away = tmp_path / "away"
    away.mkdir()
    away.chmod(folder)
    create_and_close(away / "site.key")
    (tmp_path / "second").symlink_to(away / "site.key")
    (tmp_path / "first").symlink_to("second")
    assert (exposed(tmp_path / "first") is None) == fine


@pytest.mark.parametrize("target", ["nowhere", "link"])
def test_a_link_to_nowhere_or_to_itself_is_an_error(tmp_path: Path, target: str) -> None:
    (tmp_path / "link").symlink_to(tmp_path / target)
    with pytest.raises(OSError):  # noqa: PT011 - of whichever kind
        opened(tmp_path / "link")


def test_a_link_that_takes_its_place_after_it_was_looked_up_is_not_followed(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up = os.path.realpath
    other = tmp_path / "other"
    other.write_text("another key")

    def swap(path: Path, *, strict: bool) -> str:
        found = looked_up(path, strict=strict)
        file.unlink()
        file.symlink_to(other)
        return found

    monkeypatch.setattr(os.path, "realpath", swap)
    with pytest.raises(OSError, match="symbolic links"):
        opened(file)


def test_what_was_looked_at_is_what_is_read(file: Path, tmp_path: Path) -> None:
    handle, _ = opened(file)
    file.unlink()
    file.write_text("another key")
    with os.fdopen(handle) as read:
        assert read.read() == "a key"


def test_the_descriptor_of_the_folder_is_closed(file: Path) -> None:
    handle, _ = opened(file)
    os.close(handle)
    again, _ = opened(file)
    os.close(again)
    assert again == handle


# Writing.


@pytest.fixture
def no_umask() -> Iterator[None]:
    """Nothing but the mode that is asked for keeps a new file from others."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("no_umask")
def test_a_new_file_is_its_owner_s_alone_from_the_first_moment(tmp_path: Path) -> None:
    handle = create(tmp_path / "new")
    assert stat.S_IMODE(os.fstat(handle).st_mode) == 0o600
    os.write(handle, b"a key")
    os.close(handle)
    assert (tmp_path / "new").read_bytes() == b"a key"


def folder(path: Path) -> None:
    path.mkdir()


def link_to_nowhere(path: Path) -> None:
    path.symlink_to(path.with_name("nowhere"))


@pytest.mark.parametrize("there", [Path.touch, folder, link_to_nowhere])
def test_nothing_that_is_there_is_written_to(tmp_path: Path, there: Callable[[Path], None]) -> None:
    there(tmp_path / "new")
    with pytest.raises(FileExistsError):
        create(tmp_path / "new")
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("kept", [0o600, 0o640, 0o400])
def test_what_takes_the_place_of_a_file_gets_its_group_and_mode(file: Path, kept: int) -> None:
    group = NOBODY if AS_ROOT else os.getgid()
    os.chown(file, -1, group)
    file.chmod(kept)
    new = file.with_name("new")
    create_and_close(new)
    take_place(new, file)
    assert (file.read_bytes(), file.stat().st_gid, mode(file)) == (b"", group, kept)
    assert not new.exists()


def test_a_group_is_let_in_only_when_it_is_the_right_one(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.chmod(0o640)
    new = file.with_name("new")
    create_and_close(new)
    seen: list[int] = []
    chown = os.fchown

    def watched(handle: int, user: int, group: int) -> None:
        seen.append(mode(new))
        chown(handle, user, group)
        seen.append(mode(new))

    monkeypatch.setattr(os, "fchown", watched)
    take_place(new, file)
    assert seen == [0o600, 0o600]
    assert mode(file) == 0o640


def test_what_was_too_wide_is_not_kept(file: Path) -> None:
    file.chmod(0o666)
    new = file.with_name("new")
    create_and_close(new)
    take_place(new, file)
    assert mode(file) == 0o640
