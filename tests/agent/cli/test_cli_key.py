"""`probe key` as its users meet it: the file that it leaves, what it says, its exit codes."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.cli.key import named
from agent.rendezvous.keyfile import load_ring

PROBE = (sys.executable, "-m", "agent.cli", "key")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path.cwd()), "PYTHONIOENCODING": "utf-8", "COLUMNS": "100"}
ROTATION = ["--add", "--promote", "--retire"]

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has access lists instead of modes")


@pytest.fixture(autouse=True)
def _no_umask() -> Iterator[None]:
    """Nothing but the command itself keeps what it writes from others."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    tmp_path.chmod(0o700)
    return tmp_path / "site.key"


def key(*argv: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROBE, *map(str, argv)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        cwd=cwd,
        env=ENVIRONMENT,
    )


def done(*argv: str | Path, cwd: Path | None = None) -> str:
    """What it says when all is well; nothing of it is data."""
    ended = key(*argv, cwd=cwd)
    assert (ended.returncode, ended.stdout) == (0, "")
    return ended.stderr


def mistake(*argv: str | Path) -> str:
    """The one line."""
    ended = key(*argv)
    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    return line


def keys(path: Path) -> list[str]:
    return path.read_text(encoding="ascii").splitlines()


def test_a_new_file_has_one_key_and_agents_take_it(file: Path) -> None:
    done(file)
    (line,) = keys(file)
    assert len(line) == 43
    assert len(load_ring(file, unchecked=False)) == 1
    assert list(file.parent.iterdir()) == [file]


@posix
def test_only_its_owner_may_read_it(file: Path) -> None:
    done(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_to_do_with_it_is_said_and_its_content_is_not(file: Path) -> None:
    said = done(file)
    assert "Copy the file to every host over a safe way" in said
    assert "rendezvous: {key_file: 'site.key'}" in said
    assert keys(file)[0] not in said


def test_a_key_below_the_usual_folder_is_named_as_the_configuration_there_has_it(tmp_path: Path) -> None:
    assert named(tmp_path / "keys" / "site.key", tmp_path) == "keys/site.key"
    assert named(tmp_path / "site.key", tmp_path / "elsewhere") == "site.key"


def test_a_file_in_the_current_folder_needs_no_path(tmp_path: Path) -> None:
    assert done("a b.key", cwd=tmp_path).startswith("a b.key: a new key")
    assert len(keys(tmp_path / "a b.key")) == 1


def test_two_files_have_different_keys(file: Path) -> None:
    done(file)
    done(file.with_name("other.key"))
    assert keys(file) != keys(file.with_name("other.key"))


def test_a_rotation_keeps_the_new_key_alone_in_three_steps(file: Path) -> None:
    done(file)
    (old,) = keys(file)
    assert "step 1 of 3" in done(file, "--add")
    first, new = keys(file)
    assert (first, len(new)) == (old, 43)
    said = done(file, "--promote")
    assert "step 2 of 3" in said
    assert 'ssoreach_rendezvous_key_used_total{key="previous"}' in said
    assert keys(file) == [new, old]
    assert "step 3 of 3" in done(file, "--retire")
    assert keys(file) == [new]
    assert not any(each in said for each in (old, new))


def test_the_last_of_several_keys_is_promoted_and_the_others_keep_their_order(file: Path) -> None:
    done(file)
    done(file, "--add")
    done(file, "--add")
    one, two, three = keys(file)
    done(file, "--promote")
    assert keys(file) == [three, one, two]


def test_a_rotated_file_has_keys_alone(file: Path) -> None:
    done(file)
    (old,) = keys(file)
    file.write_bytes(f"\ufeff# ours\r\n\r\n  {old}\r\n".encode())
    done(file, "--add")
    assert (keys(file)[0], len(keys(file))) == (old, 2)


if sys.platform != "win32":  # which keeps its access lists

    @pytest.mark.parametrize("step", ROTATION)
    def test_who_may_read_it_stays_as_it_was(file: Path, step: str) -> None:
        group = 65534 if os.geteuid() == 0 else os.getgid()
        done(file)
        done(file, "--add")
        os.chown(file, -1, group)
        file.chmod(0o640)
        done(file, step)
        found = file.stat()
        assert (stat.S_IMODE(found.st_mode), found.st_gid) == (0o640, group)
        assert list(file.parent.iterdir()) == [file]


@posix
def test_a_link_stays_a_link(file: Path) -> None:
    done(file)
    link = file.with_name("link")
    link.symlink_to(file)
    done(link, "--add")
    assert link.is_symlink()
    assert len(keys(file)) == 2


# Mistakes.


def test_a_file_that_is_there_is_left_as_it_was(file: Path) -> None:
    file.write_text("something")
    assert mistake(file) == f"{file}: is there already, and was left as it is; --add puts a new key into it"
    assert file.read_text() == "something"


@posix
def test_a_link_that_leads_nowhere_is_there_already(file: Path) -> None:
    file.symlink_to(file.with_name("nowhere"))
    assert "is there already" in mistake(file)
    assert not file.exists()


def test_a_folder_that_is_not_there(file: Path) -> None:
    path = file.with_name("missing") / "site.key"
    assert mistake(path).startswith(f"{path}: cannot be written: ")
    assert not path.parent.exists()


@posix
def test_where_others_could_replace_the_file_it_is_not_written(file: Path) -> None:
    file.parent.chmod(0o777)
    assert f"{file}: the mode 0777 of its folder" in mistake(file)
    assert not file.exists()


@pytest.mark.parametrize("step", ROTATION)
def test_what_is_not_there_is_not_rotated(file: Path, step: str) -> None:
    assert mistake(file, step) == f"{file}: cannot be read: No such file or directory"
    assert not file.exists()


@pytest.mark.parametrize("step", ROTATION)
def test_what_is_no_key_file_is_not_rotated(file: Path, step: str) -> None:
    done(file)
    file.write_text("not a key\n")
    assert "line 1: a key of 9 octets; it takes 32" in mistake(file, step)
    assert file.read_text() == "not a key\n"


@pytest.mark.parametrize("step", ROTATION)
def test_a_folder_is_not_rotated(file: Path, step: str) -> None:
    assert mistake(file.parent, step) == f"{file.parent}: cannot be read: it is a folder"


@posix
@pytest.mark.parametrize("step", ROTATION)
def test_what_others_can_read_is_not_rotated(file: Path, step: str) -> None:
    done(file)
    done(file, "--add")
    before = keys(file)
    file.chmod(0o644)
    assert "its mode 0644 lets everybody at it; chmod 600" in mistake(file, step)
    assert keys(file) == before


@pytest.mark.parametrize(
    ("step", "why"), [("--promote", "--add puts a new one behind it"), ("--retire", "none to retire")]
)
def test_one_key_alone_cannot_give_way(file: Path, step: str, why: str) -> None:
    done(file)
    before = keys(file)
    assert why in mistake(file, step)
    assert keys(file) == before


def test_a_fifth_key_is_not_added(file: Path) -> None:
    done(file)
    for _ in range(3):
        done(file, "--add")
    before = keys(file)
    assert "has 4 keys, and more are not read" in mistake(file, "--add")
    assert keys(file) == before


@pytest.mark.parametrize("steps", [ROTATION[:2], ROTATION[1:], ROTATION[::2], ROTATION])
def test_it_is_one_step_at_a_time(file: Path, steps: list[str]) -> None:
    done(file)
    before = keys(file)
    assert f"{steps[0]} and {steps[1]} exclude each other" in mistake(file, *steps)
    assert keys(file) == before


@pytest.mark.parametrize("argv", [[], ["--rotate"], ["one", "two"]])
def test_usage_is_exit_2(argv: list[str]) -> None:
    ended = key(*argv)
    assert (ended.returncode, ended.stdout) == (2, "")


def test_a_name_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    line = mistake(tmp_path / "a\x1b[2Jb" / "site.key")
    assert "\x1b" not in line
    assert r"a\x1b[2Jb" in line


def test_its_help_says_the_steps_and_when_an_old_key_may_go() -> None:
    ended = key("--help")
    text = " ".join(ended.stdout.replace("│", " ").split())
    for word in ("Rotation, step 1", "Step 2", "Step 3", 'ssoreach_rendezvous_key_used_total{key="previous"}'):
        assert word in text
