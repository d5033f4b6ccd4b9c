"""`probe safe-to-restart` as its users meet it: a process, its exit code, and the first word that it says."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from secrets import token_hex

import pytest

from agent.cli import main
from agent.demo.demo import full_listener, listener
from agent.demo.mapper import mapper
from agent.sso.memory import Contact, Life, Memory
from agent.sso.state import SsoState
from agent.sso.stored import Remembered, store
from agent.store.store import Store

assert sys.platform != "win32"  # the type checker then leaves this file out there

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a process stands for the service, by its Linux name")

INTERPRETER = os.path.realpath(sys.executable)
# Says that it is there, and waits for the end of its standard input, which ends with the test at the latest.
WAITS = ["-I", "-S", "-c", "import sys; print('ready', flush=True); sys.stdin.read()"]
SITE = """\
site: test
names: false
sso: {{service: "{service}"}}
rpc: {{dynamic_ports: 20000-20003}}
schedule: {{interval: 60s, timeout: 500ms}}
state_dir: state
hosts:
  - {{name: BTS01, role: processing, address: 127.0.0.11}}
  - {{name: MSS, role: master-secret, address: 127.0.0.21, epm_port: {epm}}}
  - {{name: SPARE, role: master-secret-standby, address: 127.0.0.22, epm_port: {epm}}}
  - {{name: SQL01, role: sso-database, address: 127.0.0.31, port: {sql}}}
"""


class Site:
    """On loopback, with a process for the SSO service. A closed port is one that was open before."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.service = f"ENTSSO-{token_hex(4)}"
        self.state = folder / "state"
        self._folder = folder
        self._stack = stack
        self._process: subprocess.Popen[bytes] | None = None

    def starts(self) -> "Site":
        path = self._folder / self.service
        path.symlink_to(INTERPRETER)
        process = subprocess.Popen([path, *WAITS], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._process = self._stack.enter_context(process)
        self._stack.callback(process.kill)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        return self

    def written(self, *, master: bool = True, database: bool = True, text: str = SITE) -> "Site":
        with ExitStack() as closed:
            stacks = {True: self._stack, False: closed}
            sso = stacks[master].enter_context(listener("127.0.0.21"))
            epm = stacks[master].enter_context(mapper("127.0.0.21", sso))
            sql = stacks[database].enter_context(listener("127.0.0.31"))
            (self._folder / "ssoreach.yaml").write_text(text.format(service=self.service, epm=epm, sql=sql))
        return self

    def asks(self, host: str = "BTS01") -> "subprocess.CompletedProcess[str]":
        return probe("--config", str(self._folder / "ssoreach.yaml"), "--host", host)

    def remembers(self, memory: Memory, service: str | None = None) -> "Site":
        """As an agent of BTS01 left it."""
        known = Remembered("BTS01", service or self.service, memory, SsoState.NORMAL, 1.0)
        Store(self.state, "test", print).save("sso", store(known))
        return self

    def files(self) -> dict[str, bytes] | None:
        if not self.state.exists():
            return None
        return {each.name: each.read_bytes() for each in self.state.iterdir()}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with ExitStack() as stack:
        yield Site(tmp_path, stack)


def probe(*argv: str, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd()), "SSOREACH_CONFIG": ""}
    command = [sys.executable, "-m", "agent.cli", "safe-to-restart", *argv]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=cwd, env=environment)


def said(done: "subprocess.CompletedProcess[str]") -> str:
    """On standard output, with its lines joined."""
    return " ".join(done.stdout.split())


# One exit code each, and the first word says the same.


def test_yes_is_0(site: Site) -> None:
    done = site.starts().written().asks()
    assert (done.returncode, done.stderr) == (0, "")
    assert said(done).startswith(
        f"yes: nothing that is known speaks against restarting {site.service}, host instances or BTS01."
    )
    assert "The way to MSS is open." in said(done)
    assert "The way to the SSO database is open: SQL01." in said(done)


def test_no_is_1_where_there_is_no_way_to_the_master(site: Site) -> None:
    done = site.starts().written(master=False).asks()
    assert (done.returncode, done.stderr) == (1, "")
    assert said(done).startswith(f"no: do not restart {site.service}, host instances or BTS01 now.")
    assert "a service that starts now gets no secret" in said(done)


def test_no_is_1_where_there_is_no_way_to_the_database(site: Site) -> None:
    done = site.starts().written(database=False).asks()
    assert done.returncode == 1
    assert said(done).startswith("no: ")
    assert "No SSO database is reached, SQL01" in said(done)


def test_unknown_is_3_where_the_service_is_not_seen(site: Site) -> None:
    done = site.written().asks()
    assert (done.returncode, done.stderr) == (3, "")
    assert said(done).startswith("unknown: ")
    assert f"{site.service} cannot be seen: there is no such service" in said(done)


def test_a_service_that_was_there_before_and_is_not_is_one_to_start(site: Site) -> None:
    memory = Memory(life=Life("boot/1/1", 0.0, 1.0))
    done = site.written().remembers(memory).asks()
    assert done.returncode == 0
    assert said(done).startswith(f"yes: nothing that is known speaks against restarting {site.service} or BTS01.")
    assert "what comes is a start" in said(done)


def test_whoever_hangs_is_a_no_too(site: Site) -> None:
    site.starts().written()
    with full_listener("127.0.0.31") as sql:
        site.written(text=SITE.replace("port: {sql}", f"port: {sql}"))
        done = site.asks()
    assert done.returncode == 1
    assert "unreachable / no-answer" in said(done)


def test_the_master_itself_pays_nothing_and_others_do(site: Site) -> None:
    done = site.starts().written().asks("MSS")
    assert done.returncode == 0
    assert "BTS01 work on with cached copies" in said(done)
    assert site.written(database=False).asks("MSS").returncode == 1


def test_of_a_stand_in_it_is_not_known(site: Site) -> None:
    done = site.starts().written().asks("SPARE")
    assert done.returncode == 3
    assert said(done).startswith("unknown: ")


# What is wrong with the question is 2, and no answer.


def test_a_host_without_an_sso_service_is_told_so(site: Site) -> None:
    done = site.starts().written().asks("SQL01")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "SQL01 has no SSO service by its roles: sso-database\n"


def test_a_host_that_is_not_in_the_file_is_2(site: Site) -> None:
    done = site.written().asks("NOBODY")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no host 'NOBODY'" in done.stderr


def test_no_file_is_2_and_says_where_it_was_looked_for(tmp_path: Path) -> None:
    done = probe(cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "/etc/ssoreach/ssoreach.yaml" in done.stderr


@pytest.mark.parametrize(
    "argv", [["--no-such"], ["--role", "sso-database"], ["--role", "king"], ["--role", "processing"], ["--peer", "MSS"]]
)
def test_usage_is_2(argv: list[str], tmp_path: Path) -> None:
    done = probe(*argv, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


def test_without_a_file_the_command_line_says_whom_to_ask(tmp_path: Path) -> None:
    """Nobody listens at port 135 of this address, so that there is no way."""
    with listener("127.0.0.31") as sql:
        argv = ("--role", "processing", "--master", "127.0.0.21", "--sql", f"127.0.0.31,{sql}")
        done = probe(*argv, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert said(done).startswith("no: ")
    assert list(tmp_path.iterdir()) == []


# What the agent of this host remembers is read, and never touched.


def test_nothing_is_written(site: Site) -> None:
    assert site.starts().written().asks().returncode == 0
    assert site.files() is None


def test_what_the_agent_remembers_counts_and_stays_as_it_is(site: Site) -> None:
    memory = Memory(Contact(1.0, None, ("MSS",), incarnation="boot/1/1", held=600.0))
    before = site.starts().remembers(memory).files()
    done = site.written(master=False).asks()
    assert done.returncode == 1
    assert site.files() == before


@pytest.mark.parametrize("text", ["", "\x00" * 100, '{"version": 1, "site": "test", "content": {"host": "\\u001b"}}'])
def test_a_file_that_is_damaged_is_said_and_left_alone(site: Site, text: str) -> None:
    site.starts().written().state.mkdir()
    (site.state / "sso.json").write_text(text)
    done = site.asks()
    assert done.returncode == 0
    assert done.stderr.startswith(f"{site.state}/sso.json: ")
    assert done.stderr.endswith("; left alone\n")
    assert len(done.stderr.splitlines()) == 1
    assert site.files() == {"sso.json": text.encode()}


def test_a_file_of_another_service_is_said_in_plain_letters(site: Site) -> None:
    before = site.starts().written().remembers(Memory(), "x\x1b[2J\ny").files()
    done = site.asks()
    assert done.returncode == 0
    assert "of service x\\x1b[2J\\ny on BTS01; left alone" in done.stderr
    assert site.files() == before


# And in this process.


def test_a_crash_of_our_own_is_4(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def crash(*_: object, **__: object) -> None:
        raise ZeroDivisionError("boom")

    monkeypatch.setattr("agent.cli.restarting.run_once", crash)
    monkeypatch.setattr(sys, "argv", ["probe", "safe-to-restart", "--role", "processing", "--master", "127.0.0.1"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 4
    assert "fault of probe, not of a peer" in capsys.readouterr().err
