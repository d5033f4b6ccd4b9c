"""Two agents of one small site in this very loop, on a fast clock, and what they ask: real sockets on loopback.

The master secret server and a processing server hold listeners for one another; a database answers; one more server
has nobody who listens. Whatever an agent does over hours is in it but silence, which takes real time.
"""

import asyncio
import itertools
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from agent.app import Agent
from agent.demo.demo import listener
from agent.demo.mapper import mapper
from agent.ground.path import Check, Direction
from agent.local.local import Local
from agent.site.whoami import Machine
from agent.sso.seen import Condition, Service, Sighting
from agent.store.kept import Kept
from agent.store.store import Store
from agent.term.origin import FileOrigin
from agent.term.reload import Loading
from tests.agent.serving import get
from tests.scale.fast import FastClock

SSO_PORTS = range(21_300, 21_400)
PROCESSING, MASTER, DATABASE, SHUT = "127.77.0.11", "127.77.0.21", "127.77.0.31", "127.77.0.12"
RANGE = "21000-21255"  # below what systems give to clients
PAGES = ("/metrics", "/", "/api/v1/paths", "/sd", "/-/ready")
SITE = """\
site: soak
names: false
state_dir: state
web: {{listen: "127.0.0.1:0"}}
schedule: {{interval: 60s, timeout: 2s}}
rpc: {{dynamic_ports: "{range}", samples: 8}}
rendezvous: {{key_file: key}}
hosts:
  - {{name: BTS01, role: processing, epm_port: {epm}, rendezvous: "{processing}:{udp}", {processing_at}}}
  - {{name: BTS02, role: processing, epm_port: {epm}, address: {shut}}}
  - {{name: MSS, role: master-secret, epm_port: {epm}, rendezvous: "{master}:{udp}", {master_at}}}
  - {{name: SQL01, role: sso-database, port: {sql}, address: {database}}}
"""
MORE = "  - {{name: BTS{number:02}, role: processing, address: 127.77.0.{number}, epm_port: 9}}\n"
HOSTS = {"BTS01": PROCESSING, "MSS": MASTER}


class Resident:
    """An agent and its file."""

    def __init__(self, folder: Path, text: str, host: str, clock: FastClock) -> None:
        self.host = host
        self._file = folder / "ssoreach.yaml"
        self._text = text
        self._incarnations = itertools.count(4711)
        self._service = self._another()
        self.urls: list[str] = []
        folder.mkdir()
        key = folder / "key"
        key.touch(mode=0o600)
        key.write_text("the soak's own key, which everybody may know\n", "ascii")
        self._write("")
        origin = FileOrigin(self._file, host, clock.time)
        loaded, state = origin.load(), folder / "state"
        self.agent = Agent(
            loaded.setup,
            Machine((host, "127.0.0.1"), (HOSTS[host],)),
            clock,
            Kept(Store(state, "soak", _raise)),
            loaded.ring,
            lambda _: Sighting(self._service),
            origin,
            Loading(clock.time()),
            local=Local(state, _raise),
        )

    async def reload(self, number: int | None) -> Sequence[str]:
        """With one more peer of that number, or without one: what is wrong with it."""
        self._write("" if number is None else MORE.format(number=number))
        return await self.agent.reload()

    def restart_service(self) -> None:
        """The SSO service of this machine is another process from now on."""
        self._service = self._another()

    async def scrape(self) -> None:
        """Every page that somebody may ask for, on a connection of its own."""
        for page in PAGES:
            reply = await get(int(self.urls[0].rpartition(":")[2]), page)
            assert reply.status == 200, (page, reply)

    @property
    def listeners(self) -> int:
        """Held for others now."""
        figures = self.agent.readings.metrics().rendezvous
        return figures.listeners if figures else 0

    @property
    def in_flight(self) -> int:
        return self.agent.readings.engine.in_flight

    @property
    def attempts(self) -> int:
        """At all peers since the start."""
        return sum(sum(each.attempts.values()) for each in self.agent.readings.metrics().entries)

    def evidence(self, peer: str) -> str | None:
        """What the verdict about the range towards a peer rests on."""
        ranged = [each for each in self.agent.readings.run().results if each.path.check is Check.RPC_RANGE]
        found = [each for each in ranged if (each.path.peer, each.path.direction) == (peer, Direction.OUTBOUND)]
        return found[0].judgement.evidence if found else None

    def verdicts(self) -> dict[tuple[str, str, str], str]:
        """By peer, check and direction."""
        results = self.agent.readings.run().results
        return {(each.path.peer, each.path.check, each.path.direction): each.verdict for each in results}

    def _another(self) -> Service:
        pid = next(self._incarnations)
        return Service("ENTSSO", Condition.RUNNING, f"A{pid}", pid, float(pid))

    def _write(self, more: str) -> None:
        self._file.write_text(self._text + more, "utf-8")


@asynccontextmanager
async def village(folder: Path, clock: FastClock) -> AsyncIterator[list[Resident]]:
    """Both agents, from when they listen to their end, which must be a good one."""
    async with AsyncExitStack() as stack:
        sql = stack.enter_context(listener(DATABASE))
        epm = stack.enter_context(mapper("0.0.0.0", stack.enter_context(listener(MASTER, SSO_PORTS))))
        clock.started()
        text = SITE.format(
            range=RANGE,
            udp=_free(),
            epm=epm,
            sql=sql,
            processing=PROCESSING,
            processing_at=f"address: {PROCESSING}, source_address: {PROCESSING}",
            master=MASTER,
            master_at=f"address: {MASTER}, source_address: {MASTER}",
            database=DATABASE,
            shut=SHUT,
        )
        residents = [Resident(folder / host, text, host, clock) for host in HOSTS]
        await stack.enter_async_context(living(residents, clock))
        yield residents


@asynccontextmanager
async def living(residents: Sequence[Resident], clock: FastClock) -> AsyncIterator[None]:
    """Their agents, from when they listen to their end, which must be a good one."""
    async with AsyncExitStack() as stack:
        for each in residents:
            listens = asyncio.Event()

            def listening(urls: list[str], each: Resident = each, listens: asyncio.Event = listens) -> None:
                each.urls = urls
                listens.set()

            task = asyncio.create_task(each.agent.run(listening))
            stack.push_async_callback(_ended, task)
            async with asyncio.timeout(30):
                await listens.wait()
        clock.busy = lambda: any(each.in_flight for each in residents)
        yield


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task], timeout=30)
    assert task.cancelled()


def _free() -> int:
    """A UDP port that nobody has now at either address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("0.0.0.0", 0))
        return int(sock.getsockname()[1])


def _raise(message: str) -> None:
    raise AssertionError(message)
