"""A disk that is full, or may only be read: the agent goes on probing and telling, says it once, and recovers."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .disk import Disk, small_disk
from .network import Network

pytestmark = pytest.mark.lab

SITE = """\
site: lab
names: false
state_dir: {state}
web: {{listen: "127.0.0.1:10135"}}
schedule: {{interval: 10s, timeout: 500ms}}
{log}hosts:
  - {{name: BTS01, role: processing, address: 127.0.0.1}}
  - {{name: MSS, role: master-secret, address: 127.0.0.9}}
"""
PATIENCE = 60.0  # seconds that a test waits at most
PROBE = (sys.executable, "-m", "agent.cli")
ASKED = re.compile(r"^ssoreach_attempts_total\{.*\} (\d+\.\d+)$", re.MULTILINE)
FETCH = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:10135/metrics', timeout=10).read().decode())"


class Daemon:
    """An agent in the prober's namespace, some of whose files lie on the disk."""

    def __init__(self, net: Network, process: subprocess.Popen[str], config: Path, said: Path) -> None:
        self._net = net
        self.config = config
        self.process = process
        self._said = said

    @property
    def said(self) -> str:
        return self._said.read_text(encoding="utf-8", errors="replace")

    def until(self, holds: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.05)

    def asked(self) -> float:
        """How many attempts its metrics tell of."""
        done = self._net.prober.python("-c", FETCH)
        return sum(map(float, ASKED.findall(done.stdout)))

    def goes_on(self) -> None:
        """It serves metrics, and in them the attempts of another round."""
        before = self.asked()
        assert before
        self.until(lambda: self.asked() > before)

    def reload(self) -> None:
        if sys.platform != "win32":
            self.process.send_signal(signal.SIGHUP)


@contextmanager
def running(net: Network, disk: Disk, folder: Path, site: str) -> Iterator[Daemon]:
    """From its first round to a good end."""
    config, said = folder / "ssoreach.yaml", folder / "said"
    config.write_text(site)
    with said.open("w") as file:
        process = net.prober.popen(*disk.into, *PROBE, "run", "--config", str(config), stdout=file, stderr=file)
    daemon = Daemon(net, process, config, said)
    daemon.until(daemon.asked)
    yield daemon
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0, daemon.said
    assert "Traceback" not in daemon.said


@pytest.fixture
def disk(net: Network, tmp_path: Path) -> Iterator[Disk]:
    place = tmp_path / "disk"
    place.mkdir()
    with small_disk(net.prober, place) as made:
        yield made


def test_a_full_disk_for_log_and_state(net: Network, disk: Disk, tmp_path: Path) -> None:
    log, state = disk.outside / "ssoreach.log", disk.outside / "state"
    site = SITE.format(state=disk.path / "state", log=f"log: {{file: {disk.path / 'ssoreach.log'}}}\n")
    with running(net, disk, tmp_path, site) as daemon:
        assert "listening" in log.read_text()
        disk.fill()
        kept = (state / "last-good.json").read_bytes()
        daemon.reload()
        daemon.goes_on()
        assert (state / "last-good.json").read_bytes() == kept
        # A line for each of many mistakes: more than the last page of the file has room for.
        daemon.config.write_text(site + "".join(f"nonsense{number}: 1\n" for number in range(150)))
        for _ in range(3):
            daemon.reload()
            daemon.asked()
        daemon.goes_on()
        daemon.config.write_text(site)
        assert daemon.said.count("log.file: ") == 1
        assert "No space left on device" in daemon.said
        disk.empty()
        daemon.reload()
        daemon.until(lambda: "lost before" in log.read_text())
        assert log.read_text().endswith("\n")
        daemon.until(lambda: (state / "last-good.json").read_bytes() != kept)
        assert "Traceback" not in log.read_text()
        assert not [path for path in state.iterdir() if path.name.startswith(".")]


def test_an_agent_starts_on_a_full_disk(net: Network, disk: Disk, tmp_path: Path) -> None:
    disk.fill()
    log = disk.outside / "ssoreach.log"
    site = SITE.format(state=disk.path / "state", log=f"log: {{file: {disk.path / 'ssoreach.log'}}}\n")
    with running(net, disk, tmp_path, site) as daemon:
        daemon.goes_on()
        assert daemon.said.count("log.file: ") == 1
        disk.empty()
        daemon.reload()
        daemon.until(lambda: log.exists() and "lost before" in log.read_text())
        daemon.until(lambda: (disk.outside / "state" / "agent.json").exists())


def test_a_state_folder_that_may_only_be_read(net: Network, disk: Disk, tmp_path: Path) -> None:
    state = disk.outside / "state"
    with running(net, disk, tmp_path, SITE.format(state=disk.path / "state", log="")) as daemon:
        kept = (state / "last-good.json").read_bytes()
        disk.remount("ro")
        daemon.reload()
        daemon.until(lambda: "the last good configuration cannot be kept" in daemon.said)
        assert "Read-only file system" in daemon.said
        daemon.goes_on()
        disk.remount("rw")
        daemon.reload()
        daemon.until(lambda: (state / "last-good.json").read_bytes() != kept)


def test_once_keeps_the_old_file_and_says_so(net: Network, disk: Disk) -> None:
    old = disk.outside / "ssoreach.prom"
    old.write_text("old\n")
    disk.fill()
    argv = (
        "once",
        "--role",
        "processing",
        "--sql",
        "127.0.0.1",
        "--master",
        "127.0.0.9",
        "--format",
        "prom",
        "--output",
    )
    done = net.prober.run(*disk.into, *PROBE, *argv, str(disk.path / "ssoreach.prom"))
    assert done.returncode == 2
    assert "No space left on device; what was found is on standard output instead" in done.stderr
    assert "ssoreach_path_verdict" in done.stdout
    assert old.read_text() == "old\n"
    assert [path.name for path in disk.outside.iterdir() if path.name.startswith(".")] == []
    disk.empty()
    again = net.prober.run(*disk.into, *PROBE, *argv, str(disk.path / "ssoreach.prom"))
    assert again.returncode == 1
    assert "ssoreach_path_verdict" in old.read_text()
