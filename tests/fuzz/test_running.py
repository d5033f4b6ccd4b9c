"""The long run's own parts, as far as they need no guide."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz import __main__ as running
from tests.fuzz.target import Target

LOG = """\
#2	INITED cov: 73 ft: 90 corp: 12/1b exec/s: 0 rss: 90Mb
#4096	NEW    cov: 96 ft: 120 corp: 14/1b
stat::number_of_executed_units: 5000
"""


def pretending(folder: Path, *, finds: bool, status: int) -> list[str]:
    """A guide that says what one says, and has perhaps found something."""
    found = f"open({str(folder / 'found' / 'crash-1')!r}, 'w').close()" if finds else ""
    return [sys.executable, "-c", f"{found}\nprint({LOG!r})\nprint('the last word')\nraise SystemExit({status})"]


@pytest.mark.parametrize(("finds", "status"), [(False, 0), (True, 77)])
def test_a_run_says_how_far_it_came(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, finds: bool, status: int) -> None:
    monkeypatch.setattr(running, "FOLDER", tmp_path)
    monkeypatch.setattr(running, "_command", lambda *_: pretending(tmp_path / "x", finds=finds, status=status))
    ran = running.run("x", Target(lambda _: None, lambda: [b"a", b"b"]), 1.0)
    assert (ran.inputs, ran.reached, ran.at_first, len(ran.findings)) == (5000, 96, 73, int(finds))
    assert [path.read_bytes() for path in sorted((tmp_path / "x" / "seeds").iterdir())] == [b"a", b"b"]


def test_a_guide_that_cannot_begin_is_no_run_without_findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "FOLDER", tmp_path)
    monkeypatch.setattr(running, "_command", lambda *_: pretending(tmp_path / "x", finds=False, status=1))
    with pytest.raises(SystemExit, match="the last word"):
        running.run("x", Target(lambda _: None, list), 1.0)


def test_words_are_written_as_the_guide_reads_them() -> None:
    assert running._entry(b'a"\n\xff') == '"\\x61\\x22\\x0a\\xff"\n'


def test_a_target_that_there_is_not_is_named() -> None:
    done = subprocess.run([sys.executable, "-m", "tests.fuzz", "nowhere"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "there is no target nowhere" in done.stderr
