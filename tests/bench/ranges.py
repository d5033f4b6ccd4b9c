"""Whole dynamic ranges that refuse, through a router: the engine alone and `probe sweep`, beside others."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figures import Line, paired
from tests.bench.processes import ROOT
from tests.bench.sweeps import LOOP, closed_sweep
from tests.lab.network import Network

FIRST, LAST, WINDOW = "49152", "65535", "256"


def closed_ranges(folder: Path) -> Iterator[Line]:
    loop = folder / "epoll_loop"
    source = Path(__file__).with_name("epoll_loop.c")
    subprocess.run(["cc", "-O2", "-o", str(loop), str(source)], check=True)
    with Network() as net:
        target = (net.address("accept"), FIRST, LAST, WINDOW)
        beside = (*net.prober.exec, str(loop), *target)
        plain = (*net.prober.exec, sys.executable, "-m", "tests.bench.plain_asyncio", *target)
        yield closed_range(net, beside, target)
        yield from closed_sweep(net, lambda: told(beside), lambda: told(plain))


def closed_range(net: Network, loop: tuple[str, ...], target: tuple[str, ...]) -> Line:
    """16,384 ports that all refuse: the engine beside a C loop that does nothing but connect."""
    ours = (*net.prober.exec, sys.executable, "-m", "tests.bench.closed_range", *target)
    mine, other, figure = paired(lambda: told(ours), lambda: told(loop))
    return Line("16,384 closed ports, through a router: the engine alone", mine, LOOP, other, figure, 1.5, "×")


def told(argv: tuple[str, ...]) -> float:
    """The seconds that the program itself measured; every port must have refused."""
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True, cwd=ROOT)
    seconds, opened, refused, other = done.stdout.split()
    if (opened, refused, other) != ("0", str(int(LAST) - int(FIRST) + 1), "0"):
        raise RuntimeError(f"{' '.join(argv)} saw {done.stdout}")
    return float(seconds)
