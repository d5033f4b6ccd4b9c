"""A daemon inside a namespace, for as long as a block lasts, with all of its children.

It is alone in a process namespace of its own, whose first process ends when its input does: with the block, or with
whoever runs it. The kernel then ends all the others at once, whatever they have forked and however they sit there.
"""

import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from .connects import connect
from .namespace import LabCommandError, Namespace
from .permission import AS_USER, way_in
from .rows import Seen

ALONE = ("unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child")
# PID 1 hears no signal of its own namespace that it has no trap for.
UNTIL_INPUT_ENDS = 'trap "exit 1" TERM; { "$@" </dev/null; kill 1; } & read -r _'


@contextmanager
def serving(
    namespace: Namespace,
    argv: Sequence[str],
    door: tuple[str, int],
    log: Path,
    *,
    before: str = ":",
    patience: float = 30,
) -> Iterator[subprocess.Popen[str]]:
    """Run `argv` until the block ends; the block begins when the door (address, port) accepts.

    `before` is a shell command, with $LOG the folder of the log, in a mount namespace that only the daemon sees.
    Raises LabCommandError, with the end of the log, when it ends or `patience` seconds pass before that.
    """
    script = f"LOG='{log.parent}'; {before} && {UNTIL_INPUT_ENDS}"
    command = (*ALONE, "sh", "-c", script, "sh", *argv)
    with log.open("w", encoding="utf-8") as said:
        process = namespace.popen(*command, stdin=subprocess.PIPE, stdout=said, stderr=said)
    with process:
        try:
            _wait(namespace, process, door, patience, log)
            yield process
        finally:
            _end(process)


def _wait(
    namespace: Namespace, process: subprocess.Popen[str], door: tuple[str, int], patience: float, log: Path
) -> None:
    deadline = time.monotonic() + patience
    while connect(namespace, [door], 1)[0].seen is not Seen.OPEN:  # each try is a process: that paces us
        if process.poll() is not None or time.monotonic() > deadline:
            end = log.read_text(encoding="utf-8", errors="replace")[-2000:]
            raise LabCommandError(f"nobody listens at {door[0]} port {door[1]}: {end}")


def _end(process: subprocess.Popen[str]) -> None:
    """Its end means that everything in its process namespace has ended: the first process there goes last."""
    assert process.stdin
    process.stdin.close()
    process.wait(timeout=30)


def need(*programs: str) -> None:
    """Skip the test where one of these is not to be found."""
    if lacking := [program for program in programs if not shutil.which(program)]:
        pytest.skip(f"not found: {', '.join(lacking)}; `make test` as root on Debian installs them")


def need_users(why: str) -> None:
    """Skip the test where there is only one user, as in the lab of an ordinary one."""
    users = sum(int(line.split()[2]) for line in Path("/proc/self/uid_map").read_text("ascii").splitlines())
    if way_in() == AS_USER or users < 65536:
        pytest.skip(f"{why}, which takes root outside of a user namespace")
