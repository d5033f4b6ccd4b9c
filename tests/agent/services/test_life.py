"""A process's life: what tells it from any other, and that a zombie has none."""

import os
import sys
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.services import life
from agent.services.life import Life, alive_elsewhere, alive_on_linux, parsed

# After the name: state, parent, group, session, terminal, its group, flags, four of faults, four of time, priority,
# nice, threads, a zero, and start.
REST = b"S 1 42 42 0 -1 4194560 100 0 0 0 5 6 0 0 20 0 1 0 %d 8192000 200 18446744073709551615"

BOOT = "0f0e4c2a-6a2c-4c7e-9d3b-2f1a5b6c7d8e"


def stat(name: bytes = b"ENTSSO", ticks: int = 4711) -> bytes:
    return b"42 (" + name + b") " + REST % ticks + b"\n"


@given(name=st.binary(max_size=40), ticks=st.integers(min_value=0, max_value=2**63))
def test_no_name_hides_the_start(name: bytes, ticks: int) -> None:
    assert parsed(stat(name, ticks)) == (b"S", ticks)


@pytest.mark.parametrize("name", [b"a b", b"(sd-pam)", b") S 1 (", b"x) R 2", b"", b"\n", b")"])
def test_blanks_and_parentheses_are_the_name_s(name: bytes) -> None:
    assert parsed(stat(name)) == (b"S", 4711)


@given(st.binary(max_size=400))
def test_whatever_else_is_refused_in_one_way(text: bytes) -> None:
    try:
        _, ticks = parsed(text)
    except ValueError:
        return
    assert ticks >= 0


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"42 ENTSSO " + REST % 1,
        b"42 (ENTSSO",
        b"42 (ENTSSO)",
        b"42 (ENTSSO) S 1 42",
        b"42 (ENTSSO) " + (REST % 1).replace(b" 0 1 8192000", b" 0 -1 8192000"),
        b"42 (ENTSSO) " + (REST % 1).replace(b" 0 1 8192000", b" 0 1.5 8192000"),
    ],
)
def test_what_is_no_such_line(text: bytes) -> None:
    with pytest.raises(ValueError, match="proc_pid_stat"):
        parsed(text)


@pytest.fixture
def proc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A /proc with one process, 42."""
    boot = tmp_path / "sys/kernel/random"
    boot.mkdir(parents=True)
    (boot / "boot_id").write_text(f"{BOOT}\n")
    (tmp_path / "42").mkdir()
    (tmp_path / "42/stat").write_bytes(stat())
    monkeypatch.setattr(life, "PROC", tmp_path)
    monkeypatch.setattr(life, "TICKS_A_SECOND", 100)
    monkeypatch.setattr(psutil, "boot_time", lambda: 1_800_000_000.0)
    return tmp_path


def test_boot_number_and_ticks_tell_it_from_any_other(proc: Path) -> None:
    assert alive_on_linux(42) == Life(f"{BOOT}/42/4711", 1_800_000_047.11)


def test_a_clock_that_was_set_moves_the_time_for_people_only(proc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "boot_time", lambda: 1_800_003_600.0)
    assert alive_on_linux(42) == Life(f"{BOOT}/42/4711", 1_800_003_647.11)


def test_without_that_time_it_still_lives(proc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> float:
        raise RuntimeError("line 'btime' not found in /proc/stat")

    monkeypatch.setattr(psutil, "boot_time", unknown)
    assert alive_on_linux(42) == Life(f"{BOOT}/42/4711", None)


@pytest.mark.parametrize("state", [b"Z", b"X", b"x"])
def test_what_has_ended_does_not_live(proc: Path, state: bytes) -> None:
    (proc / "42/stat").write_bytes(stat().replace(b") S", b") " + state))
    assert alive_on_linux(42) is None


@pytest.mark.parametrize("state", [b"R", b"D", b"T", b"t", b"I"])
def test_what_waits_or_is_halted_lives(proc: Path, state: bytes) -> None:
    (proc / "42/stat").write_bytes(stat().replace(b") S", b") " + state))
    assert alive_on_linux(42) is not None


@pytest.mark.parametrize("text", [None, "", "not one\n", "é"])
def test_without_a_boot_id_that_is_said_and_nothing_is_taken_to_be_gone(proc: Path, text: str | None) -> None:
    boot = proc / "sys/kernel/random/boot_id"
    boot.unlink()
    if text is not None:
        boot.write_text(text, "utf-8")
    with pytest.raises(ValueError, match="boot_id"):
        alive_on_linux(42)


def test_elsewhere_number_and_creation_time_tell_it() -> None:
    own = psutil.Process()
    created = own.create_time()
    assert alive_elsewhere(own.pid) == Life(f"{own.pid}/{created!r}", created)


@pytest.mark.skipif(sys.platform == "win32", reason="it has no zombies")
def test_elsewhere_a_zombie_does_not_live_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil.Process, "status", lambda _: psutil.STATUS_ZOMBIE)
    assert alive_elsewhere(os.getpid()) is None
