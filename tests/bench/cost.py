"""CPU per probe: 5,000 connects to an open port, by the agent's rounds and by blackbox_exporter, batch by batch."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from agent.demo.demo import listener
from tests.bench.blackbox import NAME, exporter
from tests.bench.databases import address
from tests.bench.figures import MICROSECONDS, Figures, Line, paired
from tests.bench.processes import started

PEERS, BATCHES = 1_000, 5
WANTED = 1 / 3


def cost(folder: Path) -> Iterator[Line]:
    """Net of start: each has made a batch before, which does not count."""
    addresses = [address(number) for number in range(PEERS)]
    with listener("0.0.0.0") as port, exporter(folder) as peer:
        argv = [sys.executable, "-m", "tests.bench.rounds", str(PEERS), str(port)]
        with started(argv, talk=True) as rounds:
            mine, theirs, figure = paired(lambda: _round(rounds), lambda: peer.cost(addresses, port), BATCHES)
    ours, beside = Figures(mine.values, MICROSECONDS), Figures(theirs.values, MICROSECONDS)
    work = f"CPU per probe, {BATCHES * PEERS:,} connects to an open port, rounds and ledger"
    yield Line(work, ours, f"{NAME} `tcp_connect`", beside, figure, WANTED, "×")


def _round(rounds: "subprocess.Popen[str]") -> float:
    """CPU seconds for one probe, of one at each peer."""
    assert rounds.stdin is not None
    assert rounds.stdout is not None
    print(file=rounds.stdin, flush=True)
    seconds, attempts = rounds.stdout.readline().split()
    if int(attempts) != PEERS:
        raise RuntimeError(f"{attempts} of {PEERS} connects succeeded")
    return float(seconds) / PEERS
