"""`probe once --format nagios` as a monitoring system starts it: a process, one line, and one of four exit codes."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.cli import main
from agent.cli.plugin import asks_for_plugin
from agent.demo.demo import full_listener, listener
from agent.demo.mapper import mapper
from tests.agent.cli.test_cli import SITE, probe, wait_until_connecting, written

LINE = re.compile(r"SSOREACH (OK|WARNING|CRITICAL|UNKNOWN) - [^|\n]+( \| [^|\n]+)?\n")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Path]:
    """A file whose services all listen on loopback."""
    with listener("127.0.0.41") as sso, mapper("127.0.0.41", sso) as epm, listener("127.0.0.51") as sql:
        yield written(tmp_path, SITE.replace("127.0.0.2", "127.0.0.4").replace("127.0.0.3", "127.0.0.5"), epm, sql)


@pytest.fixture
def hung(tmp_path: Path) -> Iterator[Path]:
    """The same with a database server that answers nobody."""
    with listener("127.0.0.41") as sso, mapper("127.0.0.41", sso) as epm, full_listener("127.0.0.51") as sql:
        text = SITE.replace("127.0.0.2", "127.0.0.4").replace("127.0.0.3", "127.0.0.5")
        yield written(tmp_path, text.replace("500ms", "20s"), epm, sql)


def word(out: str) -> str:
    """Of the one line that there is."""
    found = LINE.fullmatch(out)
    assert found, out
    return found[1]


def plugin(config: Path, *argv: str) -> tuple[str, int]:
    done = probe("once", "--config", str(config), "--host", "BTS01", "--format", "nagios", *argv)
    assert "Traceback" not in done.stderr
    return word(done.stdout), done.returncode


def test_it_says_what_it_exits_with(site: Path) -> None:
    assert plugin(site) == ("OK", 0)
    assert plugin(site, "--strict") == ("UNKNOWN", 3)


def test_what_does_not_work_is_critical(hung: Path) -> None:
    hung.write_text(hung.read_text().replace("20s", "500ms"))
    assert plugin(hung) == ("CRITICAL", 2)


def test_a_file_holds_the_line_as_well(site: Path, tmp_path: Path) -> None:
    done = probe(
        "once", "--config", str(site), "--host", "BTS01", "-fnagios", "--check", "sql", "-o", str(tmp_path / "line")
    )
    assert (done.returncode, done.stdout, word((tmp_path / "line").read_text())) == (0, "", "OK")


MISTAKES = [
    ["--samples", "0"],
    ["--no-such-option"],
    ["--check", "weather"],
    ["--config", "/no/such/file"],
    ["--role", "processing", "--config", "x"],
    ["--role", "king"],
    ["--role", "processing", "--master", "127.0.0.41", "--check", "sql"],
    ["--role", "processing", "--master", "127.0.0.41", "--output", "/no/such/folder/line"],
    ["--role", "processing", "--master", "127.0.0.41", "--ports", "9-1"],
]
SPELLINGS = [["--format", "nagios"], ["--format=nagios"], ["-f", "nagios"], ["-fnagios"]]


@pytest.mark.parametrize(
    "argv",
    [*([*argv, *SPELLINGS[0]] for argv in MISTAKES), *([*MISTAKES[0], *form] for form in SPELLINGS[1:])],
    ids=" ".join,
)
def test_a_mistake_is_unknown_with_a_line_that_says_which(argv: list[str], tmp_path: Path) -> None:
    done = probe("once", *argv, cwd=tmp_path)
    assert (word(done.stdout), done.returncode) == ("UNKNOWN", 3)
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_all_mistakes_of_a_file_are_in_the_one_line(tmp_path: Path) -> None:
    config = written(tmp_path, SITE.replace("60s", "5s") + "colour: blue\n")
    done = probe("once", "--config", str(config), "--format", "nagios")
    assert (word(done.stdout), done.returncode) == ("UNKNOWN", 3)
    assert len(done.stderr.splitlines()) > 1
    assert "colour" in done.stdout


def test_help_is_help(tmp_path: Path) -> None:
    done = probe("once", "--format", "nagios", "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert "--strict" in done.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("ignoring", [False, True])
def test_whoever_waits_no_longer_still_gets_a_line(hung: Path, number: signal.Signals, ignoring: bool) -> None:
    """Ignoring: what a shell starts in the background ignores SIGINT; a plugin is no less to be stopped."""
    start = "import signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); " if ignoring else "import sys; "
    argv = ["probe", "once", "--config", str(hung), "--host", "BTS01", "--format", "nagios"]
    program = f"{start}sys.argv = {argv}; from agent.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        wait_until_connecting(child.pid)
        child.send_signal(number)
        out, err = child.communicate(timeout=20)
    assert (word(out), child.returncode) == ("UNKNOWN", 3)
    assert "stopped before everything was asked" in out
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("raised", "says"),
    [(ZeroDivisionError("boom | 'x'"), "internal error ZeroDivisionError"), (KeyboardInterrupt(), "stopped")],
)
def test_a_crash_of_our_own_is_unknown_and_its_words_stay_outside(
    raised: BaseException, says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def crash(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr("agent.once.run_once", crash)
    monkeypatch.setattr(sys, "argv", ["probe", "once", "--role", "processing", "--master", "127.0.0.1", "-f", "nagios"])
    with pytest.raises(SystemExit) as end:
        main()
    told = capsys.readouterr()
    assert end.value.code == 3
    assert word(told.out) == "UNKNOWN"
    assert says in told.out
    assert "boom" not in told.out


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_line_that_nobody_takes_is_no_alarm(site: Path) -> None:
    argv = [sys.executable, "-m", "agent.cli", "once", "--config", str(site), "--host", "BTS01", "-f", "nagios"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(argv, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (3, "standard output: No space left on device\n")


@pytest.mark.parametrize(
    ("args", "asked"),
    [
        ([], False),
        (["--format"], False),
        (["--format", "json"], False),
        (["--peer", "nagios"], False),
        (["--strict", "--format", "nagios"], True),
        (["-f", "nagios", "--no-such"], True),
        (["-fnagios"], True),
        (["--format=nagios"], True),
    ],
)
def test_whether_it_is_asked_for_is_seen_in_options_that_may_be_wrong(args: list[str], asked: bool) -> None:
    assert asks_for_plugin(args) is asked
