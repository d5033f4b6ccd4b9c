"""`probe trace` as its users meet it, on loopback, where the peer is one hop away."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from agent.cli.tracing import NOT_HERE, control_of
from agent.cli.usage import MistakeError
from agent.hops.ending import End
from agent.report.trace import document
from probes.hops import Said
from tests.agent.hops.played import CONTROL, PORT, Way, traced
from tests.probes.engine.doors import closed_port, listener, silent_port

ROOT = Path(__file__).parents[3]
SITE = """\
site: test
hosts:
  - {name: BTS01, role: processing, address: 127.0.0.11}
  - {name: MSS, role: master-secret, address: 127.0.0.1}
  - {name: LOST, role: sso-database, address: lost.invalid}
"""
PROBE = (sys.executable, "-m", "agent.cli", "trace")
ENVIRONMENT = {**os.environ, "SSOREACH_CONFIG": "", "TERM": "dumb"}
LINUX_ONLY = pytest.mark.skipif(sys.platform != "linux", reason="traces are there on Linux only")


@pytest.fixture
def doors() -> Iterator[dict[str, int]]:
    with ExitStack() as stack:
        yield {
            "open": stack.enter_context(listener()).getsockname()[1],
            "closed": stack.enter_context(closed_port()),
            "silent": stack.enter_context(silent_port()),
        }


@pytest.fixture
def site(tmp_path: Path) -> Path:
    path = tmp_path / "ssoreach.yaml"
    path.write_text(SITE)
    return path


def trace(*argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*PROBE, *argv], input="", capture_output=True, text=True, timeout=60, env=ENVIRONMENT)


@LINUX_ONLY
@pytest.mark.parametrize(
    ("door", "control", "ending", "shown", "code"),
    [
        ("open", "closed", "open", True, 0),
        ("closed", "open", "reset", True, 0),
        ("closed", "silent", "reset", False, 3),
        ("closed", None, "reset", False, 3),
        ("silent", "open", "silence", False, 1),
    ],
)
def test_what_a_port_does_is_the_exit_code(
    site: Path, doors: dict[str, int], door: str, control: str | None, ending: str, shown: bool, code: int
) -> None:
    compared = "none" if control is None else str(doors[control])
    argv = ("mss", str(doors[door]), "--config", str(site), "--timeout", "200ms", "--max-hops", "3")
    done = trace(*argv, "--control", compared, "--format", "json")
    found = json.loads(done.stdout)
    assert found["peer"] == "MSS"
    assert [(each["ending"], each["shown"]) for each in found["addresses"]] == [(ending, shown)]
    assert done.returncode == code


@LINUX_ONLY
def test_what_may_be_sent_is_said_first_and_not_among_the_data(doors: dict[str, int]) -> None:
    done = trace("127.0.0.1", str(doors["open"]), "--control", "7", "--queries", "2", "--max-hops", "10")
    assert done.stderr == (
        f"At most 32 connects to TCP {doors['open']} of 127.0.0.1, and where that does not answer, as many to TCP 7;"
        " at most 33 s.\n"
    )
    assert re.search(r"is open, 1 hop away\.", done.stdout)
    assert "\x1b" not in done.stdout + done.stderr


@LINUX_ONLY
def test_a_name_without_an_address_is_exit_1(site: Path) -> None:
    done = trace("LOST", "1433", "--config", str(site))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("lost.invalid: ")


@LINUX_ONLY
@pytest.mark.parametrize(
    ("argv", "word"),
    [
        (["127.0.0.1"], "PORT"),
        (["127.0.0.1", "0"], "PORT"),
        (["127.0.0.1", "65536"], "PORT"),
        (["127.0.0.1", "http"], "PORT"),
        (["127.0.0.9", "135"], "hosts: BTS01, MSS, LOST"),
        (["http://mss", "135"], "PEER: "),
        (["MSS", "135", "--control", "135"], "--control 135: that is the port in question"),
        (["MSS", "135", "--control", "0"], "--control 0: write a port from 1 to 65535, or none"),
        (["MSS", "135", "--control", "²"], "--control ²: "),
        (["MSS", "135", "--control", "9" * 5000], "…: write a port"),
        (["MSS", "135", "--timeout", "1"], "--timeout 1: not a duration"),
        (["MSS", "135", "--timeout", "1ms"], "--timeout 1ms: write a time from 50ms to 10s"),
        (["MSS", "135", "--timeout", "1h"], "--timeout 1h: write a time"),
        (["MSS", "135", "--max-hops", "65"], "max-hops"),
        (["MSS", "135", "--queries", "6"], "queries"),
    ],
)
def test_usage_is_exit_2_before_anything_is_sent(site: Path, argv: list[str], word: str) -> None:
    done = trace(*argv, "--config", str(site))
    assert (done.returncode, done.stdout) == (2, "")
    assert word in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


if sys.platform != "linux":

    def test_elsewhere_it_is_not_available_and_says_what_to_use() -> None:
        done = trace("127.0.0.1", "135")
        assert (done.returncode, done.stdout, done.stderr.strip()) == (2, "", NOT_HERE)


@LINUX_ONLY
def test_elsewhere_it_says_so_before_anything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    from agent.cli import tracing

    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(MistakeError, match=r"not available here.*Test-NetConnection -TraceRoute"):
        tracing.refuse_elsewhere()


@LINUX_ONLY
def test_ctrl_c_prints_what_was_known_and_is_exit_130(doors: dict[str, int]) -> None:
    argv = [*PROBE, "127.0.0.1", str(doors["silent"]), "--timeout", "10s", "--format", "json"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT) as running:
        assert running.stderr
        assert running.stderr.readline().startswith("At most")
        process, until = psutil.Process(running.pid), time.monotonic() + 20
        while not any(each.status == psutil.CONN_SYN_SENT for each in process.net_connections("tcp")):
            assert time.monotonic() < until
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
    assert running.returncode == 130
    assert "Traceback" not in err
    assert [each["ending"] for each in json.loads(out)["addresses"]] == ["interrupted"]


@pytest.mark.parametrize(
    ("text", "port", "control"), [(None, 1433, 135), (None, 135, None), ("none", 1433, None), ("445", 135, 445)]
)
def test_the_mapper_is_the_control_unless_it_is_the_question(text: str | None, port: int, control: int | None) -> None:
    assert control_of(text, port, 135) == control


def keys() -> set[str]:
    way = Way(3)
    found = document("MSS", [traced(way.walk(PORT, again=1), way.walk(CONTROL, again=1))])
    (one,) = found["addresses"]
    return {*found, *one, *one["walk"], *one["walk"]["hops"][0][0]}


@pytest.mark.parametrize("word", [*sorted(keys()), *map(str, End), *map(str, Said)])
def test_every_key_and_word_of_the_json_is_documented(word: str) -> None:
    assert f"`{word}`" in (ROOT / "docs" / "trace.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("option", ["--config", "--control", "--max-hops", "--queries", "--timeout", "--format"])
def test_every_option_is_documented(option: str) -> None:
    assert f"`{option} " in (ROOT / "docs" / "trace.md").read_text(encoding="utf-8")
