"""What a person waits for: whole processes, from start to exit."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from agent.demo.demo import listener
from tests.bench.figures import Figures, Line, alone

PROBE = Path(sys.executable).with_name("probe")
PEERS = 10
HELP, ONCE = 0.25, 2.0  # seconds, at most
SITE = """\
site: bench
hosts:
  - {name: BTS01, role: processing, address: 127.0.0.11}
  - {name: MSS, role: master-secret, address: 127.0.0.21}
"""


def commands(folder: Path) -> Iterator[Line]:
    took = alone(lambda: wall(str(PROBE), "--help"))
    yield _line("`probe --help`", took, HELP)
    yield _line(f"`probe once`, {PEERS} peers all open", _ten_open_peers(folder), ONCE)


def wall(*argv: str) -> float:
    """Seconds from start to exit 0 of a whole process."""
    began = time.perf_counter()
    done = subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=60)
    seconds = time.perf_counter() - began
    if done.returncode:
        raise RuntimeError(f"{' '.join(argv)} ended with {done.returncode}: {done.stderr}")
    return seconds


def _ten_open_peers(folder: Path) -> Figures:
    """Ten databases on loopback, all listening."""
    with ExitStack() as stack:
        hosts = [
            f"  - {{name: SQL{number}, role: sso-database, address: 127.0.1.{number},"
            f" port: {stack.enter_context(listener(f'127.0.1.{number}'))}}}\n"
            for number in range(1, PEERS + 1)
        ]
        config = folder / "ssoreach.yaml"
        config.write_text(SITE + "".join(hosts))
        argv = (str(PROBE), "once", "--config", str(config), "--host", "BTS01", "--check", "sql")
        return alone(lambda: wall(*argv))


def _line(work: str, took: Figures, most: float) -> Line:
    return Line(f"{work}, start to exit", took, "-", None, took.median, most, "s")
