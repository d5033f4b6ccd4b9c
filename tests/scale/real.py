"""Ten real minutes of the real process: a master secret server's agent among two others, under scrapes and reloads.

Once a minute a part of the range is shut or opened, and the SSO service starts anew; every 15 seconds the agent is
loaded anew, with one peer more or less.
"""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.fakes.table import SSO_PORT
from tests.lab.agents import PORT, running
from tests.lab.listeners import listening
from tests.lab.mapping import mapping
from tests.lab.scraped import DATABASE, cut, write
from tests.lab.standin import StandIn, sso_name, standing_in
from tests.lab.star import Star, address
from tests.scale.flat import Bound

ROOT = Path(__file__).parents[2]
HOST = "MSS"
MINUTE, RELOAD = 60.0, 15.0  # seconds
MORE = "  - {name: BTS03, role: processing, address: 198.51.100.99}\n"
SETTLED = 90.0  # seconds that do not count: first rounds, caches that fill
LIFETIME = 1800  # seconds

# Over the second half: of ten minutes 30 rounds and 20 reloads. What one of them leaves each time is more than that;
# what an attempt, a scrape or a lease has open for a moment is less.
BOUNDS = {
    "resident memory": Bound(units=1_000_000, share=0.02),
    "blocks of memory": Bound(share=0.02),
    "descriptors": Bound(5),
    "tasks": Bound(8),
    "threads": Bound(2),
    "listeners": Bound(4),
}

Counts = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class Real:
    """`counts`: every few seconds, after what does not count; `seconds`: when each was, since the process began."""

    seconds: list[float]
    counts: Counts
    scrapes: dict[str, float]
    reloads: int


def real(folder: Path, minutes: float) -> Real:
    """So many real minutes, after the settling."""
    with ExitStack() as stack:
        star = stack.enter_context(Star())
        service = stack.enter_context(standing_in(folder / "services", sso_name()))
        stack.enter_context(listening(star[HOST], [(address(HOST), SSO_PORT), (DATABASE, 1433)], lifetime=LIFETIME))
        stack.enter_context(mapping(star[HOST], address(HOST)))
        for host in ("BTS01", "BTS02"):
            stack.enter_context(running(star, host, write(folder / host, service.name)))
        config = write(folder / HOST, service.name)
        looks = folder / "looks"
        agent = stack.enter_context(_observed(star, config, looks))
        with _scraping(star) as scraped:
            reloads = _live(star, agent, config, service, SETTLED + minutes * MINUTE)
        rows = [json.loads(line) for line in looks.read_text("ascii").splitlines()]
    kept = [row for row in rows if row["seconds"] >= SETTLED]
    counts = {name: [float(row[name]) for row in kept] for name in BOUNDS}
    return Real([row["seconds"] for row in kept], counts, scraped, reloads)


def _live(star: Star, agent: "subprocess.Popen[str]", config: Path, service: StandIn, seconds: float) -> int:
    """How often the agent was loaded anew."""
    if sys.platform == "win32":
        raise OSError("there is no such signal here")
    text, began, reloads = config.read_text("utf-8"), time.monotonic(), 0
    with ExitStack() as shut:
        while (passed := time.monotonic() - began) < seconds:
            minute = int(passed // MINUTE)
            if reloads % int(MINUTE / RELOAD) == 0:
                service.restart()
                shut.close()
                if minute % 2:
                    shut.enter_context(cut(star))
            config.write_text(text + (MORE if reloads % 2 else ""), "utf-8")
            agent.send_signal(signal.SIGHUP)
            reloads += 1
            assert agent.poll() is None, (config.parent / "log").read_text("utf-8")
            time.sleep(max(0.0, min(began + seconds, began + reloads * RELOAD) - time.monotonic()))
    return reloads


@contextmanager
def _observed(star: Star, config: Path, looks: Path) -> Iterator["subprocess.Popen[str]"]:
    argv = (sys.executable, "-m", "tests.scale.observed", str(looks), "run", "--config", str(config), "--host", HOST)
    log = config.parent / "log"
    with log.open("w", encoding="utf-8") as said:
        process = star[HOST].popen(*argv, stdout=subprocess.DEVNULL, stderr=said, cwd=ROOT)
    deadline = time.monotonic() + 180
    while "listening" not in log.read_text("utf-8"):
        assert process.poll() is None, log.read_text("utf-8")
        assert time.monotonic() < deadline, log.read_text("utf-8")
        time.sleep(0.1)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def _scraping(star: Star) -> Iterator[dict[str, float]]:
    """What it says at the end of the block is then in there."""
    argv = (sys.executable, "-m", "tests.scale.scraper", f"http://127.0.0.1:{PORT}")
    scraper = star[HOST].popen(*argv, stdin=subprocess.PIPE, cwd=ROOT)
    said: dict[str, float] = {}
    try:
        yield said
        said |= json.loads(scraper.communicate(timeout=60)[0])
    finally:
        scraper.kill()
