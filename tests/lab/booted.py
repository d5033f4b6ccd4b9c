"""A machine with a real systemd, booted in a namespace of the lab: what a host is, but for the kernel.

    with booted(net.prober) as machine:
        machine.systemctl("start", "ssoreach")

What it writes goes to memory and is gone with it. It ends with its block, and with whoever runs it.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from .daemon import need, need_users
from .namespace import PAUSE, LabCommandError, Namespace

ROOT = Path(__file__).parents[2]
TREE = ROOT / ".machine" / "root"  # from .ci/machine
GROUPS = Path("/sys/fs/cgroup")
GROUP = "ssoreach-machine-"
UP = {"running", "degraded"}
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"

# The program as a person would install it, but that it is taken from this checkout.
PROGRAM = Path("/opt/ssoreach")
PYTHON = PROGRAM / "bin" / "python"
OURS, PACKAGES, INTERPRETER = "/opt/checkout", "/opt/packages", "/opt/python"
INSTALL = f"""\
mkdir -p {PROGRAM}/bin {PROGRAM}/lib/$1/site-packages
ln -s $2/bin/$1 {PYTHON}
printf 'home = %s/bin\\ninclude-system-site-packages = false\\n' $2 >{PROGRAM}/pyvenv.cfg
printf '%s\\n' {OURS} {PACKAGES} >{PROGRAM}/lib/$1/site-packages/lab.pth
echo $2/lib >/etc/ld.so.conf.d/lab.conf
ldconfig
"""


class Machine:
    """`leader`: its first process, as this machine counts."""

    def __init__(self, leader: int) -> None:
        self.leader = leader
        self._enter = ("nsenter", f"--target={leader}", "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--")

    def run(
        self, *argv: str, input: str = "", timeout: float = 60, check: bool = False
    ) -> subprocess.CompletedProcess[str]:
        """As root of that machine."""
        environ = {"PATH": PATH, "LC_ALL": "C.UTF-8"}
        command = [*self._enter, *argv]
        done = subprocess.run(command, input=input, text=True, capture_output=True, timeout=timeout, env=environ)
        assert not check or done.returncode == 0, f"{argv}: {done.returncode} {done.stdout}{done.stderr}"
        return done

    def probe(self, *argv: str) -> subprocess.CompletedProcess[str]:
        return self.run(str(PYTHON), "-I", "-m", "agent.cli", *argv)

    def systemctl(self, *argv: str) -> str:
        """It has to succeed."""
        return self.run("systemctl", *argv, check=True).stdout.strip()

    def show(self, unit: str, name: str) -> str:
        """A property of a unit."""
        return self.systemctl("show", f"--property={name}", "--value", unit)

    def journal(self, unit: str) -> str:
        """Of this boot: the unit's own lines, and what systemd says of it."""
        return self.run("journalctl", "--unit", unit, "--output=cat", "--no-pager", check=True).stdout

    def kill(self, signal: str, pid: str) -> None:
        """Such a machine has no program for that; its shell does it."""
        self.run("sh", "-c", 'kill -s "$1" "$2"', "sh", signal, pid, check=True)

    def write(self, path: str, text: str, mode: int = 0o644) -> None:
        """A file, and the folders above it."""
        script = 'mkdir -p "${1%/*}" && rm -f "$1" && umask 077 && cat >"$1" && chmod "$2" "$1"'
        self.run("sh", "-c", script, "sh", path, f"{mode:o}", input=text, check=True)

    def until(self, wanted: Callable[[], bool], why: Callable[[], str], seconds: float = 30) -> None:
        """AssertionError if it never comes to that."""
        deadline = time.monotonic() + seconds
        while not wanted():
            assert time.monotonic() < deadline, f"not after {seconds} s: {why()}"
            time.sleep(PAUSE)


@contextmanager
def booted(namespace: Namespace) -> Iterator[Machine]:
    """A machine with that namespace's network, from when it is up to the end of the block."""
    need("systemd-nspawn", "setpriv", "nsenter")
    need_users("a machine to boot")
    if not (TREE.parent / ".built-from").exists():
        pytest.skip("no .machine; `make test` as root on Debian builds it (.ci/machine)")
    with _groups() as groups, _nspawn(namespace, groups) as process:
        machine = Machine(_leader(process))
        try:
            _wait(machine, process)
            version = f"python{sys.version_info.major}.{sys.version_info.minor}"
            prefix = INTERPRETER if _is_elsewhere() else sys.base_prefix
            machine.run("sh", "-e", "-c", INSTALL, "sh", version, prefix, check=True)
            yield machine
        finally:
            with suppress(psutil.NoSuchProcess):
                psutil.Process(machine.leader).kill()  # and with the first process go all the others
            process.wait(30)


@contextmanager
def _nspawn(namespace: Namespace, groups: Sequence[Path]) -> Iterator[subprocess.Popen[bytes]]:
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    bound = {packages: PACKAGES}
    if _is_elsewhere():
        bound[sys.base_prefix] = INTERPRETER
    argv = [
        "systemd-nspawn",
        "--quiet",
        f"--directory={TREE}",
        "--boot",
        "--volatile=overlay",
        "--register=no",
        "--keep-unit",
        "--link-journal=no",
        "--console=pipe",
        f"--network-namespace-path=/proc/self/fd/{namespace.descriptor}",
        *(f"--bind-ro={here}:{there}" for here, there in bound.items()),
    ]
    # In groups of its own first, as it leaves some behind. And alone with the machine among processes that all end with
    # the first of them, which ends with this one: by itself it would leave the machine running.
    join = "".join(f"echo $$ >{group}/cgroup.procs; " for group in groups)
    alone = ("setpriv", "--pdeathsig=KILL", "unshare", "--pid", "--mount-proc", "--fork", "--kill-child")
    command = [*alone, "sh", "-e", "-c", f'{join}exec "$@"', "sh", *argv]
    with (
        tempfile.NamedTemporaryFile(suffix=".machine") as said,
        _ours() as ours,
        subprocess.Popen(
            [*command, f"--bind-ro={ours}:{OURS}"],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            pass_fds=[namespace.descriptor],
        ) as process,
    ):
        try:
            yield process
        except LabCommandError as error:
            raise LabCommandError(f"{error}: {Path(said.name).read_text('utf-8', 'replace')[-2000:]}") from None
        finally:
            process.kill()


@contextmanager
def _ours() -> Iterator[str]:
    """The packages of this checkout, as root's own: whoever owns the checkout is not trusted by `service install`."""
    with tempfile.TemporaryDirectory(suffix=".machine") as folder:
        Path(folder).chmod(0o755)
        for package in ("agent", "probes"):
            shutil.copytree(ROOT / package, Path(folder, package))
        yield folder


@contextmanager
def _groups() -> Iterator[list[Path]]:
    """A control group of our own in each tree that systemd looks at."""
    trees = [tree for tree in (GROUPS, GROUPS / "unified", GROUPS / "systemd") if (tree / "cgroup.procs").exists()]
    made = [tree / f"{GROUP}{os.getpid()}" for tree in trees]
    for stale in (found for tree in trees for found in tree.glob(f"{GROUP}*")):
        if not psutil.pid_exists(int(stale.name.removeprefix(GROUP))):
            _remove(stale)
    for group in made:
        group.mkdir()
    try:
        yield made
    finally:
        for group in made:
            _remove(group)


def _remove(group: Path) -> None:
    """With all that is below it. What has just ended may count as there for a moment yet."""
    deadline = time.monotonic() + 10
    for folder in sorted((path for path in (group, *group.rglob("*")) if path.is_dir()), reverse=True):
        while True:
            try:
                folder.rmdir()
                break
            except OSError:
                assert time.monotonic() < deadline, f"{folder} is still in use"
                time.sleep(0.02)


def _leader(process: subprocess.Popen[bytes], seconds: float = 30) -> int:
    """The first process in there, whose place two process namespaces further in is 1."""
    deadline, deep = time.monotonic() + seconds, len(_places("self")) + 2
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
            for child in psutil.Process(process.pid).children(recursive=True):
                places = _places(str(child.pid))
                if len(places) == deep and places[-1] == "1":
                    return child.pid
        time.sleep(0.02)
    raise LabCommandError("no machine")


def _places(process: str) -> list[str]:
    """Its numbers, from our process namespace inwards."""
    lines = Path(f"/proc/{process}/status").read_text("ascii", "replace").splitlines()
    return next((line.split()[1:] for line in lines if line.startswith("NSpid:")), [])


def _wait(machine: Machine, process: subprocess.Popen[bytes], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while machine.run("systemctl", "is-system-running").stdout.strip() not in UP:
        if process.poll() is not None or time.monotonic() > deadline:
            raise LabCommandError("the machine did not come up")
        time.sleep(0.05)


def _is_elsewhere() -> bool:
    """This Python is not the system's, which the machine has, too."""
    return sys.base_prefix != "/usr"
