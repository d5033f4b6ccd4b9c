"""An agent with 10, 20, 200 and 1,000 peers, each in a namespace of its own, all of them at the same time.

So each has the same machine beside it, and what they cost can be held side by side.
"""

import json
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from tests.lab.namespace import Namespace, namespaces
from tests.scale.crowd_inside import INTERVAL, Look

ROOT = Path(__file__).parents[2]
PEERS = (10, 20, 200, 1000)
WARM = INTERVAL + 15  # seconds in which every first round has ended, however the peers are spread
SCRAPES = 12  # a minute


def crowds(folder: Path, peers: tuple[int, ...] = PEERS) -> tuple[list[Look], list[Look]]:
    """A round while nobody looks on, and one with scrapes; each of all sizes."""
    with ExitStack() as stack:
        children = [
            _start(stack, namespace, count, folder)
            for namespace, count in zip(stack.enter_context(namespaces(len(peers))), peers, strict=True)
        ]
        for child in children:
            assert _line(child) == "ready"
        time.sleep(WARM)
        return _looks(children, scrapes=0), _looks(children, scrapes=SCRAPES)


def _start(stack: ExitStack, namespace: Namespace, peers: int, folder: Path) -> "subprocess.Popen[str]":
    namespace.ip("link set lo up\n")
    argv = (sys.executable, "-m", "tests.scale.crowd_inside", str(peers), str(folder / str(peers)))
    child = stack.enter_context(namespace.popen(*argv, stdin=subprocess.PIPE, cwd=ROOT))
    stack.callback(_end, child)
    return child


def _end(child: "subprocess.Popen[str]") -> None:
    """Its agent ends with it."""
    assert child.stdin
    child.stdin.close()
    child.wait(30)


def _looks(children: "list[subprocess.Popen[str]]", scrapes: int) -> list[Look]:
    for child in children:
        assert child.stdin
        child.stdin.write(f"{INTERVAL} {scrapes}\n")
        child.stdin.flush()
    looks = [Look(**json.loads(_line(child))) for child in children]
    if unanswered := [each.peers for each in looks if len(each.scrapes) < min(scrapes, 1)]:
        raise SystemExit(f"the agents with {unanswered} peers answered no scrape")
    return looks


def _line(child: "subprocess.Popen[str]") -> str:
    assert child.stdout
    line = child.stdout.readline()
    if not line:
        raise SystemExit("an agent could not be looked at; see above")
    return line.strip()
