"""Which places are looked at for who could change what the service runs: all in the folder, and all above it."""

import sys
from pathlib import Path

import pytest

from agent.ground.permission_windows import Grant
from agent.hosting.windows.access import Access
from agent.hosting.windows.places import Open, above, opened, replaceable, within

USERS, SYSTEM = "S-1-5-32-545", "S-1-5-18"
SAFE = Access(SYSTEM, ())
MAKES_THINGS = Access(SYSTEM, (Grant(USERS, 0, 0x6),))  # new files and folders, in a folder
RENAMES = Access(SYSTEM, (Grant(USERS, 0, 0x40),))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "Program Files" / "ssoreach"
    (made / "lib" / "deep").mkdir(parents=True)
    for name in ("ssoreach.exe", "lib/a.dll", "lib/deep/b.pyd"):
        (made / name).touch()
    return made


def test_all_in_a_folder_is_looked_at(folder: Path) -> None:
    names = ["", "lib", "lib/a.dll", "lib/deep", "lib/deep/b.pyd", "ssoreach.exe"]
    assert list(within(folder)) == [folder / name for name in names]


if sys.platform != "win32":  # where making one takes a right, or a setting

    def test_a_link_is_looked_at_and_not_followed(folder: Path) -> None:
        (folder / "round").symlink_to(folder, target_is_directory=True)
        assert folder / "round" in within(folder)
        assert folder / "round" / "lib" not in within(folder)


def test_one_file_that_others_can_change_is_found(folder: Path) -> None:
    bad = folder / "lib" / "deep" / "b.pyd"
    found = opened(within(folder), lambda path: MAKES_THINGS if path == bad else SAFE, ())
    assert list(found) == [Open(bad, (USERS,))]


def test_nothing_is_looked_at_that_nobody_asks_for(folder: Path) -> None:
    """A program has thousands of files; the first that can be changed is enough."""
    looked = []

    def access_of(path: Path) -> Access:
        looked.append(path)
        return MAKES_THINGS

    next(opened(within(folder), access_of, ()))
    assert looked == [folder]


def test_what_goes_meanwhile_is_nobodys(folder: Path) -> None:
    def access_of(path: Path) -> Access:
        if path.name == "a.dll":
            raise FileNotFoundError(path)
        return SAFE

    assert list(opened(within(folder), access_of, ())) == []


@pytest.mark.parametrize(("access", "counts"), [(MAKES_THINGS, False), (RENAMES, True), (SAFE, False)])
def test_above_it_counts_who_could_rename_it_away(folder: Path, access: Access, counts: bool) -> None:
    parent = folder.parent
    found = list(replaceable(folder, lambda path: access if path == parent else SAFE, ()))
    assert found == ([Open(parent, (USERS,))] if counts else [])


def test_up_to_the_drive() -> None:
    assert above(Path("/a/b/c")) == (Path("/a/b"), Path("/a"), Path("/"))
