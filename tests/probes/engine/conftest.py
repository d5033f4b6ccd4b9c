"""Both engines, and what tests ask of either."""

import asyncio
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from probes.engine.engine import Engine
from probes.engine.portable import PortableEngine
from probes.outcome import Outcome, Target
from tests.probes.engine.doors import WAIT, closed_port, listener, silent_port

Create = Callable[..., Engine]
CREATE: dict[str, Create] = {"portable": PortableEngine}

if sys.platform == "linux":
    import resource

    from probes.engine.epoll import EpollEngine

    CREATE["epoll"] = EpollEngine

    @pytest.fixture(autouse=True)
    def descriptor_limit() -> Iterator[None]:
        """An engine raises the limit of the whole process."""
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        yield
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.fixture(params=sorted(CREATE))
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[Engine]:
    made = CREATE[request.param](utc=time.time)
    yield made
    made.close()
    await turns()


@pytest.fixture
def punctual(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop is never called late, however busy the machine is that runs the tests."""
    monkeypatch.setattr(engine.lateness, "since", lambda began: 0.0)


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with listener() as listening:
        yield listening


@pytest.fixture
def closed() -> Iterator[int]:
    with closed_port() as port:
        yield port


@pytest.fixture
def silent() -> Iterator[int]:
    with silent_port() as port:
        yield port


class Calls:
    """A callback for an engine, and what it was called with."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self._changed = asyncio.Event()

    def __call__(self, outcome: Outcome, sock: socket.socket | None) -> None:
        self.outcomes.append(outcome)
        if sock is not None:
            sock.close()
        self._changed.set()

    async def wait(self, count: int) -> list[Outcome]:
        """The outcomes, once there are so many."""
        async with asyncio.timeout(WAIT):
            while len(self.outcomes) < count:
                self._changed.clear()
                await self._changed.wait()
        return self.outcomes

    @property
    def targets(self) -> list[Target]:
        return [outcome.target for outcome in self.outcomes]


@pytest.fixture
async def calls() -> Calls:
    return Calls()


async def turns() -> None:
    """Let the loop turn a few times: what has begun goes on, and what has ended is heard of."""
    for _ in range(10):
        await asyncio.sleep(0)
