"""Where results go: a file in one step, a device as it is; and what happens where that is not possible."""

import os
import threading
from pathlib import Path

import pytest

from agent.cli import output as rooms
from agent.cli.output import Wish, check_place, save, write
from agent.cli.usage import MistakeError
from agent.config.adhoc import adhoc
from agent.found.exit import Exit, Plugin
from agent.ground import files
from agent.ground.roles import Role
from agent.site.setup import Setup, set_up
from agent.site.topology import site_of
from tests.agent.seen import result, run

FORMS = ("table", "json", "markdown", "prom", "nagios")
full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
not_root = pytest.mark.skipif(os.name == "nt", reason="rights are otherwise on Windows")


def setup() -> Setup:
    found = adhoc(Role.PROCESSING, "SQL01", "MSS", "BTS01")
    return set_up(found, site_of(found).sources()[0])


RUN = run(result())


@pytest.mark.parametrize("form", FORMS)
def test_every_format_is_written_whole_and_readable_for_other_users(tmp_path: Path, form: str) -> None:
    """An exporter runs as a user of its own."""
    target = tmp_path / "found.prom"
    target.write_text("what was there before")
    assert write(RUN, setup(), Wish(form, target)) == 0
    assert target.read_text(encoding="utf-8").endswith("\n")
    assert "what was there before" not in target.read_text(encoding="utf-8")
    assert [*tmp_path.iterdir()] == [target]
    if os.name != "nt":
        assert target.stat().st_mode & 0o777 == 0o644


@full
@pytest.mark.parametrize("form", [form for form in FORMS if form != "nagios"])
def test_what_cannot_be_written_is_not_lost(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(MistakeError) as end:
        write(RUN, setup(), Wish(form, Path("/dev/full")))
    assert end.value.exit_code == Exit.USAGE
    told = capsys.readouterr()
    assert told.err == "--output /dev/full: No space left on device; what was found is on standard output instead\n"
    assert "MSS" in told.out


@full
def test_a_plugin_that_cannot_write_says_only_that(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(MistakeError) as end:
        write(RUN, setup(), Wish("nagios", Path("/dev/full")))
    assert end.value.message == "--output /dev/full: No space left on device"
    assert capsys.readouterr().out == ""


def fail(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


def test_on_a_full_disk_the_old_file_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "ssoreach.prom"
    target.write_text("old")
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(MistakeError):
        write(RUN, setup(), Wish("prom", target))
    assert target.read_text() == "old"
    assert [*tmp_path.iterdir()] == [target]
    assert "ssoreach_path_verdict" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("where", "why"),
    [
        ("missing/ssoreach.prom", "there is no folder"),
        ("file/ssoreach.prom", "there is no folder"),
        (".", "is a folder"),
    ],
)
def test_a_place_that_cannot_be_is_refused_before_anything_is_asked(tmp_path: Path, where: str, why: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MistakeError) as end:
        check_place(Wish("prom", tmp_path / where))
    assert why in end.value.message
    assert end.value.exit_code == Exit.USAGE


@not_root
def test_a_folder_without_the_right_to_write_is_refused_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the superuser everything may be written: so the question to the system is answered for it."""
    asked: list[tuple[object, int]] = []

    def access(path: object, mode: int) -> bool:
        asked.append((path, mode))
        return False

    monkeypatch.setattr(os, "access", access)
    with pytest.raises(MistakeError, match="no right to write in that folder"):
        check_place(Wish("json", tmp_path / "file"))
    assert asked == [(tmp_path.resolve(), os.W_OK)]


@pytest.mark.parametrize("output", [None, Path("-"), Path("/dev/null")])
def test_where_there_is_no_file_there_is_nothing_to_check(output: Path | None) -> None:
    check_place(Wish("prom", output))


@pytest.mark.parametrize(("name", "told"), [("ssoreach.prom", False), ("ssoreach.txt", True), ("prom", True)])
def test_a_textfile_that_no_exporter_would_read_is_mentioned(
    tmp_path: Path, name: str, told: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    check_place(Wish("prom", tmp_path / name))
    assert ("exporters read only files" in capsys.readouterr().err) is told


def test_a_run_that_is_stopped_leaves_the_textfile_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It would say `pending` of what was known a minute ago. That the file is old shows in its timestamps."""
    target = tmp_path / "ssoreach.prom"
    target.write_text("old")
    write(RUN, setup(), Wish("prom", target, interrupted=True))
    assert target.read_text() == "old"
    assert "left as it was" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["table", "json", "markdown", "nagios"])
def test_what_a_person_asked_for_is_written_as_far_as_it_is_known(tmp_path: Path, form: str) -> None:
    target = tmp_path / "file"
    code = write(RUN, setup(), Wish(form, target, interrupted=True))
    assert "MSS" in target.read_text() or "stopped" in target.read_text()
    assert code is (Plugin.UNKNOWN if form == "nagios" else Exit.OK)


def test_a_loop_of_links_is_no_crash(tmp_path: Path) -> None:
    loop = tmp_path / "loop.prom"
    loop.symlink_to(loop)
    write(RUN, setup(), Wish("prom", loop))
    assert "ssoreach_path_verdict" in loop.read_text()


def test_a_letter_that_is_none_does_not_stop_it(tmp_path: Path) -> None:
    save(tmp_path / "file", "half \ud83d")
    assert (tmp_path / "file").read_text() == "half \\ud83d"


def test_a_file_that_is_just_read_on_windows_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, real, refused = tmp_path / "ssoreach.prom", files.replace, iter([True, True])

    def replace(path: Path, text: bytes, *, for_others: bool) -> None:
        if next(refused, False):
            raise PermissionError(13, "Access is denied")
        real(path, text, for_others=for_others)

    monkeypatch.setattr(rooms, "replace", replace)
    save(target, "new", tries=3, pause=0)
    assert target.read_text() == "new"


def test_it_is_not_tried_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def replace(*_: object, **__: object) -> None:
        raise PermissionError(13, "Access is denied")

    monkeypatch.setattr(rooms, "replace", replace)
    with pytest.raises(PermissionError):
        save(tmp_path / "file", "new", tries=2, pause=0)


def test_a_reader_never_sees_half_of_it(tmp_path: Path) -> None:
    target, texts, ended = tmp_path / "file.prom", ("a" * 200_000, "b" * 100_000), threading.Event()
    save(target, texts[0])
    odd: list[str] = []

    def read() -> None:
        while not ended.is_set():
            found = target.read_text()
            if found not in texts:
                odd.append(found[:20])

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(100):
        save(target, texts[number % 2])
    ended.set()
    reader.join()
    assert odd == []


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("utf-8", "192.0.2.11 \u2192 192.0.2.21"),
        ("cp1252", "192.0.2.11 -> 192.0.2.21"),
        ("cp850", "192.0.2.11 -> 192.0.2.21"),
        ("cp437", "192.0.2.11 -> 192.0.2.21"),
        ("ascii", "192.0.2.11 -> 192.0.2.21"),
        ("no-such", "192.0.2.11 -> 192.0.2.21"),
        (None, "192.0.2.11 -> 192.0.2.21"),
    ],
)
def test_a_rule_can_be_read_in_every_code_page(encoding: str | None, shown: str) -> None:
    """What a pipe on Windows is written in."""
    assert rooms.fitting("192.0.2.11 \u2192 192.0.2.21", encoding) == shown


@pytest.mark.parametrize("form", FORMS)
def test_the_null_device_takes_everything_on_every_system(form: str) -> None:
    wish = Wish(form, Path(os.devnull))
    check_place(wish)
    assert write(RUN, setup(), wish) == 0
    assert not Path(os.devnull).is_file()


def test_what_leads_nowhere_is_taken_as_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """As CON does on Windows without a console."""

    def refused(_: object) -> str:
        raise OSError(9, "Invalid handle")

    monkeypatch.setattr(os.path, "realpath", refused)
    assert Wish("json", Path("CON")).place == Path("CON")
