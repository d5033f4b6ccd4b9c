"""An agent of a large site on loopback: what a scrape and the page take, and whether anything else waits for them."""

import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from pathlib import Path

import psutil

from agent.demo.demo import listener
from agent.demo.mapper import mapper
from tests.bench.figures import Figures, Line

RUNS, WARM = 7, 15.0  # seconds in which the first rounds are made
EVERY = 0.005  # seconds between two looks at how soon the agent answers
SCRAPE, LATE, SHARE = 0.5, 0.05, 10.0  # wanted: seconds, seconds, and percent of a core
SITE = """\
site: crowd
names: false
state_dir: state
web: {{listen: "127.0.0.1:{web}"}}
hosts:
  - {{name: MSS, role: master-secret, address: 127.0.0.21, source_address: 127.0.0.21}}
  - {{name: SQL01, role: sso-database, address: 127.0.0.31, port: {sql}}}
"""


def crowd(folder: Path) -> Iterator[Line]:
    """Of 200 peers, as it has to be; of 1,000, as it is."""
    for peers, most, late, share in ((200, SCRAPE, LATE, SHARE), (1000, inf, inf, inf)):
        with agent(folder / str(peers), peers) as (url, process):
            for page, what in (("/metrics", "scrape"), ("/", "page")):
                took, waits = measured(url, page)
                yield Line(f"{what}, {peers:,} peers", took, "-", None, took.median, most, "s")
                longest = max(waits.seconds)
                yield Line(f"{what}, {peers:,} peers: what others wait for it", waits, "-", None, longest, late, "s")
            for text, figure, wanted, unit in (
                ("resident memory", process.memory_info().rss / 1e6, inf, "MB"),
                ("of a core, rounds of 60 s", cpu(process), share, "%"),
            ):
                yield Line(f"{text}, {peers:,} peers", Figures([figure], unit=""), "-", None, figure, wanted, unit)


@contextmanager
def agent(folder: Path, peers: int) -> Iterator[tuple[str, psutil.Process]]:
    """`probe run` as the master secret server of so many processing servers, each an address of 127.1.0.0/16."""
    folder.mkdir()
    with listener("0.0.0.0") as sso, mapper("0.0.0.0", sso) as epm, listener("127.0.0.31") as sql:
        with listener("127.0.0.1") as web:
            pass
        rows = (
            f"  - {{name: BTS{number:04}, role: processing, address: 127.1.{number // 250}.{number % 250 + 1},"
            f" epm_port: {epm}}}\n"
            for number in range(peers)
        )
        config = folder / "ssoreach.yaml"
        config.write_text(SITE.format(web=web, sql=sql) + "".join(rows))
        argv = [sys.executable, "-m", "agent.cli", "run", "--config", str(config), "--host", "MSS"]
        with (folder / "log").open("w") as log, subprocess.Popen(argv, stderr=log) as child:
            try:
                url = f"http://127.0.0.1:{web}"
                until_it_answers(url)
                time.sleep(WARM)
                yield url, psutil.Process(child.pid)
            finally:
                child.terminate()


def until_it_answers(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            return fetch(f"{url}/-/healthy")
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the agent does not answer")


def fetch(url: str) -> None:
    with urllib.request.urlopen(url, timeout=60) as answer:
        answer.read()


def measured(url: str, page: str) -> tuple[Figures, Figures]:
    """What it took, and what any other question took meanwhile."""
    waits, ended = list[float](), threading.Event()

    def ask() -> None:
        while not ended.is_set():
            began = time.perf_counter()
            fetch(f"{url}/-/healthy")
            waits.append(time.perf_counter() - began)
            time.sleep(EVERY)

    fetch(url + page)
    asking, took = threading.Thread(target=ask), list[float]()
    asking.start()
    for _ in range(RUNS):
        time.sleep(1.1)  # what was rendered for the last one counts for a second
        began = time.perf_counter()
        fetch(url + page)
        took.append(time.perf_counter() - began)
    ended.set()
    asking.join()
    return Figures(took), Figures(waits)


def cpu(process: psutil.Process, seconds: float = 20.0) -> float:
    """Percent of a core while nobody asks."""
    before = process.cpu_times()
    time.sleep(seconds)
    after = process.cpu_times()
    return 100 * (after.user + after.system - before.user - before.system) / seconds
