"""One network namespace, and what can be run in it.

It has no name and no file: descriptors of this process hold it, so it ends with this process, however that ends.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from .permission import AS_USER, way_in

PAUSE = 0.1  # seconds before another try, which is a process: what is waited for needs the machine more than we do


class LabCommandError(RuntimeError):
    """A command that builds the lab failed; the text is what it said."""


class Namespace:
    """A network namespace; `exec` before a command makes it run in there, as root of the lab."""

    def __init__(self, exec_prefix: Sequence[str], descriptor: int) -> None:
        self.exec = tuple(exec_prefix)
        self.descriptor = descriptor
        self._children: list[subprocess.Popen[str]] = []

    def run(
        self,
        *argv: str,
        input: str | None = None,
        timeout: float = 60,
        check: bool = False,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run to its end, output captured as text. `timeout` is in seconds."""
        command = [*self.exec, *argv]
        return subprocess.run(
            command, input=input or "", text=True, capture_output=True, timeout=timeout, check=check, env=env, cwd=cwd
        )

    def python(
        self, *argv: str, input: str | None = None, timeout: float = 60, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run this very Python in the namespace."""
        return self.run(sys.executable, *argv, input=input, timeout=timeout, env=env)

    def popen(
        self,
        *argv: str,
        stdin: int | IO[str] = subprocess.DEVNULL,
        stdout: int | IO[str] = subprocess.PIPE,
        stderr: int | IO[str] | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> subprocess.Popen[str]:
        """Start and leave running; what still runs when the lab ends is killed."""
        command = [*self.exec, *argv]
        child = subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=stderr, text=True, env=env, cwd=cwd)
        self._children.append(child)
        return child

    def script(self, *argv: str, text: str, descriptors: Sequence[int] = ()) -> None:
        """Feed `text` to a command that has to succeed. It sees `descriptors` under their own numbers."""
        command = [*self.exec, *argv]
        done = subprocess.run(command, input=text, text=True, capture_output=True, timeout=60, pass_fds=descriptors)
        if done.returncode:
            raise LabCommandError(f"{' '.join(argv)}: {(done.stderr or done.stdout).strip()}")

    def nft(self, rules: str) -> None:
        """Load firewall rules, all or none of them."""
        self.script("nft", "-f", "-", text=rules)

    def ip(self, commands: str, descriptors: Sequence[int] = ()) -> None:
        """Run commands of ip(8), one a line."""
        self.script("ip", "-batch", "-", text=commands, descriptors=descriptors)

    def sysctl(self, settings: Mapping[str, int]) -> None:
        """Write settings; those that this kernel does not have are left out."""
        lines = (f"[ ! -e {key} ] || echo {value} >{key}" for key, value in settings.items())
        self.script("sh", "-e", text="cd /proc/sys/net\n" + "\n".join(lines) + "\n")

    def kill(self) -> None:
        """End what `popen` started and still runs."""
        for child in self._children:
            with child:
                child.kill()
        self._children.clear()


@contextmanager
def namespaces(count: int) -> Iterator[list[Namespace]]:
    """That many empty namespaces of one owner. Raises LabUnavailableError where this user may not have them."""
    user = way_in() == AS_USER
    with ExitStack() as stack:
        inside = ["nsenter", f"--user={_hold(stack, [], AS_USER, 'user')[0]}", "--preserve-credentials"] if user else []
        enter = inside or ["nsenter"]
        made = []
        for _ in range(count):
            path, descriptor = _hold(stack, inside, ("--net",), "net")
            made.append(Namespace([*enter, f"--net={path}", "--"], descriptor))
            stack.callback(made[-1].kill)
        yield made


def _hold(stack: ExitStack, inside: Sequence[str], options: Sequence[str], kind: str) -> tuple[str, int]:
    """Make a namespace and keep it open until the stack unwinds; how others find it, and the descriptor."""
    command = [*inside, "unshare", *options, "sh", "-c", "echo ready; read -r _"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as maker:
        assert maker.stdout
        assert maker.stderr
        if maker.stdout.readline() != "ready\n":
            raise LabCommandError(f"no {kind} namespace: {maker.stderr.read().strip()}")
        descriptor = os.open(f"/proc/{maker.pid}/ns/{kind}", os.O_RDONLY)
        stack.callback(os.close, descriptor)
    # By this process's id and not `self`: who enters must need nothing from us but our life.
    return f"/proc/{os.getpid()}/fd/{descriptor}", descriptor
