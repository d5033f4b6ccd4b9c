"""`probe init` as its users meet it: the file that it leaves, what it says, its exit codes."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from agent.config.load import load, parse

if sys.platform != "win32":
    from tests.terminal import CTRL_C, Terminal

PROBE = (sys.executable, "-m", "agent.cli")
INIT = (*PROBE, "init")
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if name != "SSOREACH_CONFIG"},
    "PYTHONPATH": str(Path.cwd()),
    "PYTHONIOENCODING": "utf-8",
    "COLUMNS": "100",
}
posix = pytest.mark.skipif(os.name == "nt", reason="commands are quoted otherwise for Windows' shells")
LEAST = ("--site", "contoso", "--master", "MSS", "--processing", "BTS01", "--sql", r"SQL01\SSO")


def run(*argv: str | Path, typed: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROBE, *map(str, argv)],
        input=typed,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        env=ENVIRONMENT | env,
    )


def init(*argv: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    return run("init", *argv, **env)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "büro 1" / "ssoreach.yaml"


@pytest.fixture(autouse=True)
def _folder(file: Path) -> None:
    file.parent.mkdir()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_it_writes_passes_check_config(file: Path) -> None:
    ended = init(file, *LEAST)
    assert (ended.returncode, ended.stdout) == (0, "")
    checked = run("check-config", "--config", file)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout.endswith("good: site contoso, 3 hosts\n")
    assert names(file.parent) == ["ssoreach.yaml"]


def test_every_option_reaches_the_file(file: Path) -> None:
    argv = ["--processing", "BTS02=192.0.2.12@app", "--standby", "MSS2", "--node", "MSS/NODE1=192.0.2.31", "--dtc"]
    argv += ["--dynamic-ports", "5000-5020", "--fixed-port", "entsso=50100", "--fixed-port", "msdtc=50101"]
    ended = init(file, *LEAST, *argv, "--key-file", "site.key", "--backup-confirmed", "2026-01-31", "--yes")
    assert ended.returncode == 0, ended.stderr
    config = load(file)
    assert [host.name for host in config.hosts] == ["MSS", "MSS2", "BTS01", "BTS02", "SQL01"]
    assert [node.name for node in config.hosts[0].nodes] == ["NODE1"]
    assert (config.hosts[3].address, config.hosts[3].zone) == (("192.0.2.12",), "app")
    assert config.hosts[4].instance == "SSO"
    assert (config.requirements.dtc_to_database, str(config.rpc.dynamic_ports)) == (True, "5000-5020")
    assert config.rpc.fixed_ports == {"entsso": 50100, "msdtc": 50101}
    assert (str(config.sso.backup_confirmed), config.rendezvous.key_file) == ("2026-01-31", file.parent / "site.key")


@posix
def test_the_next_commands_are_named_and_work(file: Path) -> None:
    ended = init(file, *LEAST, "--key-file", "site.key")
    lines = ended.stderr.partition("Next:\n")[2].splitlines()
    assert [line.split()[:2] for line in lines[:4]] == [
        ["probe", each] for each in ("key", "check-config", "plan", "once")
    ]
    file.parent.chmod(0o700)
    for line in lines[:2]:
        assert run(*shlex.split(line)[1:]).returncode == 0, line
    assert run(*shlex.split(lines[2])[1:], "--host", "BTS01").returncode == 0


def test_a_folder_that_the_key_lacks_is_named_too(file: Path) -> None:
    assert "  mkdir " in init(file, *LEAST, "--key-file", "keys/site.key").stderr


def test_in_a_bundle_the_next_commands_are_typed_in_its_folder(file: Path) -> None:
    frozen = "import sys; sys.frozen = True; import agent.cli; agent.cli.main()"
    argv = (sys.executable, "-c", frozen, "init", str(file), *LEAST)
    ended = subprocess.run(
        argv, input="", capture_output=True, text=True, encoding="utf-8", timeout=60, env=ENVIRONMENT
    )
    lines = ended.stderr.partition("Next:\n")[2].splitlines()
    assert lines
    assert all(".\\ssoreach.exe" in line for line in lines)


def test_a_port_that_powershell_made_a_word_of_its_own_is_no_file(file: Path) -> None:
    ended = init("--sql", "SQL01", "1444", "--site", "contoso", "--master", "MSS", "--processing", "BTS01")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "--sql 'SQL01,1444'" in ended.stderr
    assert not Path("1444").exists()


def test_to_standard_output(file: Path) -> None:
    ended = init("-", *LEAST, "--key-file", "Schlüssel 'A'.key")
    assert ended.returncode == 0
    assert str(parse(ended.stdout, "-").rendezvous.key_file) == "Schlüssel 'A'.key"
    assert "Next" not in ended.stderr


def test_what_is_missing_is_said_and_nothing_written(file: Path) -> None:
    for argv in ([], ["--yes"]):
        ended = init(file, "--site", "contoso", *argv)
        assert (ended.returncode, ended.stdout) == (2, "")
        missing = [line.partition(" ")[0] for line in ended.stderr.splitlines() if "is missing" in line]
        assert missing[:2] == ["--master", "--processing"]  # the server may be known here, from the registry
        assert "Nothing was written." in ended.stderr
    assert names(file.parent) == []


@pytest.mark.parametrize("argv", [["--master", "a\x1b[31mb"], ["--processing", "x" * 100_000], ["--sql", "\udcff"]])
def test_hostile_options_are_refused_in_harmless_words(file: Path, argv: list[str]) -> None:
    ended = init(file, *LEAST, *argv)
    assert ended.returncode == 2
    assert all(line.isprintable() and len(line) < 3000 for line in ended.stderr.splitlines())
    assert names(file.parent) == []


def test_a_file_that_is_there_stays(file: Path) -> None:
    file.write_text("old")
    ended = init(file, *LEAST)
    assert ended.returncode == 2
    assert "is there already, and was left as it is; --force" in ended.stderr
    assert file.read_text() == "old"


def test_with_force_the_old_one_is_kept_beside(file: Path) -> None:
    file.write_text("old")
    ended = init(file, *LEAST, "--force")
    assert ended.returncode == 0
    assert "the one before is kept as ssoreach.yaml.old" in ended.stderr
    assert load(file).site == "contoso"
    assert file.with_name("ssoreach.yaml.old").read_text() == "old"


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_a_folder_is_no_file(file: Path, force: list[str]) -> None:
    ended = init(file.parent, *LEAST, *force)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr


def test_a_folder_that_is_not_there_is_not_made(file: Path) -> None:
    ended = init(file.parent / "no" / "a.yaml", *LEAST)
    assert ended.returncode == 2
    assert "cannot be written: " in ended.stderr
    assert names(file.parent) == []


@posix
def test_a_disk_without_room_keeps_what_was_there(file: Path) -> None:
    file.write_text("old")
    little = ["prlimit", "--fsize=200"]  # octets that a file of this process may have
    for where, left in ((file, ["ssoreach.yaml"]), (file.with_name("new.yaml"), ["ssoreach.yaml"])):
        argv = [*little, *INIT, str(where), *LEAST, "--force"]
        ended = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, env=ENVIRONMENT, timeout=60)
        assert ended.returncode == 2
        assert b"cannot be written: File too large" in ended.stderr
        assert names(file.parent) == left
    assert file.read_text() == "old"


def test_every_option_is_documented_and_the_documented_command_works(tmp_path: Path) -> None:
    from typer.main import get_command

    from agent.cli.commands import app

    document = (Path(__file__).parents[3] / "docs" / "init.md").read_text(encoding="utf-8")
    (command,) = (each for name, each in get_command(app).commands.items() if name == "init")  # type: ignore[attr-defined]
    options = {name for each in command.params for name in (*each.opts, *each.secondary_opts) if name.startswith("--")}
    assert options >= {"--site", "--no-dtc", "--force"}
    assert {name for name in options if f"`{name}" not in document} == set()
    shown = re.search(r"^\$ probe init (\S+ --yes .*?[^\\])\n", document, re.DOTALL | re.MULTILINE)
    assert shown
    where, *argv = shlex.split(shown[1].replace("\\\n", " "))
    assert init(tmp_path / where, *argv).returncode == 0
    assert [host.name for host in load(tmp_path / where).hosts] == ["MSS", "BTS01", "BTS02", "SQL01"]


def test_where_the_variable_points_commands_find_it(file: Path) -> None:
    ended = init(*LEAST, SSOREACH_CONFIG=str(file))
    assert ended.returncode == 0
    assert "  probe check-config\n" in ended.stderr
    assert run("check-config", SSOREACH_CONFIG=str(file)).returncode == 0


if sys.platform != "win32":

    class TestAtATerminal:
        """With a person who reads and types."""

        ANSWERS = (
            (r"Name of the site: $", "contoso"),
            (r"Master secret server: $", "MSS"),
            (r"Stand-by master secret server \[none\]: $", ""),
            (r"Processing servers: $", "BTS01=192.0.2.11, BTS02"),
            (r"SQL Server with the SSO database: $", r"tcp:SQL01\SSO,1444"),
            (r"Nodes of clusters \[none\]: $", "NODE1,NODE2"),
            (r"database\? \[no\]: $", "y"),
            (r"Dynamic RPC ports \[49152-65535\]: $", "5000-5020"),
            (r"Fixed ports of services \[none\]: $", ""),
            (r"File of the site's key \[site.key\]: $", "-"),
            (r"last seen \[no\]: $", "2026-01-31"),
        )

        def answer(self, terminal: Terminal) -> None:
            for prompt, typed in self.ANSWERS:
                terminal.until(prompt)
                terminal.type(f"{typed}\n")

        def test_a_whole_conversation(self, file: Path) -> None:
            with Terminal([*INIT, str(file)], ENVIRONMENT) as terminal:
                self.answer(terminal)
                terminal.until(r"Write this to .*/büro 1/ssoreach\.yaml\? \[yes\]: $")
                assert names(file.parent) == []
                terminal.type("\n")
                assert terminal.end() == 0
            assert "the port wins, and SSO is left out" in terminal.text
            assert "  MSS: master-secret; nodes NODE1, NODE2\r\n  BTS01 (192.0.2.11): processing" in terminal.text
            config = load(file)
            assert [host.name for host in config.hosts] == ["MSS", "BTS01", "BTS02", "SQL01"]
            assert (config.hosts[3].port, config.hosts[3].instance) == (1444, None)
            assert config.requirements.dtc_to_database
            assert str(config.sso.backup_confirmed) == "2026-01-31"

        @pytest.mark.parametrize("typed", ["n\n", "maybe\nno\n", "\x04"])
        def test_anything_but_yes_writes_nothing(self, file: Path, typed: str) -> None:
            with Terminal([*INIT, str(file)], ENVIRONMENT) as terminal:
                self.answer(terminal)
                terminal.until(r"\[yes\]: $")
                terminal.type(typed)
                assert terminal.end() == 2
            assert "Nothing was written." in terminal.text
            assert names(file.parent) == []

        @pytest.mark.parametrize("answered", [0, 3, 11])
        def test_ctrl_c_leaves_nothing_behind(self, file: Path, answered: int) -> None:
            with Terminal([*INIT, str(file)], ENVIRONMENT) as terminal:
                for prompt, typed in self.ANSWERS[:answered]:
                    terminal.until(prompt)
                    terminal.type(f"{typed}\n")
                terminal.until(self.ANSWERS[answered][0] if answered < len(self.ANSWERS) else r"\[yes\]: $")
                terminal.type(CTRL_C)
                assert terminal.end() == 130
            assert "Traceback" not in terminal.text
            assert "Nothing was written." in terminal.text
            assert names(file.parent) == []

        def test_what_is_no_text_is_asked_again(self, file: Path) -> None:
            with Terminal([*INIT, str(file)], ENVIRONMENT) as terminal:
                terminal.until(self.ANSWERS[0][0])
                os.write(terminal._master, b"\xff\xfe\n")
                terminal.until("control characters cannot stand in it\r\nName of the site: $")
                terminal.type("\x16\x1b[31m\n")
                terminal.until("(?s)in it.*control characters cannot stand in it\r\nName of the site: $")
                terminal.type("?\n")
                terminal.until("The same on every host")

        def test_a_file_that_is_there_is_said_before_anything_is_asked(self, file: Path) -> None:
            file.write_text("old")
            with Terminal([*INIT, str(file)], ENVIRONMENT) as terminal:
                assert terminal.end() == 2
            assert "Name of the site" not in terminal.text
            assert file.read_text() == "old"

        def test_yes_asks_nothing_even_there(self, file: Path) -> None:
            with Terminal([*INIT, str(file), *LEAST, "--yes"], ENVIRONMENT) as terminal:
                assert terminal.end() == 0
            assert load(file).site == "contoso"
