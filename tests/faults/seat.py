"""One seat of the field: its agent, all that can be done to that, and the world as it is between it and its peers."""

import itertools
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from tests.lab.disk import Disk, small_disk
from tests.lab.fetch import Metrics, fetch
from tests.lab.namespace import LabCommandError, Namespace

from .field import Field, database, gateway, master, seat_address
from .host import Host
from .site import PORT, ROOT, name_of, write
from .tampered import OFFSET
from .witness import Witness, witnessing
from .world import World

if sys.platform != "win32":
    import resource

START = 120  # seconds, which a start takes on a busy machine at most
STARTING = threading.Semaphore(2)
HERE = 'cd "$1" && mount --bind "$2" /etc/resolv.conf && shift 2 && exec "$@"'


class Moment(NamedTuple):
    """From `at` (monotonic) on, the world is this; `ours`: this host or its agent has a fault."""

    at: float
    world: World
    ours: bool


class Seat:
    """`service`: of the process that stands for the SSO service. `held`: its master's agent can be met."""

    def __init__(self, field: Field, number: int, folder: Path, disk: Disk, witness: Witness, *, held: bool) -> None:
        self.field = field
        self.number = number
        self.witness = witness
        self.disk = disk
        self.namespace: Namespace = field.seat(number)
        self.host = Host(field, number)
        self.name = name_of(number)
        self.world = World(held=held)
        self.ours = False
        self.timeline: list[Moment] = [Moment(time.monotonic(), self.world, ours=True)]
        self.folder = folder
        self.config = folder / "ssoreach.yaml"
        self._said: list[Path] = []
        self._process: subprocess.Popen[str] | None = None

    # what is true

    def change(self, *, ours: bool | None = None, **parts: object) -> None:
        """From now on the world is another one, and its rules are in force when this returns."""
        self.ours = self.ours if ours is None else ours
        world = replace(self.world, **parts)  # type: ignore[arg-type]
        self.timeline.append(Moment(time.monotonic(), world, self.ours))
        before, self.world = self.world, world
        if before.master is not world.master:
            self.field.give(self.number, before.master, world.master)
        self.field.rules(self.number, world.statements(master(self.number), database(self.number)))

    def more_rules(self, *statements: str) -> None:
        """Beside those of the world, until it changes."""
        of_world = self.world.statements(master(self.number), database(self.number))
        self.field.rules(self.number, [*statements, *of_world])

    def passed(self, begun: float, seen: float) -> tuple[list[World], bool]:
        """The worlds that there were in this time, and whether there was a fault of ours in it."""
        ends = [each.at for each in self.timeline[1:]] + [seen + 1]
        moments = [each for each, end in zip(self.timeline, ends, strict=True) if end >= begun and each.at <= seen]
        return [each.world for each in moments], any(each.ours for each in moments)

    # names

    @property
    def names(self) -> tuple[str, str]:
        """Of its master and its database."""
        return f"mss{self.number}.lab", f"sql{self.number}.lab"

    def say_names(self, addresses: dict[str, str] | None = None, delay: float = 0.0, code: int = 0) -> None:
        """What the name service says of its peers; by default, what is right."""
        right = dict(zip(self.names, (master(self.number), database(self.number)), strict=True))
        for name, address in (right | (addresses or {})).items():
            self.field.names.say(name, [address], delay, code)

    # its agent

    @property
    def process(self) -> subprocess.Popen[str]:
        assert self._process is not None
        return self._process

    @property
    def log(self) -> str:
        """Of the life of now."""
        return self._said[-1].read_text("utf-8", "replace")

    @property
    def logs(self) -> str:
        """Of all its lives."""
        return "".join(each.read_text("utf-8", "replace") for each in self._said)

    def start(self) -> None:
        """Its agent, until it listens."""
        log = self.folder / f"log{len(self._said)}"
        words = ("unshare", "--mount", "--propagation", "private", "sh", "-c", HERE, "sh", str(ROOT))
        argv = (sys.executable, "-m", "tests.faults.tampered", str(self.folder / "clock"))
        run = ("run", "--config", str(self.config), "--host", self.name)
        with log.open("w", encoding="utf-8") as said:
            self._process = self.namespace.popen(
                *self.disk.into, *words, str(self.folder / "resolv.conf"), *argv, *run, stdout=said, stderr=said
            )
        self._said.append(log)

    def wait(self) -> None:
        """Until its agent listens."""
        deadline = time.monotonic() + START
        while "listening" not in self.log:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise LabCommandError(f"{self.name}: no agent: {self.log}")
            time.sleep(0.1)

    def restart(self) -> None:
        """As few at a time as the machine has processors: all at once would keep each other waiting."""
        with STARTING:
            self.start()
            self.wait()

    def kill(self) -> None:
        """It has no time to tidy up."""
        self.process.kill()
        self.process.wait(20)

    def stop(self) -> int:
        """It is told to end: its exit code."""
        self.process.terminate()
        return self.process.wait(30)

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def step(self, seconds: float) -> None:
        """Its clock is wrong by so much from now on."""
        with (self.folder / "clock").open("r+b") as file:
            file.write(OFFSET.pack(seconds))

    def allow(self, descriptors: int | None = None) -> None:
        """So many more for it; None: as many as it likes. What is limited is their numbers, of which some are free."""
        pid = self.process.pid
        used = {int(each.name) for each in Path(f"/proc/{pid}/fd").iterdir()}
        free = (number for number in itertools.count() if number not in used)
        if sys.platform != "win32":
            hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)[1]
            soft = hard if descriptors is None else next(itertools.islice(free, descriptors, None))
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))

    def metrics(self) -> Metrics:
        status, body = fetch(self.namespace, f"http://127.0.0.1:{PORT}/metrics")
        assert status == 200, f"{self.name}: {status} {body}\n{self.log}"
        return Metrics(body)

    @property
    def state(self) -> Path:
        """Its state folder, as this process sees it."""
        return self.disk.outside / "state"


@contextmanager
def seated(field: Field, number: int, folder: Path, service: str, *, held: bool = False) -> Iterator[Seat]:
    """A seat whose agent has been started; `held`: it has the site's key."""
    folder.mkdir(parents=True)
    (folder / "disk").mkdir()
    (folder / "clock").write_bytes(OFFSET.pack(0.0))
    (folder / "resolv.conf").write_text(f"nameserver {gateway(number)}\noptions timeout:1 attempts:1\n")
    with ExitStack() as stack:
        disk = stack.enter_context(small_disk(field.seat(number), folder / "disk", "512k"))
        witness = stack.enter_context(witnessing(field.seat(number), PORT))
        seat = Seat(field, number, folder, disk, witness, held=held)
        rows = [
            f"{{name: {seat.name}, role: processing, address: {seat_address(number)}}}",
            f"{{name: MSS, role: master-secret, address: {seat.names[0]}}}",
            f"{{name: SQL01, role: sso-database, address: {seat.names[1]}}}",
        ]
        write(seat.config, rows, service, folder / "disk" / "state", key=held)
        seat.say_names()
        seat.start()
        try:
            yield seat
        finally:
            seat.signal(signal.Signals["SIGCONT"])
            seat.process.kill()
            seat.process.wait(20)
