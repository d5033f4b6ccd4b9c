"""The set-up script on made-up machines: who may install what, and that what is put in place is put back."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

PYTHON = """#!/bin/sh
case "$*" in
    *version_info\\ \\<*) exit "$TOO_OLD" ;;
    *_base_executable*) echo "$0" ;;
    *ensurepip*) test -e "$MACHINE/ensurepip" ;;
    *-venv*) echo python3.11-venv ;;
    -V) echo Python 3.11.2 ;;
    "-m venv --clear "*)
        echo "venv $4" >>"$MACHINE/log"
        mkdir -p "$4/bin"
        printf '#!/bin/sh\\necho "$*" >>"$MACHINE/log"\\ncase "$*" in *"$NO_WHEEL"*) exit 1 ;; esac\\n' >"$4/bin/python"
        chmod +x "$4/bin/python"
        ;;
esac
"""
APT_GET = """#!/bin/sh
echo "apt-get $*" >>"$MACHINE/log"
[ "$1" = install ] || exit 0
cat "$POLICY_RC_D" >"$MACHINE/policy-while-installing"
touch "$MACHINE/ensurepip"
[ -z "$INTERRUPTED" ] || kill -TERM "$PPID"
exit "$APT_STATUS"
"""
DPKG_QUERY = """#!/bin/sh
for package; do :; done
case "$INSTALLED" in *$package*) printf installed ;; *) exit 1 ;; esac
"""
NPM = """#!/bin/sh
echo "npm $* in ${PWD#"$MACHINE/"}" >>"$MACHINE/log"
rm -rf node_modules
mkdir node_modules
exit "$NPM_STATUS"
"""
TOOLS = ["bash", "cat", "chmod", "dirname", "env", "grep", "kill", "mkdir", "rm", "sh", "sha256sum", "touch"]


@dataclass(frozen=True)
class Machine:
    """A checkout of its own, and a PATH on which Python, apt and the user are stand-ins that write to a log."""

    folder: Path
    environment: dict[str, str]

    @property
    def policy(self) -> Path:
        return Path(self.environment["POLICY_RC_D"])

    def set_up(self, *packages: str, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [str(self.folder / ".ci" / "setup"), *packages]
        return subprocess.run(command, env=self.environment | environment, capture_output=True, text=True)

    def log(self) -> list[str]:
        log = self.folder / "log"
        return log.read_text(encoding="utf-8").splitlines() if log.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    for file in (
        ".ci/setup",
        "requirements/dev.txt",
        "requirements/honeypot.txt",
        "tests/browser/package.json",
        "tests/browser/package-lock.json",
        "pyproject.toml",
        "agent/__init__.py",
    ):
        (tmp_path / file).parent.mkdir(exist_ok=True, parents=True)
        shutil.copy(ROOT / file, tmp_path / file)
    programs = {
        "python3": PYTHON,
        "apt-get": APT_GET,
        "dpkg-query": DPKG_QUERY,
        "id": '#!/bin/sh\necho "$ID"\n',
        "npm": NPM,
    }
    (tmp_path / "bin").mkdir()
    for name, text in programs.items():
        (tmp_path / "bin" / name).write_text(text, encoding="utf-8")
        (tmp_path / "bin" / name).chmod(0o755)
    (tmp_path / "ensurepip").touch()
    environment = {
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "MACHINE": str(tmp_path),
        "POLICY_RC_D": str(tmp_path / "policy-rc.d"),
        "ID": "0",
        "TOO_OLD": "0",
        "INSTALLED": "",
        "INTERRUPTED": "",
        "APT_STATUS": "0",
        "NO_WHEEL": "nothing",
        "NPM_STATUS": "0",
    }
    return Machine(tmp_path, environment)


def test_a_second_run_finds_everything_in_place(machine: Machine) -> None:
    assert machine.set_up().returncode == 0
    built = machine.log()
    assert [line.split()[0] for line in built] == ["venv", "-m", "-m"]
    assert "--require-hashes --requirement requirements/dev.txt" in built[1]
    assert "--no-deps --no-build-isolation --editable ." in built[2]
    second = machine.set_up()
    assert (second.returncode, second.stderr, machine.log()) == (0, "", built)


@pytest.mark.parametrize("file", ["requirements/dev.txt", "pyproject.toml"])
def test_a_changed_lock_or_project_renews_the_environment(machine: Machine, file: str) -> None:
    machine.set_up()
    built = machine.log()
    with (machine.folder / file).open("a", encoding="utf-8") as changed:
        changed.write("\n")
    machine.set_up()
    assert machine.log() == built * 2


def test_packages_are_listed_before_they_are_installed_and_start_no_daemon(machine: Machine) -> None:
    done = machine.set_up("nftables", "prometheus", "iproute2", INSTALLED="iproute2")
    assert done.returncode == 0
    assert "installing these Debian packages: nftables prometheus\n" in done.stderr
    assert machine.log()[0].startswith("apt-get update")
    assert machine.log()[1].endswith(" nftables prometheus")
    assert "exit 101" in (machine.folder / "policy-while-installing").read_text(encoding="utf-8")
    assert not machine.policy.exists()


def test_what_is_installed_is_not_asked_for_again(machine: Machine) -> None:
    machine.set_up("nftables", INSTALLED="nftables")
    assert not any(line.startswith("apt-get") for line in machine.log())


def test_a_policy_that_was_there_stays(machine: Machine) -> None:
    machine.policy.write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
    machine.set_up("prometheus")
    assert machine.policy.read_text(encoding="utf-8") == "#!/bin/sh\nexit 0\n"


def test_a_policy_that_a_killed_run_left_is_taken_away(machine: Machine) -> None:
    machine.set_up("prometheus")
    shutil.copy(machine.folder / "policy-while-installing", machine.policy)
    machine.set_up("prometheus")
    assert not machine.policy.exists()


def test_packages_that_cannot_be_installed_are_only_noted(machine: Machine) -> None:
    done = machine.set_up("prometheus", APT_STATUS="100")
    assert done.returncode == 0
    assert "could not be installed: prometheus" in done.stderr
    assert not machine.policy.exists()
    assert "venv .venv" in machine.log()


def test_an_interrupted_installation_puts_the_policy_back(machine: Machine) -> None:
    machine.set_up("prometheus", INTERRUPTED="yes", APT_STATUS="1")
    assert (machine.folder / "policy-while-installing").exists()
    assert not machine.policy.exists()


def test_an_ordinary_user_is_told_what_is_missing(machine: Machine) -> None:
    done = machine.set_up("prometheus", ID="1000")
    assert done.returncode == 0
    assert "not installed, as that takes root on Debian: prometheus" in done.stderr
    assert not any(line.startswith("apt-get") for line in machine.log())


def test_root_gets_what_virtual_environments_need(machine: Machine) -> None:
    (machine.folder / "ensurepip").unlink()
    done = machine.set_up()
    assert done.returncode == 0
    assert "installing these Debian packages: python3.11-venv\n" in done.stderr
    assert "venv .venv" in machine.log()


def test_an_ordinary_user_is_told_what_virtual_environments_need(machine: Machine) -> None:
    (machine.folder / "ensurepip").unlink()
    done = machine.set_up(ID="1000")
    assert done.returncode == 1
    assert done.stderr.endswith("have the package python3.11-venv installed\n")
    assert not machine.log()


def test_the_honeypot_has_an_environment_of_its_own_where_it_is_asked_for(machine: Machine) -> None:
    machine.set_up()
    without = machine.log()
    assert not any("honeypot" in line for line in without)
    done = machine.set_up("--honeypot", "nftables", INSTALLED="nftables")
    assert done.returncode == 0
    venv, install = machine.log()[len(without) :]
    assert venv == "venv .venv-honeypot"
    assert install.endswith("--require-hashes --requirement requirements/honeypot.txt")
    built = machine.log()
    assert machine.set_up("--honeypot").stderr == ""
    assert machine.log() == built


def test_a_changed_lock_of_the_honeypot_renews_it_alone(machine: Machine) -> None:
    machine.set_up("--honeypot")
    built = machine.log()
    with (machine.folder / "requirements" / "honeypot.txt").open("a", encoding="utf-8") as changed:
        changed.write("\n")
    machine.set_up("--honeypot")
    assert machine.log() == built + [line for line in built if "honeypot" in line]


def test_a_honeypot_that_cannot_be_installed_is_only_noted_and_tried_again(machine: Machine) -> None:
    refused = machine.set_up("--honeypot", NO_WHEEL="honeypot.txt")
    assert refused.returncode == 0
    assert "the honeypot could not be installed" in refused.stderr
    assert not (machine.folder / ".venv-honeypot" / ".built-from").exists()
    assert "building .venv-honeypot" in machine.set_up("--honeypot").stderr


def test_what_looks_at_the_page_is_installed_where_it_is_asked_for_and_once(machine: Machine) -> None:
    machine.set_up("--honeypot", "--browser")
    (npm,) = [line for line in machine.log() if line.startswith("npm")]
    assert npm.startswith("npm ci --ignore-scripts ")
    assert npm.endswith(" in tests/browser")
    built = machine.log()
    assert machine.set_up("--browser", "--honeypot").stderr == ""
    assert machine.log() == built


@pytest.mark.parametrize("file", ["package.json", "package-lock.json"])
def test_a_changed_lock_of_it_renews_it_alone(machine: Machine, file: str) -> None:
    machine.set_up("--browser")
    built = machine.log()
    with (machine.folder / "tests" / "browser" / file).open("a", encoding="utf-8") as changed:
        changed.write("\n")
    machine.set_up("--browser")
    assert machine.log() == built + [line for line in built if line.startswith("npm")]


def test_where_it_cannot_be_installed_that_is_only_noted_and_tried_again(machine: Machine) -> None:
    refused = machine.set_up("--browser", NPM_STATUS="1")
    assert refused.returncode == 0
    assert "could not be installed in tests/browser" in refused.stderr
    assert "installing what tests/browser/package-lock.json pins" in machine.set_up("--browser").stderr


def test_npm_comes_from_debian_where_there_is_none(machine: Machine) -> None:
    (machine.folder / "bin" / "npm").rename(machine.folder / "npm-of-debian")
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found
        (machine.folder / "bin" / tool).symlink_to(found)
    only = {"PATH": str(machine.folder / "bin")}
    done = machine.set_up("--browser", "nftables", INSTALLED="nftables", **only)
    assert done.returncode == 0
    assert "installing these Debian packages: nodejs npm\n" in done.stderr
    assert "could not be installed in tests/browser" in done.stderr
    assert not any(line.startswith("npm") for line in machine.log())


def test_an_option_that_there_is_not_is_said(machine: Machine) -> None:
    done = machine.set_up("--brwser")
    assert (done.returncode, done.stderr) == (1, "set-up: there is no option --brwser\n")


def test_the_browser_s_lock_names_no_address() -> None:
    text = (ROOT / "tests" / "browser" / "package-lock.json").read_text(encoding="utf-8")
    assert "resolved" not in text
    assert "://" not in text


def test_an_old_or_absent_python_is_said_in_one_line(machine: Machine) -> None:
    old, absent = machine.set_up(TOO_OLD="1"), machine.set_up(PYTHON="python9")
    for done, says in ((old, "python3 is Python 3.11.2; "), (absent, "there is no python9; ")):
        assert done.returncode == 1
        assert done.stderr.startswith(f"set-up: {says}Python 3.11 or newer is needed")
        assert done.stderr.count("\n") == 1
