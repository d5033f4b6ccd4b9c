"""Log lines: one event a line, whatever is in it."""

import errno
import io
import json
import logging
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.log.lines import JsonLines, TextLines
from agent.log.log import log, set_up
from agent.log.rotated import Rotated
from agent.log.throttle import Throttle

HOSTILE = "\x1b[2J\nlevel=error\r\u2028\u202e 2026-01-01T10:00:00.000Z error forged"
ANYTHING = st.text(st.characters(codec=None), max_size=300)


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = log.handlers[:], log.level, log.propagate
    log.handlers[:] = []
    yield
    for handler in log.handlers:
        handler.close()
    log.handlers[:], log.level, log.propagate = before


def record(message: str, *, error: Exception | None = None, **fields: object) -> logging.LogRecord:
    info = (type(error), error, None) if error else None
    made = logging.LogRecord("ssoreach", logging.INFO, "x.py", 1, message, None, info)
    made.created = 1_767_261_600.25
    made.fields = fields
    return made


def text(message: str, **more: object) -> str:
    return TextLines().format(record(message, **more))  # type: ignore[arg-type]


def event(message: str, **more: object) -> dict[str, object]:
    line = JsonLines().format(record(message, **more))  # type: ignore[arg-type]
    assert len(line.splitlines()) == 1
    return dict(json.loads(line))


def test_a_text_line() -> None:
    line = text("verdict changed", peer="MSS", before="pending", detail="no answer within 3 s")
    assert line == (
        '2026-01-01T10:00:00.250Z info verdict changed peer=MSS before=pending detail="no answer within 3 s"'
    )


def test_a_json_line() -> None:
    assert event("verdict changed", peer="MSS", seconds=1.5) == {
        "time": "2026-01-01T10:00:00.250Z",
        "level": "info",
        "event": "verdict changed",
        "peer": "MSS",
        "seconds": 1.5,
    }


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ("plain", "plain"),
        ("two words", '"two words"'),
        ('say "no"', '"say \\"no\\""'),
        ('a\\" verdict=reachable', '"a\\\\\\" verdict=reachable"'),
        ("ends in \\", '"ends in \\\\"'),
        ("a=b", '"a=b"'),
        ("", '""'),
        (17, "17"),
        (None, "None"),
    ],
)
def test_a_field_can_be_taken_for_nothing_else(value: object, field: str) -> None:
    assert text("x", detail=value) == f"2026-01-01T10:00:00.250Z info x detail={field}"


def test_hostile_text_forges_no_field() -> None:
    line = text("x", detail='a" verdict="reachable', last="y")
    assert ' verdict="' not in line
    assert line.endswith('detail="a\\" verdict=\\"reachable" last=y')


@given(ANYTHING, ANYTHING)
def test_hostile_text_stays_on_one_line(message: str, detail: str) -> None:
    line = text(message, detail=detail)
    assert len(line.splitlines()) == 1
    assert line.isprintable()
    line.encode()
    found = event(message, detail=detail)
    assert (found["event"], found["detail"]) == (message, detail)


def test_a_json_line_is_harmless_on_a_terminal_too() -> None:
    line = JsonLines().format(record(HOSTILE, detail="\x9b2J\ud800"))
    assert line.isascii()
    assert line.isprintable()


def test_what_json_does_not_know_is_told_as_text() -> None:
    assert event("x", path=Path("/tmp/x"))["path"] == "/tmp/x"  # noqa: S108


def test_an_exception_cannot_pass_for_a_line_of_its_own() -> None:
    lines = text("it broke", error=ValueError(HOSTILE)).splitlines()
    assert lines[0] == "2026-01-01T10:00:00.250Z info it broke"
    assert len(lines) > 1
    assert all(line.startswith("  ") and line.isprintable() for line in lines[1:])


def test_an_exception_is_one_json_line() -> None:
    assert "ValueError" in str(event("it broke", error=ValueError(HOSTILE))["exception"])


def test_fields_that_are_no_fields_are_left_out() -> None:
    odd = record("x")
    odd.fields = "not a dictionary"
    assert TextLines().format(odd).endswith("info x")


@pytest.mark.parametrize(("form", "kind"), [("text", TextLines), ("json", JsonLines)])
def test_lines_go_to_standard_error(form: str, kind: type[logging.Formatter], monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    set_up("info", form, None)
    log.info("hello", extra={"fields": {"peer": "MSS"}})
    log.debug("not this")
    (line,) = stream.getvalue().splitlines()
    assert "hello" in line
    assert "MSS" in line
    assert isinstance(log.handlers[0].formatter, kind)
    assert not log.propagate


def test_lines_go_to_a_file_that_is_rotated(tmp_path: Path) -> None:
    set_up("debug", "text", tmp_path / "agent.log")
    log.debug("größe")
    (handler,) = log.handlers
    assert isinstance(handler, RotatingFileHandler)
    assert (handler.maxBytes, handler.backupCount) == (10 * 1024 * 1024, 5)
    assert (tmp_path / "agent.log").read_text(encoding="utf-8").endswith("debug größe\n")


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"agent\.log"):
        set_up("info", "text", tmp_path / "no" / "agent.log")


def test_to_set_it_up_again_closes_the_old_file(tmp_path: Path) -> None:
    set_up("info", "text", tmp_path / "one.log")
    (old,) = log.handlers
    assert isinstance(old, RotatingFileHandler)
    set_up("info", "text", tmp_path / "two.log")
    assert old.stream is None
    assert len(log.handlers) == 1
    log.info("x")
    assert (tmp_path / "one.log").read_text() == ""


def test_a_library_that_is_made_to_write_is_throttled() -> None:
    """Whoever reaches the port can make it log a traceback for each garbled request."""
    now = 100.0
    throttle = Throttle(lambda: now)
    records = [logging.LogRecord("aiohttp.server", logging.ERROR, "", 0, "bad request", None, None) for _ in range(50)]
    assert [throttle.filter(each) for each in records].count(True) == Throttle.MOST
    now += Throttle.PERIOD
    later = logging.LogRecord("aiohttp.server", logging.ERROR, "", 0, "bad request", None, None)
    assert throttle.filter(later)
    assert "dropped_before=45" in TextLines().format(later)


def numbered(folder: Path) -> list[int]:
    """The numbers of all lines in the folder's files, the oldest file first."""
    files = sorted((each for each in folder.iterdir() if each.is_file()), key=lambda each: each.name, reverse=True)
    return [int(line.rpartition(" ")[2]) for each in files for line in each.read_text("utf-8").splitlines()]


def test_a_file_that_cannot_be_set_aside_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As on Windows while somebody reads it: no line is lost, and no older file."""

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "The process cannot access the file because it is being used by another process")

    monkeypatch.setattr("agent.log.log.FILE_BYTES", 200)
    monkeypatch.setattr("agent.log.log.FILES", 20)
    set_up("info", "text", tmp_path / "agent.log")
    for number in range(10):
        log.info("line %d", number)
    before = len([*tmp_path.iterdir()])
    assert before > 1
    with monkeypatch.context() as held:
        held.setattr("os.rename", refused)
        held.setattr("os.replace", refused)
        for number in range(10, 60):
            log.info("line %d", number)
    assert len([*tmp_path.iterdir()]) == before
    log.info("line %d", 60)
    assert len([*tmp_path.iterdir()]) == before + 1
    assert numbered(tmp_path) == [*range(61)]
    assert capsys.readouterr().err == ""


def test_so_it_does_where_something_else_is_in_the_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "agent.log.1").mkdir()
    set_up("info", "text", tmp_path / "agent.log")
    (handler,) = log.handlers
    assert isinstance(handler, RotatingFileHandler)
    handler.maxBytes = 1
    for number in range(5):
        log.info("line %d", number)
    assert numbered(tmp_path) == [*range(5)]
    assert capsys.readouterr().err == ""


def test_a_full_disk_does_not_keep_the_log_from_going_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the old file still holds back cannot be written; it is closed all the same."""

    def full(_self: logging.StreamHandler[io.StringIO]) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    set_up("info", "text", tmp_path / "full.log")
    with monkeypatch.context() as patched:
        patched.setattr(Rotated, "flush", full)
        set_up("info", "text", None)
    (handler,) = log.handlers
    assert type(handler) is logging.StreamHandler
