"""`make bench`: every figure beside its peer, in one run, printed and written to docs/benchmarks.md."""

import datetime
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from agent import __version__
from agent.demo.demo import listener
from tests.bench.crowd import crowd
from tests.bench.figures import Line, alone, paired
from tests.bench.held import held
from tests.bench.sweeps import closed_sweep, half_dropped
from tests.lab.network import Network

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PROBE = Path(sys.executable).with_name("probe")
FIRST, LAST, WINDOW = "49152", "65535", "256"
PEERS = 10

HEAD = """\
# Benchmarks

Made by `make bench`; nothing here is edited by hand. Machines are noisy: read the ratios. Times are medians, with the
least and the greatest of the runs; a ratio is the median of the ratios of runs made side by side.

"""


def lines(folder: Path) -> Iterator[Line]:
    """The figures that this version can be held to."""
    yield help_page()
    yield ten_open_peers(folder)
    yield from crowd(folder)
    loop = folder / "epoll_loop"
    subprocess.run(["cc", "-O2", "-o", str(loop), str(HERE / "epoll_loop.c")], check=True)
    with Network() as net:
        target = (net.address("accept"), FIRST, LAST, WINDOW)
        beside = (*net.prober.exec, str(loop), *target)
        yield closed_range(net, beside, target)
        yield closed_sweep(net, lambda: told(beside))
        swept = half_dropped(net)
        yield swept
    if swept.theirs is not None:
        yield from held(folder, swept.theirs)


def wall(*argv: str, accept: tuple[int, ...] = (0,)) -> float:
    """Seconds from start to exit of a whole process."""
    began = time.perf_counter()
    done = subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=60)
    seconds = time.perf_counter() - began
    if done.returncode not in accept:
        raise SystemExit(f"{' '.join(argv)} ended with {done.returncode}: {done.stderr}")
    return seconds


def help_page() -> Line:
    took = alone(lambda: wall(str(PROBE), "--help"))
    return Line("`probe --help`, start to exit", took, "-", None, took.median, 0.25, "s")


def ten_open_peers(folder: Path) -> Line:
    """Ten databases on loopback, all listening; exit 0."""
    with ExitStack() as stack:
        hosts = [
            f"  - {{name: SQL{number}, role: sso-database, address: 127.0.1.{number},"
            f" port: {stack.enter_context(listener(f'127.0.1.{number}'))}}}\n"
            for number in range(1, PEERS + 1)
        ]
        text = "site: bench\nhosts:\n  - {name: BTS01, role: processing, address: 127.0.0.11}\n"
        text += "  - {name: MSS, role: master-secret, address: 127.0.0.21}\n"
        config = folder / "ssoreach.yaml"
        config.write_text(text + "".join(hosts))
        argv = (str(PROBE), "once", "--config", str(config), "--host", "BTS01", "--check", "sql")
        took = alone(lambda: wall(*argv))
    return Line(f"`probe once`, {PEERS} peers all open, start to exit", took, "-", None, took.median, 2.0, "s")


def closed_range(net: Network, loop: tuple[str, ...], target: tuple[str, ...]) -> Line:
    """16,384 ports that all refuse, through a router: the engine beside a C loop that does nothing but connect."""
    ours = (*net.prober.exec, sys.executable, "-m", "tests.bench.closed_range", *target)
    mine, other, ratio = paired(lambda: told(ours), lambda: told(loop))
    return Line("16,384 closed ports, through a router", mine, "C epoll loop", other, ratio, 1.5, "×")


def told(argv: tuple[str, ...]) -> float:
    """The seconds that the program itself measured; every port must have refused."""
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True, cwd=ROOT)
    seconds, opened, refused, other = done.stdout.split()
    if (opened, refused, other) != ("0", str(int(LAST) - int(FIRST) + 1), "0"):
        raise SystemExit(f"{' '.join(argv)} saw {done.stdout}")
    return float(seconds)


def machine() -> str:
    """What the figures were made on."""
    cores = os.cpu_count()
    return (
        f"ssoreach {__version__}, {datetime.datetime.now(datetime.UTC):%Y-%m-%d}, Python {platform.python_version()}, "
        f"Linux {platform.release()}, {platform.machine()}, {cores} cores."
    )


def table(rows: list[Line]) -> str:
    headings = ("work", "ours", "beside", "figure", "wanted", "")
    cells = [headings, ("---",) * len(headings), *(row.cells() for row in rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells) + "\n"


def main() -> None:
    for program, package in (("cc", "gcc and libc6-dev"), ("nmap", "nmap")):
        if shutil.which(program) is None:
            raise SystemExit(f"{program} is needed (Debian: {package})")
    with tempfile.TemporaryDirectory() as folder:
        rows = list(lines(Path(folder)))
    text = f"{HEAD}{machine()}\n\n{table(rows)}"
    print(text)
    (ROOT / "docs" / "benchmarks.md").write_text(text, encoding="utf-8")
    if not all(row.reached for row in rows):
        raise SystemExit("not every figure was reached")


if __name__ == "__main__":
    main()
