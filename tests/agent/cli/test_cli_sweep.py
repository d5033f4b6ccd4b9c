"""`probe sweep` as its users meet it: what it says first, its questions, its bar, its exit codes."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from agent.cli.sweeping import pace_of
from tests.probes.engine.doors import closed_port, listener, silent_port

if sys.platform != "win32":
    from tests.terminal import CTRL_C, Terminal

SITE = """\
site: test
rpc: {{dynamic_ports: "{ports}"}}
schedule: {{timeout: 500ms}}
hosts:
  - {{name: BTS01, role: processing, address: 127.0.0.11}}
  - {{name: MSS, role: master-secret, address: 127.0.0.1}}
  - {{name: TWO, role: sso-database, address: [127.0.0.1, 127.0.0.2]}}
  - {{name: LOST, role: sso-database, address: lost.invalid}}
"""
PROBE = (sys.executable, "-m", "agent.cli", "sweep")
ENVIRONMENT = {**os.environ, "SSOREACH_CONFIG": "", "TERM": "xterm", "COLUMNS": "100", "PYTHONIOENCODING": "utf-8"}
ENVIRONMENT.pop("NO_COLOR", None)


@pytest.fixture
def doors() -> Iterator[dict[str, int]]:
    with ExitStack() as stack:
        yield {
            "open": stack.enter_context(listener()).getsockname()[1],
            "closed": stack.enter_context(closed_port()),
            "silent": stack.enter_context(silent_port()),
        }


@pytest.fixture
def site(tmp_path: Path, doors: dict[str, int]) -> Path:
    path = tmp_path / "ssoreach.yaml"
    path.write_text(SITE.format(ports=",".join(map(str, doors.values()))))
    return path


def sweep(*argv: str, typed: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROBE, *argv], input=typed or "", capture_output=True, text=True, timeout=60, env=ENVIRONMENT
    )


def test_each_port_is_told_by_what_it_showed(site: Path, doors: dict[str, int]) -> None:
    done = sweep("MSS", "--config", str(site), "--pace", "max", "--yes", "--format", "json")
    document = json.loads(done.stdout)
    found = document["addresses"][0]
    assert (document["peer"], found["address"], found["asked"]) == ("MSS", "127.0.0.1", 3)
    assert {name: found[name] for name in doors} == {name: [str(port)] for name, port in doors.items()}
    assert (found["refused"], found["untested"], found["stopped"]) == ([], [], None)
    assert done.returncode == 0


def test_what_will_be_sent_is_said_first_and_not_among_the_data(site: Path) -> None:
    done = sweep("two", "--config", str(site), "--ports", "20000-20001", "--yes")
    said = done.stderr.splitlines()
    assert said[0] == "This connects to TCP 20000-20001 of TWO, and closes again what is accepted:"
    assert said[1:3] == ["  from 127.0.0.1 to 127.0.0.1", "  from 127.0.0.1 to 127.0.0.2"]
    assert said[3] == "  2 ports of each, one address after the other, 100 a second: about 10 s"
    assert "States, not verdicts." in done.stdout
    assert "\x1b" not in done.stdout + done.stderr


def test_this_host_s_source_address_of_the_file_is_spoken_from(site: Path) -> None:
    own = "BTS01, role: processing, address: 127.0.0.1, source_address: 127.0.0.5"
    text = site.read_text().replace("BTS01, role: processing, address: 127.0.0.11", own)
    site.write_text(
        text.replace("MSS, role: master-secret, address: 127.0.0.1", "MSS, role: master-secret, address: 127.0.0.7")
    )
    done = sweep("MSS", "--config", str(site), "--ports", "20000-20001", "--yes")
    assert "from 127.0.0.5 to 127.0.0.7" in done.stderr


def test_nothing_but_silence_is_exit_3(site: Path, doors: dict[str, int]) -> None:
    done = sweep("MSS", "--config", str(site), "--ports", str(doors["silent"]), "--pace", "max", "--yes")
    assert done.returncode == 3
    assert f"silent    {doors['silent']}: 1 port" in done.stdout


def test_a_name_without_an_address_is_exit_1(site: Path) -> None:
    done = sweep("LOST", "--config", str(site), "--yes")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("lost.invalid: ")


@pytest.mark.parametrize(
    ("argv", "word"),
    [
        (["127.0.0.1", "--ports", "20010-20000"], "--ports 20010-20000: the range 20010-20000 is reversed"),
        (["127.0.0.1", "--ports", "0-5"], "--ports 0-5: port 0 is below 1"),
        (["127.0.0.1", "--ports", "1-70000"], "above 65535"),
        (["127.0.0.1", "--ports", ""], "no ports given"),
        (["127.0.0.1", "--ports", "http"], "not a port number"),
        (["127.0.0.1", "--pace", "0"], "--pace 0: write attempts a second, from 1 to 100000, or max"),
        (["127.0.0.1", "--pace", "abc"], "--pace abc: "),
        (["127.0.0.1", "--pace", "-5"], "--pace -5: "),
        (["127.0.0.1", "--pace", "²"], "--pace ²: "),
        (["127.0.0.1", "--pace", "9999999999999999999999"], "--pace 99"),
        (["127.0.0.1", "--pace", "100001"], "--pace 100001: "),
        (["127.0.0.1", "--pace", "00000000199999"], "--pace 00000000199999: "),
        (["127.0.0.1", "--pace", "0000000000"], "--pace 0000000000: "),
        (["127.0.0.1", "--pace", "9" * 5000], "…: write attempts"),
        (["http://mss"], "PEER: "),
        (["127.0.0.1", "--format", "nagios"], "nagios"),
        ([], "PEER"),
    ],
)
def test_usage_is_exit_2_before_anything_is_sent(site: Path, argv: list[str], word: str) -> None:
    done = sweep(*argv, "--config", str(site), "--yes")
    assert (done.returncode, done.stdout) == (2, "")
    assert word in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("text", "pace"),
    [("1", 1), ("0000000001", 1), ("100000", 100_000), ("0" * 5000 + "70", 70), ("max", None), ("MAX", None)],
)
def test_a_pace_is_a_number_however_it_is_written(text: str, pace: int | None) -> None:
    assert pace_of(text) == pace


@pytest.mark.parametrize("command", ["sweep", "endpoints"])
@pytest.mark.parametrize("peer", ["127.0.0.9", "elsewhere.invalid"])
def test_a_peer_that_is_not_in_the_file_is_exit_2(site: Path, peer: str, command: str) -> None:
    more = ["--yes"] if command == "sweep" else []
    argv = [*PROBE[:-1], command, peer, "--config", str(site), *more]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, env=ENVIRONMENT)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("hosts: BTS01, MSS, TWO, LOST\n")


def test_an_address_of_a_host_of_the_file_is_that_host(site: Path) -> None:
    done = sweep("127.0.0.2", "--config", str(site), "--ports", "20000", "--yes")
    assert done.returncode == 0
    said = done.stderr.splitlines()
    assert said[0].startswith("This connects to TCP 20000 of TWO,")
    assert [line for line in said if " to 127." in line] == ["  from 127.0.0.1 to 127.0.0.2"]
    assert "  1 port, 100 a second: about 5 s" in said


def test_without_a_terminal_and_without_yes_nothing_is_sent(site: Path) -> None:
    done = sweep("MSS", "--config", str(site), typed="y\n")
    assert (done.returncode, done.stdout) == (2, "")
    assert "say --yes. Nothing was sent." in done.stderr


if sys.platform != "win32":

    class TestAtATerminal:
        """With a person who reads and types."""

        @pytest.mark.parametrize("typed", ["n\n", "\n", "no way\n", "\x04"])
        def test_anything_but_yes_sends_nothing(self, site: Path, typed: str) -> None:
            with Terminal([*PROBE, "MSS", "--config", str(site)], ENVIRONMENT) as terminal:
                terminal.until(r"Go on\? \[y/N\] ")
                terminal.type(typed)
                assert terminal.end() == 2
            assert "Nothing was sent." in terminal.text
            assert ("say --yes" in terminal.text) is (typed == "\x04")
            assert "States" not in terminal.text

        def test_the_bar_moves_and_the_picture_stays(self, site: Path) -> None:
            argv = [*PROBE, "MSS", "--config", str(site), "--ports", "20000-20099"]
            with Terminal(argv, ENVIRONMENT) as terminal:
                terminal.until(r"Go on\? \[y/N\] ")
                terminal.type("y\n")
                assert terminal.end() == 0
            seen = {int(count) for count in re.findall(r"(\d+)/100", terminal.text)}
            assert len(seen) > 2
            assert max(seen) == 100
            assert re.search(r"\d+ closed", terminal.text)
            end = terminal.text[terminal.text.rindex("127.0.0.1, TCP") :]
            assert "100 of 100 ports asked" in end
            assert "░" * 50 in end
            assert "\x1b[32m" in end

        def test_no_color_is_heard(self, site: Path) -> None:
            argv = [*PROBE, "MSS", "--config", str(site), "--ports", "20000-20009", "--yes"]
            with Terminal(argv, ENVIRONMENT | {"NO_COLOR": "1"}) as terminal:
                assert terminal.end() == 0
            assert "\x1b[32m" not in terminal.text

        def test_ctrl_c_tells_what_was_found_by_then(self, site: Path) -> None:
            argv = [*PROBE, "MSS", "--config", str(site), "--ports", "20000-20599", "--pace", "50", "--yes"]
            with Terminal(argv, ENVIRONMENT) as terminal:
                terminal.until(r"[1-9]\d/600")
                terminal.type(CTRL_C)
                assert terminal.end() == 130
            assert "Traceback" not in terminal.text
            assert "Interrupted" in terminal.text
            assert "edges again" not in terminal.text
            assert re.search(r"closed    20000-20\d\d\d", terminal.text)
            assert re.search(r"not known 20\d\d\d-205\d\d", terminal.text)

        def test_ctrl_c_at_the_edges_keeps_the_whole_sweep(self, site: Path, doors: dict[str, int]) -> None:
            ports = f"{doors['silent']},20000-20009"
            argv = [*PROBE, "MSS", "--config", str(site), "--ports", ports, "--yes"]
            with Terminal(argv, ENVIRONMENT) as terminal:
                terminal.until("asking the edges again")
                terminal.until("1 silent")
                terminal.type(CTRL_C)
                assert terminal.end() == 130
            assert f"silent    {doors['silent']}: 1 port" in terminal.text
            assert "11 of 11 ports asked" in terminal.text

        def test_ctrl_c_at_the_question_sends_nothing(self, site: Path) -> None:
            with Terminal([*PROBE, "MSS", "--config", str(site)], ENVIRONMENT) as terminal:
                terminal.until(r"Go on\? \[y/N\] ")
                terminal.type(CTRL_C)
                assert terminal.end() == 130
            assert "Traceback" not in terminal.text
            assert "States" not in terminal.text
