"""An ordinary user has a lab as well, and a lab does not outlive the one who made it."""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psutil
import pytest

from .permission import PERMIT_USERS

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("lab")]

CHECKOUT = Path(__file__).parents[2]
NOBODY = "65534"
AS_NOBODY = ("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups")
OWN_NETWORK = ("unshare", "-rnm", "sh", "-c", 'mount -t tmpfs tmpfs /run && exec "$@"', "sh")

# Root's interpreter and checkout may lie where nobody else can look. They are mounted where everybody can, read-only
# and in a mount namespace that ends with the command.
SHOW_AND_RUN = """
set -e
mount -t tmpfs -o mode=0755 tmpfs "$1"
mkdir "$1/python" "$1/checkout"
mount -o bind,ro "$2" "$1/python"
mount -o bind,ro "$3" "$1/checkout"
shift 3
exec "$@"
"""

# Standard library only (-S): the user has no more than the interpreter. The argument is the checkout.
PYTHON = ("-I", "-S", "-")
SMALL_LAB = """
import signal
import sys
sys.path.insert(0, sys.argv[1])
from tests.lab.connects import connect
from tests.lab.listeners import listening
from tests.lab.network import Network

with Network() as net:
    doors = [(net.address(name, version), 7000) for name in ("accept", "admin-prohibited") for version in (4, 6)]
    with listening(net.server, doors[:2]) as listener:
        for told in connect(net.prober, doors, 2.5):
            print(told.seen.name, told.icmp, told.sender)
        if sys.argv[2:] == ["stay"]:
            print(listener.pid, flush=True)
            signal.pause()
"""
SHOWN = """\
OPEN None None
OPEN None None
REJECTED (3, 13) 198.51.100.1
REJECTED (1, 1) 2001:db8:1::1
"""


@pytest.fixture
def ordinary_user() -> Iterator[Callable[..., list[str]]]:
    """Makes a command: the words given, then this Python, its options and the checkout, all as an ordinary user."""
    if subprocess.run([*AS_NOBODY, "true"], capture_output=True).returncode:
        # Not root, or root of a user namespace only: we are an ordinary user already.
        yield lambda *before: [*before, sys.executable, *PYTHON, str(CHECKOUT)]
        return
    refused = subprocess.run([*AS_NOBODY, "unshare", "-rn", "true"], capture_output=True, text=True)
    if refused.returncode:
        pytest.skip(f"no lab for ordinary users: {refused.stderr.strip()}; {PERMIT_USERS}")
    python = f"python/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    with tempfile.TemporaryDirectory() as place:
        show = ["unshare", "--mount", "--propagation", "private", "sh", "-c", SHOW_AND_RUN, "sh"]
        show += [place, sys.base_prefix, str(CHECKOUT), *AS_NOBODY]
        yield lambda *before: [*show, *before, f"{place}/{python}", *PYTHON, f"{place}/checkout"]


@pytest.mark.parametrize("before", [(), OWN_NETWORK], ids=["plain", "unshare -rnm"])
def test_ordinary_user_has_a_lab(ordinary_user: Callable[..., list[str]], before: Sequence[str]) -> None:
    done = subprocess.run(ordinary_user(*before), input=SMALL_LAB, capture_output=True, text=True, timeout=60, cwd="/")
    assert (done.stderr, done.stdout) == ("", SHOWN)


def test_killed_run_leaves_no_process() -> None:
    command = [sys.executable, *PYTHON, str(CHECKOUT), "stay"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdin
        assert run.stdout
        run.stdin.write(SMALL_LAB)
        run.stdin.close()
        shown = [run.stdout.readline() for _ in range(5)]
        assert "".join(shown[:4]) == SHOWN
        listener = psutil.Process(int(shown[4]))
        run.kill()
    assert run.returncode < 0
    assert psutil.wait_procs([listener], timeout=10)[1] == []
