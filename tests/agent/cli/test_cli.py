"""The command line as its users meet it: a process, its exit code, its two streams."""

import errno
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

import agent.cli
from agent.cli import main
from agent.demo.demo import full_listener, listener
from agent.demo.mapper import mapper

SITE = """\
site: test
rpc: {{samples: 2, dynamic_ports: 20000-20003}}
schedule: {{interval: 60s, timeout: 500ms}}
state_dir: state
hosts:
  - {{name: BTS01, role: processing, address: 127.0.0.11}}
  - {{name: MSS, role: master-secret, address: 127.0.0.21, epm_port: {epm}}}
  - {{name: SQL01, role: sso-database, address: 127.0.0.31, port: {sql}}}
"""

MISTAKES = {
    "empty": ("", "empty"),
    "not YAML": ("site: [", "YAML"),
    "not a mapping": ("- a\n- b\n", "mapping"),
    "unknown key": (SITE + "colour: blue\n", "colour"),
    "duplicate names": (SITE + "  - {{name: bts01, role: processing}}\n", "bts01"),
    "unknown role": (SITE.replace("role: processing", "role: king"), "king"),
    "port too high": (SITE.replace("epm_port: {epm}", "epm_port: 70000"), "65535"),
    "no master": (SITE.replace("role: master-secret", "role: processing"), "master-secret"),
    "interval below the floor": (SITE.replace("60s", "5s"), "10s"),
}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Path]:
    """A file whose services all listen on loopback."""
    with listener("127.0.0.21") as sso, mapper("127.0.0.21", sso) as epm, listener("127.0.0.31") as sql:
        yield written(tmp_path, SITE, epm, sql)


@pytest.fixture
def hung(tmp_path: Path) -> Iterator[Path]:
    """The same with a database server that answers nobody."""
    with listener("127.0.0.21") as sso, mapper("127.0.0.21", sso) as epm, full_listener("127.0.0.31") as sql:
        yield written(tmp_path, SITE, epm, sql)


def written(folder: Path, text: str, epm: int = 135, sql: int = 1433) -> Path:
    path = folder / "ssoreach.yaml"
    path.write_text(text.format(epm=epm, sql=sql))
    return path


# How wide a terminal is and whether it has colours, as whoever runs the tests may have it said.
TERMINAL = ("COLUMNS", "FORCE_COLOR", "PY_COLORS", "GITHUB_ACTIONS")


def probe(*argv: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in TERMINAL}
    environment |= {"PYTHONPATH": str(Path.cwd()), "SSOREACH_CONFIG": ""}
    command = [sys.executable, "-m", "agent.cli", *argv]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=cwd, env=environment)


@pytest.mark.parametrize(("text", "word"), MISTAKES.values(), ids=MISTAKES)
def test_a_bad_file_is_exit_2_and_one_line_a_mistake(tmp_path: Path, text: str, word: str) -> None:
    path = written(tmp_path, text)
    done = probe("check-config", "--config", str(path))
    assert done.returncode == 2
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert all(line.startswith(str(path)) for line in lines)
    assert any(word in line for line in lines)


def test_a_missing_file_says_where_it_was_looked_for(tmp_path: Path) -> None:
    done = probe("once", cwd=tmp_path)
    assert done.returncode == 2
    assert "/etc/ssoreach/ssoreach.yaml" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_good_file_is_exit_0(site: Path) -> None:
    done = probe("check-config", "--config", str(site))
    assert (done.returncode, done.stderr) == (0, "")
    assert "good" in done.stdout


def test_a_machine_that_is_not_in_the_file_is_told_both_sides(site: Path) -> None:
    done = probe("once", "--config", str(site))
    assert done.returncode == 2
    assert socket.gethostname() in done.stderr
    assert "127.0.0.31" in done.stderr
    assert "Traceback" not in done.stderr


def test_everything_reachable_but_the_range(site: Path) -> None:
    """Nobody is known to listen in the range, but the port that matters is shown to work: 0; strictly: 3."""
    argv = ("once", "--config", str(site), "--host", "BTS01", "--format", "json")
    done = probe(*argv)
    document = json.loads(done.stdout)
    assert [(path["check"], path["verdict"]) for path in document["paths"]] == [
        ("epm", "reachable"),
        ("rpc-endpoint", "reachable"),
        ("rpc-range", "inconclusive"),
        ("sql", "reachable"),
    ]
    assert done.returncode == 0
    assert probe(*argv, "--strict").returncode == 3
    assert probe(*argv, "--check", "sql", "--check", "epm").returncode == 0
    assert probe(*argv, "--check", "rpc-endpoint").returncode == 0


def test_these_ports_in_place_of_the_range(site: Path) -> None:
    done = probe(
        "once", "--config", str(site), "--host", "BTS01", "--peer", "mss", "--ports", "21000-21009", "-f", "json"
    )
    (ranged,) = [path for path in json.loads(done.stdout)["paths"] if path["check"] == "rpc-range"]
    assert (ranged["port"], ranged["tested"], ranged["largest_untested"]) == ("21000-21009", 10, 0)
    assert "21000-21009 is not in rpc.dynamic_ports" in done.stderr


@pytest.mark.parametrize(
    ("ports", "word"),
    [("0-10", "below 1"), ("20-10", "reversed"), ("1-70000", "above 65535"), ("x", "not a port"), ("", "no ports")],
)
def test_ports_that_are_none_are_exit_2(site: Path, ports: str, word: str) -> None:
    done = probe("once", "--config", str(site), "--host", "BTS01", "--ports", ports)
    assert (done.returncode, done.stdout) == (2, "")
    assert word in done.stderr


def test_ports_where_no_range_is_asked_are_exit_2(site: Path) -> None:
    done = probe("once", "--config", str(site), "--host", "BTS01", "--peer", "SQL01", "--ports", "1-9")
    assert (done.returncode, done.stdout) == (2, "")
    assert "none of the chosen paths is a range" in done.stderr


def test_a_hung_service_is_exit_1_and_named_as_what_it_may_be(hung: Path) -> None:
    for _ in range(5):  # a machine that is too busy to be sure says so of itself, and is asked again
        done = probe("once", "--config", str(hung), "--host", "BTS01")
        if "could not be tried from this host" not in " ".join(done.stdout.split()):
            break
    assert done.returncode == 1
    assert "unreachable" in done.stdout
    text = " ".join(done.stdout.split())
    for cause in ("firewall on the way", "a dead host", "hung"):
        assert cause in text
    assert "\x1b" not in done.stdout


def test_markdown_is_evidence_with_times_and_both_ends(hung: Path) -> None:
    done = probe("once", "--config", str(hung), "--host", "BTS01", "--format", "markdown")
    assert "| Time (UTC) | From | To |" in done.stdout
    assert "127.0.0.31 port" in done.stdout
    assert "Z |" in done.stdout


def test_prom_goes_to_a_file_in_one_step(site: Path, tmp_path: Path) -> None:
    target = tmp_path / "ssoreach.prom"
    target.write_text("old")
    argv = ("once", "--config", str(site), "--host", "BTS01", "--format", "prom", "--output", str(target))
    done = probe(*argv)
    assert done.stdout == ""
    assert 'ssoreach_path_reachable{check="sql",direction="outbound",peer="SQL01"} 1.0' in target.read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ssoreach.prom", "ssoreach.yaml"]


def test_a_device_or_a_pipe_is_written_to_and_not_replaced(site: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    subprocess.run(["mkfifo", str(pipe)], check=True)
    argv = [sys.executable, "-m", "agent.cli", "once", "--config", str(site), "--host", "BTS01", "-f", "json"]
    with subprocess.Popen([*argv, "-o", str(pipe)]) as child:
        assert json.loads(pipe.read_text())["site"] == "test"
        child.wait(20)
    assert pipe.is_fifo()


def test_a_link_stays_a_link(site: Path, tmp_path: Path) -> None:
    link, target = tmp_path / "link", tmp_path / "target.json"
    target.write_text("old")
    link.symlink_to(target)
    probe("once", "--config", str(site), "--host", "BTS01", "-f", "json", "-o", str(link))
    assert link.is_symlink()
    assert json.loads(target.read_text())["site"] == "test"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root makes another user's link")
def test_by_another_user_s_link_nothing_is_written(site: Path, tmp_path: Path) -> None:
    """Who may write in the folder of the output would else choose which file root writes over."""
    link, target = tmp_path / "link", tmp_path / "target.json"
    target.write_text("old")
    link.symlink_to(target)
    if sys.platform != "win32":
        os.chown(link, 65534, 65534, follow_symlinks=False)
    probe("once", "--config", str(site), "--host", "BTS01", "-f", "json", "-o", str(link))
    assert target.read_text() == "old"
    assert not link.is_symlink()
    assert json.loads(link.read_text())["site"] == "test"


def test_a_dash_is_standard_output(site: Path, tmp_path: Path) -> None:
    done = probe("once", "--config", str(site), "--host", "BTS01", "-f", "json", "-o", "-", cwd=tmp_path)
    assert json.loads(done.stdout)["site"] == "test"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_standard_output_that_is_full_is_one_line_and_exit_2(site: Path) -> None:
    argv = [sys.executable, "-m", "agent.cli", "once", "--config", str(site), "--host", "BTS01"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(argv, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stderr == "standard output: No space left on device\n"


class OfWindowsError(OSError):
    """One for which Windows has no number that C knows."""

    winerror = 234


@pytest.mark.parametrize(
    ("error", "code"), [(OSError(errno.EINVAL, "a closed pipe"), 2), (OfWindowsError(errno.EINVAL, "More data"), 4)]
)
def test_what_windows_has_no_number_for_is_not_blamed_on_standard_output(
    monkeypatch: pytest.MonkeyPatch, error: OSError, code: int
) -> None:
    monkeypatch.setattr(agent.cli, "OUTPUT_ENDED", (errno.EPIPE, errno.EINVAL))
    monkeypatch.setattr(agent.cli, "_discard_output", lambda: None)
    with pytest.raises(SystemExit) as ended:
        agent.cli._crash(error)
    assert ended.value.code == code


@pytest.mark.parametrize("encoding", ["cp850", "ascii", "utf-16-le"])
def test_a_code_page_that_lacks_a_letter_costs_a_letter(site: Path, encoding: str) -> None:
    """Long texts end in an ellipsis, which the code pages of a Windows console do not have."""
    site.write_text(site.read_text().replace("address: 127.0.0.31", "address: " + "n" * 60 + ".invalid"))
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd()), "PYTHONIOENCODING": encoding}
    argv = [sys.executable, "-m", "agent.cli", "once", "--config", str(site), "--host", "BTS01"]
    done = subprocess.run(argv, capture_output=True, timeout=60, env=environment)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert "unresolved" in done.stdout.decode(encoding)


def test_a_file_in_the_folder_is_not_taken_without_a_terminal_but_mentioned(site: Path) -> None:
    done = probe("once", cwd=site.parent)
    assert done.returncode == 2
    assert "./ssoreach.yaml is not taken" in done.stderr


def test_an_output_that_cannot_be_written_is_exit_2(site: Path, tmp_path: Path) -> None:
    target = tmp_path / "no" / "such" / "folder"
    done = probe("once", "--config", str(site), "--host", "BTS01", "--format", "json", "--output", str(target))
    assert done.returncode == 2
    assert str(target) in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("argv", "word"),
    [
        (["--peer", "NOBODY"], "MSS, SQL01"),
        (["--peer", "SQL01", "--check", "epm"], "nothing to probe"),
        (["--role", "processing"], "two ways"),
    ],
)
def test_options_that_lead_nowhere_are_exit_2(site: Path, argv: list[str], word: str) -> None:
    done = probe("once", "--config", str(site), "--host", "BTS01", *argv)
    assert done.returncode == 2
    assert word in done.stderr


def test_without_a_file(tmp_path: Path) -> None:
    with listener("127.0.0.31") as sql:
        options = ("--role", "processing", "--sql", f"127.0.0.31,{sql}", "--master", "127.0.0.21", "--check", "sql")
        done = probe("once", *options, "--format", "json", cwd=tmp_path)
    document = json.loads(done.stdout)
    assert [(path["check"], path["port"], path["verdict"]) for path in document["paths"]] == [
        ("sql", str(sql), "reachable")
    ]
    assert done.returncode == 0


def test_plan_says_what_and_why_and_sends_nothing(site: Path) -> None:
    done = probe("plan", "--config", str(site), "--host", "BTS01", "--format", "json")
    paths = json.loads(done.stdout)["paths"]
    assert [(path["peer"], path["check"]) for path in paths] == [
        ("MSS", "epm"),
        ("MSS", "rpc-endpoint"),
        ("MSS", "rpc-range"),
        ("SQL01", "sql"),
    ]
    assert paths[3]["requirements"] == [
        {
            "service": "SQL Server",
            "account": "Logged on user",
            "reason": "To create and connect to the SSO database.",
            "note": "",
        }
    ]
    every = probe("plan", "--config", str(site), "--all")
    assert every.returncode == 0
    assert "Transacted connection" in " ".join(every.stdout.split())


def test_ctrl_c_is_130_and_shows_what_is_known(hung: Path) -> None:
    text = hung.read_text().replace("500ms", "20s")
    hung.write_text(text)
    command = [sys.executable, "-m", "agent.cli", "once", "--config", str(hung), "--host", "BTS01"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        wait_until_connecting(child.pid)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=20)
    assert child.returncode == 130
    assert "pending" in out
    assert "Not asked yet." in out
    assert "Traceback" not in err


def wait_until_connecting(pid: int) -> None:
    """Until the process has a socket that waits for a SYN-ACK (state 02 of /proc/net/tcp)."""
    deadline = time.monotonic() + 60  # seconds: how long it takes to start is the machine's affair
    while time.monotonic() < deadline:
        connections = psutil.Process(pid).net_connections(kind="tcp4")
        if any(each.status == psutil.CONN_SYN_SENT for each in connections):
            return
        time.sleep(0.005)
    pytest.fail("never saw it connect")


def test_a_crash_of_our_own_is_4_and_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def crash(*_: object) -> None:
        raise ZeroDivisionError("boom")

    monkeypatch.setattr("agent.once.run_once", crash)
    monkeypatch.setattr(sys, "argv", ["probe", "once", "--role", "processing", "--master", "127.0.0.1"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 4
    assert "fault of probe, not of a peer" in capsys.readouterr().err


@pytest.mark.parametrize("argv", [["--no-such"], ["no-such"], ["once", "--format", "xml"], ["once", "--samples", "0"]])
def test_usage_is_exit_2(argv: list[str]) -> None:
    done = probe(*argv)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_run_will_not_serve_without_the_protection_asked_for(site: Path) -> None:
    site.write_text(site.read_text() + "web: {config_file: web.yml}\n")
    done = probe("run", "--config", str(site), "--host", "BTS01")
    assert done.returncode == 2
    assert "web.config_file" in done.stderr


def test_run_says_when_its_port_is_taken(site: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        site.write_text(site.read_text() + f'web: {{listen: "127.0.0.1:{taken.getsockname()[1]}"}}\n')
        done = probe("run", "--config", str(site), "--host", "BTS01")
    assert done.returncode == 2
    assert "web.listen 127.0.0.1:" in done.stderr
    assert "in use; does another agent run here?" in done.stderr
    assert "Traceback" not in done.stderr


def test_demo_once_has_one_real_finding() -> None:
    done = probe("demo", "--once")
    assert done.returncode == 1
    text = " ".join(done.stdout.split())
    assert "SQL01" in text
    assert "unreachable no-answer" in text
    assert "1 of 4 paths do not work." in text


def test_demo_serves_what_its_urls_say_and_ends_with_ctrl_c() -> None:
    command = [sys.executable, "-u", "-m", "agent.cli", "demo"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        with urllib.request.urlopen(f"{first_url(child)}/metrics", timeout=10) as answer:
            body = answer.read().decode()
        child.send_signal(signal.SIGINT)
        child.communicate(timeout=20)
    assert "ssoreach_build_info" in body
    assert child.returncode == 0


def first_url(child: subprocess.Popen[str]) -> str:
    """The first URL that the demo prints, without its path."""
    assert child.stderr
    for line in iter(child.stderr.readline, ""):
        if line.strip().startswith("http"):
            return line.split()[0].rstrip("/")
    pytest.fail("no URL was printed")
