"""A machine with an SSO service, an agent that can be killed and started again, and a person who asks beside it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from tests.fakes.table import SSO_PORT

from .agents import PORT, ROOT, Agent, running_in
from .fetch import Metrics
from .listeners import listening
from .mapping import mapping
from .network import Network
from .site import write_site

CHANGED = "SSO state changed"
ROWS = {"MSS": "accept", "SQL01": "stealth"}  # of the network: whose address is which
BTS01, MSS = "name: BTS01, role: processing", "name: MSS, role: master-secret"
TIMEOUT = 2.5  # seconds of an attempt: a busy machine that is late by a tenth of it has shown nothing
LIFETIME = 600  # seconds, which no story takes


@dataclass(frozen=True)
class Answer:
    """What a command said: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


class Asked(NamedTuple):
    """By a person, both at the same time."""

    restart: Answer  # `probe safe-to-restart`
    once: Answer  # `probe once --format json`, of all paths but the range

    @property
    def sso(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.once.out)["sso"]
        return found


class Machine:
    """The prober of a network. `service`: the stand-in's name; `me` is its line in the file, `hosts` are the others'.

    Leaving the block kills the agent.
    """

    def __init__(self, net: Network, folder: Path, service: str, me: str = BTS01, hosts: tuple[str, ...] = ()) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        hosts = hosts or (at(net, MSS, "MSS"), at(net, "name: SQL01, role: sso-database", "SQL01"))
        more = f'sso: {{service: "{service}"}}\nlog: {{format: json}}\nnames: false\n'
        web = f"127.0.0.1:{PORT}"
        self._config = write_site(folder, net, hosts, timeout=f"{TIMEOUT}s", web=web, me=me, more=more)
        self._net = net
        self._host = me.partition(",")[0].removeprefix("name: ")
        self._agent: Agent | None = None
        self._life = ExitStack()
        self._said: list[str] = []  # by agents that are gone
        self.state = folder / "state"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._life.close()

    @property
    def agent(self) -> Agent:
        assert self._agent is not None
        return self._agent

    def start(self) -> None:
        """The agent, which then has looked once."""
        self._agent = self._life.enter_context(running_in(self._net.prober, self._host, self._config))

    def kill(self) -> None:
        """The agent, as kill -9 does."""
        self.agent.kill()
        self._said.append(self.agent.log)
        self._life.close()
        self._agent = None

    def cut(self, host: str = "MSS", ports: str = "") -> None:
        """From now on the router drops what goes to that host, or to those ports of it."""
        self._net.flip(self._net.address(ROWS[host]), "drop", ports=ports)

    def mend(self) -> None:
        """Nothing is dropped any more."""
        self._net.restore()

    def until(self, state: str, seconds: float = 45) -> Metrics:
        """The metrics, once they show that state of SSO."""
        return self.agent.until(lambda metrics: sso_state(metrics) == state, seconds)

    def until_asked(self) -> None:
        """Once this life of the agent has asked whether there is a way to the master secret."""
        when = "path_last_run_timestamp_seconds"
        self.agent.until(lambda found: all(found.rows(when, check=check) for check in ("epm", "rpc-endpoint")))

    def until_told(self, **wanted: str) -> dict[str, Any]:
        """What the API says of SSO, once it says that. It goes by the agent's newest look, so after the paths."""
        self.agent.until(lambda _: wanted.items() <= self.sso().items())
        return self.sso()

    def sso(self) -> dict[str, Any]:
        """What the agent's API says of it."""
        found: dict[str, Any] = self.agent.document()["sso"]
        return found

    @property
    def log(self) -> list[dict[str, Any]]:
        """The events of all lives of the agent."""
        said = [*self._said, *([self._agent.log] if self._agent else [])]
        return [json.loads(line) for text in said for line in text.splitlines()]

    @property
    def changes(self) -> list[dict[str, Any]]:
        return [event for event in self.log if event["event"] == CHANGED]

    def asked(self) -> Asked:
        once = ("once", "--format", "json", "--check", "sql", "--check", "epm", "--check", "rpc-endpoint")
        begun = [self._begin("safe-to-restart"), self._begin(*once)]
        return Asked(*map(_answer, begun))

    def _begin(self, *argv: str) -> "subprocess.Popen[str]":
        told = ("--config", str(self._config), "--host", self._host)
        command = (sys.executable, "-m", "agent.cli", *argv, *told)
        return self._net.prober.popen(*command, stderr=subprocess.PIPE, cwd=ROOT)


def at(net: Network, host: str, row: str) -> str:
    """A host's line in the file, with its address."""
    return f'{host}, address: "{net.address(ROWS[row])}"'


@contextmanager
def surrounded(net: Network) -> Iterator[Network]:
    """By a master secret server, with its mapper and the port of its SSO service, and an SSO database."""
    master, database = (net.address(row) for row in ROWS.values())
    doors = [(master, SSO_PORT), (database, 1433)]
    with listening(net.server, doors, lifetime=LIFETIME), mapping(net.server, master):
        yield net


def sso_state(metrics: Metrics) -> str:
    """The one that is 1."""
    (state,) = [labels["state"] for labels, value in metrics.rows("sso_state") if value == 1]
    return state


def seconds(text: str) -> float:
    """Of a time as JSON has it: UTC."""
    return datetime.fromisoformat(text).timestamp()


def _answer(process: "subprocess.Popen[str]") -> Answer:
    out, err = process.communicate(timeout=60)
    return Answer(process.returncode, out, err)
