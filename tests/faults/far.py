"""The agent on the other side: of the master of one seat, or of the masters of some."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.lab.namespace import LabCommandError

from .field import Field, database, master, seat_address
from .seat import START
from .site import PORT, ROOT, name_of, write
from .witness import Witness, witnessing


class Far:
    """`witness` has what it publishes of the seats."""

    def __init__(self, field: Field, config: Path, witness: Witness) -> None:
        self.witness = witness
        self._field = field
        self._config = config
        self._log = config.with_name("log")
        self._process: subprocess.Popen[str] | None = None

    @property
    def log(self) -> str:
        return self._log.read_text("utf-8", "replace")

    def start(self) -> None:
        argv = (sys.executable, "-m", "agent.cli", "run", "--config", str(self._config), "--host", "MSS")
        with self._log.open("w", encoding="utf-8") as said:
            self._process = self._field.server.popen(*argv, stdout=said, stderr=said, cwd=ROOT)

    def wait(self) -> None:
        """Until it listens."""
        deadline = time.monotonic() + START
        while "listening" not in self.log:
            assert self._process
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise LabCommandError(f"no agent: {self.log}")
            time.sleep(0.1)

    def restart(self) -> None:
        self.start()
        self.wait()

    def kill(self) -> None:
        assert self._process
        self._process.kill()
        self._process.wait(20)

    def signal(self, number: int) -> None:
        assert self._process
        self._process.send_signal(number)


@contextmanager
def far_agent(field: Field, numbers: Sequence[int], folder: Path, service: str) -> Iterator[Far]:
    """Of the masters of these seats; it has been started."""
    folder.mkdir(parents=True)
    config, web = folder / "ssoreach.yaml", PORT + 1 + numbers[0]
    rows = [f"{{name: {name_of(n)}, role: processing, address: {seat_address(n)}}}" for n in numbers]
    rows.append(f"{{name: MSS, role: master-secret, address: {json.dumps([master(n) for n in numbers])}}}")
    rows.append(f"{{name: SQL01, role: sso-database, address: {database(numbers[0])}}}")
    listen = json.dumps([f"{master(n)}:{PORT}" for n in numbers])
    write(config, rows, service, folder / "state", key=True, listen=listen, web=web)
    with witnessing(field.server, web) as witness:
        far = Far(field, config, witness)
        far.start()
        try:
            yield far
        finally:
            far.signal(signal.Signals["SIGCONT"])
            far.kill()
