"""Agents of large sites on loopback: CPU, memory, what a scrape and the page take, and whether anything waits."""

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

from agent.demo.demo import listener
from agent.demo.mapper import mapper
from tests.bench.agents import attempts as attempts_of
from tests.bench.agents import until_it_answers
from tests.bench.blackbox import NAME, exporter
from tests.bench.figures import MEGABYTES, MICROSECONDS, MILLISECONDS, PERCENT, Figures, Line
from tests.bench.processes import cpu_seconds, resident_megabytes, started
from tests.bench.punctual import read
from tests.bench.waiting import Asked, asked

FEW, MANY, MOST = 20, 200, 1_000
SIZES = (FEW, MANY, MOST)
WARM, ROUND = 15.0, 60.0  # seconds: in which the first rounds begin, and of a round
SCRAPE, LATE, SHARE = 0.5, 0.05, 10.0  # wanted: seconds, seconds, and percent of a core
PROBES, RATE = (
    250,
    70,
)  # of the exporter, so many a second: about what an agent of MANY makes
SITE = """\
site: crowd
names: false
state_dir: state
web: {{listen: "127.0.0.1:{web}"}}
hosts:
  - {{name: MSS, role: master-secret, address: 127.0.0.21, source_address: 127.0.0.21}}
  - {{name: SQL01, role: sso-database, address: 127.0.0.31, port: {sql}}}
"""


@dataclass(slots=True)
class Crowded:
    """An agent of so many peers. `cpu`: seconds in a round; `pages`: what asking for each took."""

    peers: int
    url: str
    pid: int
    noted: Path
    cpu: float = 0.0
    attempts: int = 0
    memory: float = 0.0
    pages: dict[str, Asked] = field(default_factory=dict)

    def lateness(self, *, scraped: bool) -> Figures:
        """Of what was due while it was scraped, or while nobody asked for anything."""
        spans = [span for what in (["scrape"] if scraped else self.pages) for span in self.pages[what].spans]
        first = min(began for began, _ in spans) - (0 if scraped else ROUND)
        told = [(woke, late) for woke, late in read(self.noted) if woke >= first]
        late = [late for woke, late in told if scraped is any(began <= woke <= ended + LATE for began, ended in spans)]
        return Figures(late, MILLISECONDS)


def crowd(folder: Path) -> Iterator[Line]:
    """Of 200 peers, as it has to be; of 20, to be compared with; of 1,000, as it is."""
    with ExitStack() as stack:
        all_of_them = [stack.enter_context(_agent(folder / str(peers), peers)) for peers in SIZES]
        theirs = _a_round(folder, all_of_them)
        for each in all_of_them:
            for page, what in (("/metrics", "scrape"), ("/", "page")) if each.peers != FEW else ():
                each.pages[what] = asked(each.url, page)
            each.memory = resident_megabytes(each.pid)
    few, many, most = all_of_them
    for each in (many, most):
        yield from _pages(each)
    yield from _growth(few, many)
    yield from _resources(most, inf)
    mine = Figures([many.cpu / many.attempts], MICROSECONDS)
    work = f"CPU per attempt of `probe run`, {MANY:,} peers, {many.attempts / ROUND:.0f} attempts a second, all in all"
    yield Line(work, mine, f"{NAME}, {RATE} times a second", theirs, mine.median / theirs.median, inf, "×")


@contextmanager
def _agent(folder: Path, peers: int) -> Iterator[Crowded]:
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
        config, noted = folder / "ssoreach.yaml", folder / "noted"
        config.write_text(SITE.format(web=web, sql=sql) + "".join(rows))
        options = ("run", "--config", str(config), "--host", "MSS")
        argv = [sys.executable, "-m", "tests.bench.punctual", str(noted), *options]
        with started(argv, log=folder / "log") as child:
            url = f"http://127.0.0.1:{web}"
            until_it_answers(url)
            yield Crowded(peers, url, child.pid, noted)


def _a_round(folder: Path, agents: list[Crowded]) -> Figures:
    """CPU of every agent in one whole round, while nobody asks it; of the exporter for each probe meanwhile."""
    time.sleep(WARM)
    made = [attempts_of(each.url) for each in agents]
    before, began = [cpu_seconds(each.pid) for each in agents], time.monotonic()
    with exporter(folder) as peer, listener("127.0.0.1") as port:
        theirs = Figures([peer.cost(["127.0.0.1"] * PROBES, port, RATE) for _ in range(5)], MICROSECONDS)
    time.sleep(max(0.0, began + ROUND - time.monotonic()))
    for each, cpu in zip(agents, before, strict=True):
        each.cpu = cpu_seconds(each.pid) - cpu
    for each, attempts in zip(agents, made, strict=True):
        each.attempts = attempts_of(each.url) - attempts
    return theirs


def _pages(each: Crowded) -> Iterator[Line]:
    """What reading takes, and what waits for it."""
    wanted = each.peers == MANY
    for what, took in each.pages.items():
        most, late = (SCRAPE, LATE) if wanted else (inf, inf)
        work = f"{what}, {each.peers:,} peers"
        yield Line(work, took.took, "-", None, took.took.median, most, "s")
        yield Line(f"{work}: what others wait for it, at most", took.waits, "-", None, took.waits.most, late, "s")
    during, else_ = each.lateness(scraped=True), each.lateness(scraped=False)
    work = f"scrape, {each.peers:,} peers: how late what was due meanwhile was, attempts too, at most"
    yield Line(work, during, "itself unscraped", else_, during.most, LATE if wanted else inf, "s")


def _growth(few: Crowded, many: Crowded) -> Iterator[Line]:
    """Ten times the peers may take ten times as much, and no more."""
    times = many.peers / few.peers
    for what, mine, theirs, unit in (
        ("CPU, rounds of 60 s", many.cpu * 100 / ROUND, few.cpu * 100 / ROUND, PERCENT),
        ("memory", many.memory, few.memory, MEGABYTES),
    ):
        ours, beside = Figures([mine], unit), Figures([theirs], unit)
        work = f"{what}, {many.peers:,} peers: {times:g} × as many"
        yield Line(work, ours, f"itself at {few.peers}", beside, mine / theirs, times, "×")
    yield from _resources(many, SHARE)


def _resources(each: Crowded, share: float) -> Iterator[Line]:
    used = each.cpu * 100 / ROUND
    work = f"of a core, rounds of 60 s, {each.peers:,} peers"
    yield Line(work, Figures([used], PERCENT), "-", None, used, share, "%")
    work = f"resident memory, {each.peers:,} peers"
    yield Line(work, Figures([each.memory], MEGABYTES), "-", None, each.memory, inf, "MB")
