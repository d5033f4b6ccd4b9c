"""The peer that many sites have: Prometheus' blackbox_exporter, asked as Prometheus asks it, for `tcp_connect`."""

import http.client
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from pathlib import Path

from agent.demo.demo import listener
from tests.bench.processes import cpu_seconds, started

PROGRAM, PACKAGE = "prometheus-blackbox-exporter", "prometheus-blackbox-exporter"
NAME = "blackbox_exporter"
MODULES = "modules:\n  tcp_connect:\n    prober: tcp\n    timeout: 3s\n"


@dataclass(frozen=True, slots=True)
class Exporter:
    """One that runs. Its connection stays open from question to question, as Prometheus has it."""

    pid: int
    connection: http.client.HTTPConnection

    def probe(self, address: str, port: int) -> None:
        """RuntimeError unless it got there."""
        self.connection.request("GET", f"/probe?module=tcp_connect&target={address}:{port}")
        if b"\nprobe_success 1\n" not in self.connection.getresponse().read():
            raise RuntimeError(f"{NAME} did not reach {address}:{port}")

    def cost(self, addresses: Sequence[str], port: int, rate: float = inf) -> float:
        """CPU seconds for one probe, of one at each of these addresses, so many a second."""
        before, began = cpu_seconds(self.pid), time.monotonic()
        for number, address in enumerate(addresses, 1):
            self.probe(address, port)
            time.sleep(max(0.0, began + number / rate - time.monotonic()))
        return (cpu_seconds(self.pid) - before) / len(addresses)


@contextmanager
def exporter(folder: Path) -> Iterator[Exporter]:
    """Until the end of the block."""
    folder.mkdir(exist_ok=True)
    modules = folder / "blackbox.yml"
    modules.write_text(MODULES, "ascii")
    with listener("127.0.0.1") as port:
        pass
    argv = [PROGRAM, f"--config.file={modules}", f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]
    with started(argv, log=folder / "log") as child:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        _until_it_listens(connection)
        yield Exporter(child.pid, connection)
        connection.close()


def version() -> str:
    """In its own words."""
    done = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True)
    return " ".join((done.stdout or done.stderr).split()[1:3]).replace("version ", "")


def _until_it_listens(connection: http.client.HTTPConnection) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            return connection.connect()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
