"""In a namespace: `probe run` with so many peers, looked at from outside, a line of its input after the other.

`python -m tests.scale.crowd_inside PEERS FOLDER`; each line is how many seconds to look, and how often to scrape
meanwhile; each is answered by a line of JSON, a `Look`.
"""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles

import psutil

from tests.scale.listeners import descriptors
from tests.scale.syns import Syn, lateness, overheard
from tests.scale.town import town

INTERVAL = 60.0  # seconds, as the agent has it by default
WEB = 10135
URL = f"http://127.0.0.1:{WEB}/metrics"


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen in so many seconds. `cpu`: percent of a core; `resident`: bytes.

    `scrapes`: the seconds that each took, of those that were answered.

    `moved`: by how much the attempts of these seconds left their places in the round, in seconds: median, 99 of 100,
    and most. `lag`: the most that the agent's own metric said; `left_out`: rounds, since the start.
    """

    peers: int
    cpu: float
    resident: int
    descriptors: int
    threads: int
    attempts: int
    moved: tuple[float, float, float] | None
    scrapes: tuple[float, ...] = ()
    scraped_bytes: int = 0
    lag: float = 0.0
    left_out: int = 0


def main(peers: int, folder: Path) -> None:
    with overheard() as syns, _agent(folder, peers) as (process, port):
        print("ready", flush=True)
        for line in sys.stdin:
            seconds, scrapes = line.split()
            print(json.dumps(asdict(_look(peers, process, syns, port, float(seconds), int(scrapes)))), flush=True)


def _look(peers: int, process: psutil.Process, syns: list[Syn], port: int, seconds: float, scrapes: int) -> Look:
    began, before, count = time.time(), process.cpu_times(), len(syns)
    took, pages = _scraped(seconds, scrapes)
    after = process.cpu_times()
    spent = after.user + after.system - before.user - before.system
    return Look(
        peers,
        100 * spent / (time.time() - began),
        process.memory_info().rss,
        descriptors(process.pid),
        process.num_threads(),
        sum(syn.port != WEB for syn in syns[count:]),
        _moved([moved for at, moved in lateness(syns, port, INTERVAL) if at >= began]),
        took,
        len(pages[-1]) if pages else 0,
        max((_value(page, "ssoreach_event_loop_lag_seconds") for page in pages), default=0.0),
        sum(map(_left_out, pages[-1:])),
    )


def _scraped(seconds: float, scrapes: int) -> tuple[tuple[float, ...], list[str]]:
    """What each scrape took, and what it gave."""
    took, pages = list[float](), list[str]()
    began = time.monotonic()
    for number in range(scrapes):
        time.sleep(max(0.0, began + (number + 0.5) * seconds / scrapes - time.monotonic()))
        asked = time.perf_counter()
        with suppress(OSError):  # the agent ends a connection after half a minute; a busy machine may take that long
            with urllib.request.urlopen(URL, timeout=60) as answer:
                pages.append(answer.read().decode())
            took.append(time.perf_counter() - asked)
    time.sleep(max(0.0, began + seconds - time.monotonic()))
    return tuple(took), pages


def _left_out(page: str) -> int:
    return int(sum(_value(page, f'ssoreach_attempts_skipped_total{{reason="{why}"}}') for why in ("overrun", "fault")))


def _moved(found: Sequence[float]) -> tuple[float, float, float] | None:
    sizes = sorted(map(abs, found))
    return (median(sizes), quantiles(sizes, n=100)[-1], sizes[-1]) if len(sizes) > 1 else None


def _value(page: str, sample: str) -> float:
    return next(float(line.split()[-1]) for line in page.splitlines() if line.startswith(f"{sample} "))


@contextmanager
def _agent(folder: Path, peers: int) -> Iterator[tuple[psutil.Process, int]]:
    """The process, from when it listens, and the port of all mappers, with which each round of a peer begins."""
    folder.mkdir()
    config, log = folder / "ssoreach.yaml", folder / "log"
    with town(peers, WEB) as text:
        config.write_text(text, "utf-8")
        argv = [sys.executable, "-m", "agent.cli", "run", "--config", str(config), "--host", "MSS"]
        with log.open("w") as said, subprocess.Popen(argv, stderr=said) as child:
            try:
                deadline = time.monotonic() + 180
                while "listening" not in log.read_text("utf-8"):
                    assert child.poll() is None, log.read_text("utf-8")
                    assert time.monotonic() < deadline, log.read_text("utf-8")
                    time.sleep(0.1)
                yield psutil.Process(child.pid), int(text.rpartition("epm_port: ")[2].split("}")[0])
            finally:
                child.terminate()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
