"""Every command of README and docs runs here on loopback, or stands in the table of those that do not, with the reason.

The site is README's own, with its hosts at addresses of 127.0.0.0/8, and one service of it hangs, so that there is
something to find. Its agent is `probe run`, as that is typed there.
"""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from agent.config.load import load
from agent.demo.demo import SSO_PORTS, full_listener, listener
from agent.demo.mapper import mapper
from agent.sso.state import Why
from tests.agent.report.test_restart import printed
from tests.agent.sso.standing import standing
from tests.typed import ROOT, typed

README = (ROOT / "README.md").read_text(encoding="utf-8")
TIMEOUT = 60  # seconds; far more than any of these takes

# Here it stands in for a reason: what is typed at a prompt of Windows, `make test-windows` and PowerShell's parser see.
NOT_RUN = {
    r"make \w+.*": "a verb of the Makefile: test_docs_commands holds that it is one; CI runs them",
    r"(\S*/)?python3? -m (?!venv).*": "a tool of this repository, which takes long: what it does has tests of its own",
    r"probe run": "the agent that all others meet",
    r"(\S*/)?(python3(\.11)? -m venv|pip) .*": "installs: tests/lab/test_wheelhouse.py, tests/lab/test_systemd.py",
    r"install .*|mkdir .*": "puts files into the host's own folders, as root: tests/lab/test_systemd.py",
    r"\S*probe service install.*": "takes systemd: tests/lab/test_systemd.py",
    r"docker .*": "takes an engine and its registry: tests/lab/test_image.py builds and runs the image",
    r"(prometheus|victoria-metrics|vmalert) .*": "another's program: tests/lab/test_alert.py",
    r"nft .*": "changes the host's firewall: tests/lab/test_rules_applied.py",
    r"probe (rules --scraper prometheus|trace sql01)\.contoso\.test .*": "asks for a name that nobody has",
}


class Ends(NamedTuple):
    """How a command ends: with one of these exit codes, and what it says (a pattern)."""

    codes: Collection[int]
    says: str


# SQL01 is silent; a machine that is too busy to say so doubts itself, and that is an answer, too.
FOUND, MSS = (1, 3), (0, 3)
SQL01 = r"SQL01 +SQL Server \(\d+\) +(unreachable +no-answer|inconclusive +local-fault|pending)"
SERVICE = r"MSS +SSO service's own port +(reachable +known service|inconclusive)"

RUNS: Mapping[str, Ends] = {
    "probe init": Ends([2], r"is there already, and was left as it is"),
    "probe check-config": Ends([0], r"good: site contoso, 3 hosts"),
    "probe plan": Ends([0], r"SQL01 +SQL Server "),
    "probe once": Ends(FOUND, SQL01),
    "probe once --peer MSS": Ends(MSS, SERVICE),
    "probe once --peer MSS --both": Ends(MSS, SERVICE),
    "probe once --peer MSS --format markdown --output evidence.md": Ends(MSS, r"^$"),
    "probe once --format nagios --no-exact": Ends([2, 3], r"^SSOREACH [A-Z]+ - \d of 4 paths of BTS01 reachable; "),
    "probe once --format json --output bts01.json": Ends(FOUND, r"^$"),
    "probe once --format json --output mss.json": Ends(FOUND, r"^$"),
    "probe status": Ends(FOUND, SQL01),
    "probe healthy": Ends([0], r""),
    "probe safe-to-restart": Ends([1, 3], r"^(no: do not restart|unknown: whether) ENTSSO, host instances or BTS01 "),
    "probe endpoints MSS": Ends([0], r"SSOSecretServer"),
    "probe sweep MSS": Ends([2], r"16,384 ports"),
    "probe key site.key": Ends([0], r"a new key, which only its owner may read"),
    "probe rules": Ends([0], r"^# Firewall change request of the site contoso: all that is needed"),
    "probe rules --missing": Ends(MSS, r"^# Firewall change request of the site contoso: what was found shut"),
    "probe rules --missing --from a.json --from b.json --format nft": Ends(MSS, r"^table inet "),
    "probe rules --missing --from bts01.json --from mss.json": Ends(MSS, r"^# Firewall change request"),
    "probe rules --missing --from bts01.json --from mss.json --format nft --output open.nft": Ends(MSS, r"^$"),
    "probe trace MSS 135": Ends([0, 3], r"^TCP 135 of 127\.0\.0\.21 is reset, 1 hop away"),
    "/opt/ssoreach/bin/probe --version": Ends([0], r"^ssoreach \d+\.\d+"),
    r"probe init ./ssoreach.yaml --yes --site contoso --master MSS --node MSS/NODE1=192.0.2.31 --node "
    r"MSS/NODE2=192.0.2.32 --processing BTS01=192.0.2.11 --processing BTS02@app --sql 'SQL01\PROD' --key-file "
    r"site.key": Ends([0], r""),
}

REST = """\
schedule: {{interval: 10s}}
rendezvous: {{key_file: site.key, listen: "127.0.0.1:{}"}}
web: {{listen: "127.0.0.1:0"}}
names: false
state_dir: state
"""
HERE = [each for each in typed() if not each.is_windows]
ANSWERS = ("a.json", "b.json", "bts01.json", "mss.json")


def why_not(line: str) -> list[str]:
    return [reason for pattern, reason in NOT_RUN.items() if re.fullmatch(pattern, line)]


@contextmanager
def site(folder: Path) -> Iterator[None]:
    """A folder with README's file in it, whose services are there; and one of whose hosts has its agent."""
    with (
        listener("127.0.0.21", SSO_PORTS) as sso,
        mapper("127.0.0.21", sso) as epm,
        full_listener("127.0.0.31") as sql,
    ):
        (folder / "ssoreach.yaml").write_text(on_loopback(epm, sql), encoding="utf-8")
        made = run("probe key site.key", folder, folder)
        assert made.returncode == 0, made.stderr
        with agent(folder):
            yield


def on_loopback(epm: int, sql: int) -> str:
    """README's file, and what a machine without that network needs beside it."""
    shown = re.search(r"```yaml\n(site: .*?)```", README, re.DOTALL)
    assert shown
    here = {
        "192.0.2.11": "127.0.0.1",
        "mss.contoso.test": f"127.0.0.21, epm_port: {epm}",
        "sql01.contoso.test": f"127.0.0.31, port: {sql}",
    }
    text = re.sub("|".join(map(re.escape, here)), lambda match: here[match[0]], shown[1])
    assert all(value in text for value in here.values())
    return text + REST.format(free_udp_port())


def free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


@contextmanager
def agent(folder: Path) -> Iterator[None]:
    """Until it is ended by Ctrl-C, from when it can be asked."""
    with subprocess.Popen(
        ours("probe run"), cwd=folder, env=environment(folder), stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            give_up = time.monotonic() + TIMEOUT
            while not (folder / "state" / "agent.json").exists():
                assert process.poll() is None
                assert time.monotonic() < give_up
                time.sleep(0.05)
            yield
        finally:
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=TIMEOUT)
    assert "Traceback" not in said


def ours(line: str) -> list[str]:
    """The program as it is called here, with what is typed behind its name."""
    return [sys.executable, "-m", "agent.cli", *shlex.split(line)[1:]]


def environment(folder: Path) -> dict[str, str]:
    known = {"PYTHONPATH": str(ROOT), "SSOREACH_CONFIG": str(folder / "ssoreach.yaml")}
    return {**os.environ, **known}


def run(line: str, folder: Path, site: Path) -> subprocess.CompletedProcess[str]:
    """In a folder, with the site's file where the variable says; whatever is asked, the answer is no."""
    argv, env = ours(line), environment(site)
    return subprocess.run(argv, cwd=folder, env=env, input="n\n", capture_output=True, text=True, timeout=TIMEOUT)


def mistakes(line: str, folder: Path, site: Path) -> list[str]:
    """What is not as it should be when a line is typed in a new folder."""
    here = folder / str(list(RUNS).index(line))
    here.mkdir()
    for name in ANSWERS:
        (here / name).write_bytes((site / "answer").read_bytes())
    done, ends = run(line, here, site), RUNS[line]
    said = done.stdout or done.stderr
    output = re.search(r"--output (\S+)", line)
    is_there = output is None or (here / output[1]).stat().st_size
    good = done.returncode in ends.codes and re.search(ends.says, said, re.MULTILINE) and is_there
    return [] if good else [f"$ {line}\n{said}exit code {done.returncode}, and {ends} was to be expected"]


def test_every_command_runs_or_says_why_not() -> None:
    lines = {each.line for each in HERE}
    assert sorted(line for line in lines if (line in RUNS) + len(why_not(line)) != 1) == []
    assert sorted(set(RUNS) - lines) == []
    assert [pattern for pattern in NOT_RUN if not any(re.fullmatch(pattern, line) for line in lines)] == []


@pytest.mark.timeout(300)
def test_each_runs_as_it_is_typed(tmp_path: Path) -> None:
    """In one test, as one agent and one site serve them all, and they mostly wait."""
    with site(tmp_path), ThreadPoolExecutor(4) as pool:
        made = run("probe once --format json --output answer", tmp_path, tmp_path)
        assert made.returncode in FOUND, made.stderr
        found = list(pool.map(lambda line: mistakes(line, tmp_path, tmp_path), RUNS))
    assert "\n".join(each for several in found for each in several) == ""
    (line,) = (line for line in RUNS if line.startswith("probe init ./"))
    written = load(tmp_path / str(list(RUNS).index(line)) / "ssoreach.yaml")
    assert [host.name for host in written.hosts] == ["MSS", "BTS01", "BTS02", "SQL01"]


def masked(text: str) -> str:
    """Without what differs from run to run: numbers, causes, where lines end, and what else listens on this machine."""
    words = " ".join(re.sub(r"\(\S+ / \S+\)", "(V / C)", re.sub(r"[\d.,]*\d", "N", text)).split())
    return words.replace("(N closed, N open)", "(N closed)")


def shown(document: str, command: str) -> list[str]:
    """The paragraphs that a document has the command print, up to and from where it leaves something out."""
    text = (ROOT / document).read_text(encoding="utf-8")
    (block,) = re.findall(rf"```console\n\$ {re.escape(command)}\n(.*?)```", text, re.DOTALL)
    return [masked(part) for part in re.split(r"^ *\.\.\.\n|\n\n", block, flags=re.MULTILINE) if part.strip()]


def test_the_demo_prints_what_the_readme_shows() -> None:
    assert "$(BIN)/probe demo" in (ROOT / "Makefile").read_text(encoding="utf-8")
    done = subprocess.run(ours("probe demo --once"), capture_output=True, text=True, timeout=TIMEOUT)
    printed_here = masked(done.stdout)
    places = [printed_here.find(part) for part in shown("README.md", "make demo")]
    assert -1 not in places, done.stdout
    assert places == sorted(places)


@pytest.mark.parametrize("document", ["README.md", "docs/sso.md"])
def test_the_answer_before_a_restart_is_as_it_is_shown(document: str) -> None:
    (part,) = shown(document, "probe safe-to-restart")
    assert part in masked(printed(standing(Why.SAME)))
