"""A real agent in this very loop, whose file a test rewrites, and peers on loopback that count who comes."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from agent.app import Agent
from agent.metrics import expose
from agent.site.whoami import Machine
from agent.sso.seen import Condition, Service, Sighting
from agent.store.kept import Kept
from agent.store.store import Store
from agent.term.origin import FileOrigin
from agent.term.reload import Loading

SITE = """\
site: contoso
names: false
state_dir: state
web: {{listen: "127.0.0.1:0"}}
schedule: {{interval: {interval}, timeout: 1s}}
rpc: {{fixed_ports: {{entsso: {entsso}}}, services: {{entsso: {{required_on: []}}}}}}
{more}
hosts:
  - {{name: BTS01, role: processing, address: 127.0.0.1}}
  - {{name: MSS, role: master-secret, address: 127.0.0.9, epm_port: {entsso}}}
"""

PEER = "127.0.0.2"
Series = dict[tuple[str, tuple[tuple[str, str], ...]], float]  # name and labels → value


class Door:
    """A port of a peer that accepts everybody, and counts."""

    def __init__(self, server: asyncio.Server, came: list[float]) -> None:
        self.port = int(server.sockets[0].getsockname()[1])
        self.came = came


@asynccontextmanager
async def door(address: str = PEER) -> AsyncIterator[Door]:
    came: list[float] = []

    def accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.append(time.monotonic())
        writer.close()

    server = await asyncio.start_server(accept, address, 0)
    async with server:
        yield Door(server, came)


class Running:
    """An agent, its file, and what can be asked of it."""

    def __init__(self, folder: Path, agent: Agent, loading: Loading, entsso: int) -> None:
        self.folder = folder
        self.file = folder / "ssoreach.yaml"
        self.agent = agent
        self.loading = loading
        self.entsso = entsso

    def writes(self, *hosts: str, interval: str = "60s", more: str = "") -> None:
        write(self.folder, self.entsso, *hosts, interval=interval, more=more)

    async def reloads(self, *hosts: str, interval: str = "60s", more: str = "") -> Sequence[str]:
        self.writes(*hosts, interval=interval, more=more)
        return await self.agent.reload()

    def series(self) -> Series:
        """As a scrape of this very moment shows it."""
        families = text_string_to_metric_families(expose(self.agent.readings.metrics()).decode())
        return {(each.name, tuple(sorted(each.labels.items()))): each.value for of in families for each in of.samples}

    def value(self, name: str, **labels: str) -> float | None:
        return self.series().get((f"ssoreach_{name}", tuple(sorted(labels.items()))))

    async def until(self, wanted: Callable[[], bool], seconds: float = 30) -> None:
        async with asyncio.timeout(seconds):
            while not wanted():  # noqa: ASYNC110 - what is waited for is a figure
                await asyncio.sleep(0.01)

    def verdict(self, peer: str, check: str = "sql") -> str:
        """The one verdict that is 1; none: there is no such path."""
        wanted = {"peer": peer, "check": check, "direction": "outbound"}
        found = [
            dict(labels)["verdict"]
            for (name, labels), value in self.series().items()
            if name == "ssoreach_path_verdict" and value == 1 and wanted.items() <= dict(labels).items()
        ]
        return found[0] if len(found) == 1 else ""


def database(name: str, at: Door) -> str:
    return f"{{name: {name}, role: sso-database, address: {PEER}, port: {at.port}}}"


def write(folder: Path, entsso: int, *hosts: str, interval: str, more: str) -> None:
    text = SITE.format(interval=interval, entsso=entsso, more=more)
    (folder / "ssoreach.yaml").write_text(text + "".join(f"  - {host}\n" for host in hosts), "utf-8")


@asynccontextmanager
async def running(
    folder: Path, *hosts: str, interval: str = "60s", more: str = "", look: Callable[[str], Sighting] | None = None
) -> AsyncIterator[Running]:
    """From when it listens to its end, which must be a good one. First rounds come at once."""
    async with AsyncExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr("agent.schedule.STAGGER", 0.0)
        patch.setattr("agent.schedule.JITTER", 0.0)
        entsso = (await stack.enter_async_context(door())).port
        write(folder, entsso, *hosts, interval=interval, more=more)
        origin = FileOrigin(folder / "ssoreach.yaml", "BTS01", time.time)
        loaded, loading = origin.load(), Loading(time.time())
        kept = Kept(Store(folder / "state", "contoso", lambda _: None))
        machine = Machine(("BTS01",), ("127.0.0.1",))
        agent = Agent(
            loaded.setup, machine, kept=kept, ring=loaded.ring, look=look or seen, origin=origin, loading=loading
        )
        listens = asyncio.Event()
        task = asyncio.create_task(agent.run(lambda _: listens.set()))
        try:
            async with asyncio.timeout(30):
                await listens.wait()
            yield Running(folder, agent, loading, entsso)
        finally:
            task.cancel()
            await asyncio.wait([task], timeout=30)
            assert task.cancelled()


def seen(service: str) -> Sighting:
    return Sighting(Service(service, Condition.RUNNING, "A", 4711, 1.0))
