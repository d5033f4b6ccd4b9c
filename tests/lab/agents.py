"""Agents of one site, as real processes in the lab: their files, `probe run` and `probe once`."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from .fetch import Metrics, fetch
from .namespace import PAUSE, LabCommandError, Namespace
from .star import Star, address

ROOT = Path(__file__).parents[2]
PORT = 10135  # HTTP on TCP, and the rendezvous on UDP
KEY = "the lab's own key, which everybody may know"
SITE = """\
site: lab
rpc: {{dynamic_ports: "{ports}", samples: {samples}, services: {{entsso: {{required_on: []}}}}}}
schedule: {{interval: {interval}, timeout: {timeout}}}
rendezvous: {{listen: {listen}, key_file: key}}
names: false
state_dir: state
hosts:
"""
ROLES = {"BTS01": "processing", "BTS02": "processing", "MSS": "master-secret"}


@dataclass(frozen=True)
class Plan:
    """What the files of all agents of a site say, each with its own exceptions. `keys`: first line first."""

    ports: str = "20000-20255"
    samples: int = 8
    interval: str = "60s"
    timeout: str = "1200ms"
    keys: tuple[str, ...] = (KEY,)
    listen: tuple[str, ...] = (f"0.0.0.0:{PORT}",)
    addresses: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: {host: (address(host),) for host in ROLES})

    def write(self, folder: Path) -> Path:
        """The configuration, its key beside it. Agents do not share folders."""
        folder.mkdir(parents=True, exist_ok=True)
        key = folder / "key"
        key.touch(mode=0o600)
        key.write_text("".join(f"{line}\n" for line in self.keys), "ascii")
        text = SITE.format(
            ports=self.ports,
            samples=self.samples,
            interval=self.interval,
            timeout=self.timeout,
            listen=json.dumps(self.listen),
        )
        rows = [f"  - {{name: {host}, role: {ROLES[host]}, address: {[*at]}}}\n" for host, at in self.addresses.items()]
        config = folder / "ssoreach.yaml"
        config.write_text(text + "".join(rows), "utf-8")
        return config


class Agent:
    """One that runs as `host` in that namespace."""

    def __init__(self, namespace: Namespace, host: str, process: subprocess.Popen[str], log: Path) -> None:
        self.host = host
        self._namespace = namespace
        self._process = process
        self._log = log

    @property
    def memory(self) -> int:
        """Resident, in bytes."""
        return int(psutil.Process(self._process.pid).memory_info().rss)

    @property
    def descriptors(self) -> int:
        return len([*Path(f"/proc/{self._process.pid}/fd").iterdir()])

    @property
    def log(self) -> str:
        return self._log.read_text("utf-8")

    def metrics(self) -> Metrics:
        status, body = fetch(self._namespace, f"http://127.0.0.1:{PORT}/metrics")
        assert status == 200, f"{status} {body}\n{self.log}"
        return Metrics(body)

    def until(self, wanted: Callable[[Metrics], bool], seconds: float = 30) -> Metrics:
        """The metrics, once they are as they should be. AssertionError, with the log, if they never are."""
        deadline = time.monotonic() + seconds
        while not wanted(metrics := self.metrics()):
            assert time.monotonic() < deadline, f"{self.host} is not there after {seconds} s:\n{self.log}"
            time.sleep(PAUSE)
        return metrics

    def document(self) -> dict[str, Any]:
        """What its API says."""
        status, body = fetch(self._namespace, f"http://127.0.0.1:{PORT}/api/v1/paths")
        assert status == 200, body
        found: dict[str, Any] = json.loads(body)
        return found

    def paths(self) -> list[dict[str, Any]]:
        """What its API says of all paths."""
        found: list[dict[str, Any]] = self.document()["paths"]
        return found

    def kill(self) -> None:
        """It has no time to tidy up."""
        self._process.kill()
        self._process.wait(20)

    def stop(self) -> int:
        """Tell it to end: its exit code."""
        self._process.terminate()
        return self._process.wait(20)


@contextmanager
def running(star: Star, host: str, config: Path, *, skew: float = 0) -> Iterator[Agent]:
    """`probe run` as that host, from when it listens to the end of the block. Its clock is `skew` seconds ahead."""
    with running_in(star[host], host, config, skew=skew) as agent:
        yield agent


@contextmanager
def running_in(namespace: Namespace, host: str, config: Path, *, skew: float = 0) -> Iterator[Agent]:
    """The same in a namespace of any network. Its log is a new one each time."""
    log = config.parent / "log"
    with log.open("w", encoding="utf-8") as said:
        argv = [*_probe(skew), "run", "--config", str(config), "--host", host]
        process = namespace.popen(*argv, stdout=subprocess.DEVNULL, stderr=said, cwd=ROOT)
    with process:
        try:
            _wait(process, log)
            yield Agent(namespace, host, process, log)
        finally:
            process.kill()


class Once:
    """A `probe once` on its way."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def end(self, seconds: float = 100) -> dict[str, Any]:
        """Its document."""
        out, err = self.process.communicate(timeout=seconds)
        assert out, err
        document: dict[str, Any] = json.loads(out)
        return document

    def range(self, peer: str = "MSS", direction: str = "outbound", seconds: float = 100) -> dict[str, Any]:
        """What it says of the range between this host and a peer."""
        return range_of(self.end(seconds), peer, direction)


def once(star: Star, host: str, config: Path, *argv: str, skew: float = 0) -> Once:
    """Start `probe once --check rpc-range` as that host."""
    options = ["once", "--config", str(config), "--host", host, "--format", "json", "--check", "rpc-range", *argv]
    return Once(star[host].popen(*_probe(skew), *options, stderr=subprocess.PIPE, cwd=ROOT))


def range_of(document: Mapping[str, Any], peer: str, direction: str = "outbound") -> dict[str, Any]:
    """The range's path to (or, inbound, from) a peer."""
    end = "peer" if direction == "outbound" else "source"
    paths = [path for path in document["paths"] if path["check"] == "rpc-range" and path["direction"] == direction]
    (path,) = [path for path in paths if path[end] == peer]
    found: dict[str, Any] = path
    return found


def _probe(skew: float) -> list[str]:
    return [sys.executable, "-m", *(["tests.lab.skewed", str(skew)] if skew else ["agent.cli"])]


def _wait(process: subprocess.Popen[str], log: Path) -> None:
    deadline = time.monotonic() + 30
    while "listening" not in log.read_text("utf-8"):
        if process.poll() is not None or time.monotonic() > deadline:
            raise LabCommandError(f"no agent: {log.read_text('utf-8')}")
        time.sleep(0.02)
