"""Attempts that are given up: closed engines and cancelled tasks leave nothing behind."""

import asyncio
import socket
import sys
import time
from collections.abc import Callable

import pytest

from probes.engine.engine import Engine
from probes.outcome import Outcome, Target
from probes.state import Phase, State
from tests.probes.engine.conftest import Calls, turns
from tests.probes.engine.doors import LATER, LONG, SOON, at, open_sockets

if sys.platform != "linux":
    pytest.skip("counts descriptors in /proc, and fills a queue that only Linux fills so", allow_module_level=True)


async def test_close_gives_up_everything_and_keeps_nothing(
    engine: Engine, silent: int, closed: int, server: socket.socket, calls: Calls
) -> None:
    before = open_sockets()
    for _ in range(50):
        for door in (silent, closed, server):
            engine.submit(at(door), calls)
    engine.close()
    engine.close()
    await turns()
    assert calls.outcomes == []
    assert engine.in_flight == 0
    assert open_sockets() == before


async def test_a_closed_engine_takes_no_more(engine: Engine, calls: Calls, closed: int, silent: int) -> None:
    before = open_sockets()
    engine.close()
    for port in (closed, silent):
        with pytest.raises(RuntimeError, match="closed"):
            engine.submit(at(port), calls)
    await turns()
    assert open_sockets() == before
    assert calls.outcomes == []


async def test_close_in_mid_flight(engine: Engine, silent: int, calls: Calls) -> None:
    before = open_sockets()
    for _ in range(50):
        engine.submit(at(silent, SOON), calls)
    await turns()
    assert engine.in_flight == 50
    engine.close()
    await turns()
    assert open_sockets() == before
    assert (engine.in_flight, calls.outcomes) == (0, [])


async def test_a_knock_that_is_cancelled_keeps_its_descriptor_until_its_deadline_at_most(
    engine: Engine, silent: int
) -> None:
    before = open_sockets()
    knocking = [asyncio.create_task(engine.knock(at(silent, SOON))) for _ in range(20)]
    await turns()
    for task in knocking:
        task.cancel()
    ends = await asyncio.gather(*knocking, return_exceptions=True)
    assert all(isinstance(end, asyncio.CancelledError) for end in ends)
    await engine.knock(at(silent, LATER))
    await turns()
    assert engine.in_flight == 0
    assert open_sockets() == before


async def test_cancelled_knocks_do_not_make_room_before_they_have_ended(
    engine: Engine, silent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise giving up many and asking again could take more descriptors than there are."""
    monkeypatch.setattr(engine, "_slots", asyncio.Semaphore(5))
    for _ in range(3):
        knocking = [asyncio.create_task(engine.knock(at(silent, LATER))) for _ in range(5)]
        await turns()
        assert 0 < engine.in_flight <= 5
        for task in knocking:
            task.cancel()
        await asyncio.gather(*knocking, return_exceptions=True)
    async with asyncio.timeout(LONG):
        await engine.knock(at(silent, SOON))


async def test_a_submit_that_fails_keeps_no_room(
    engine: Engine, server: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(target: Target, done: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(engine, "_slots", asyncio.Semaphore(1))
    with monkeypatch.context() as patch:
        patch.setattr(engine, "submit", fail)
        with pytest.raises(RuntimeError, match="a bug"):
            await engine.knock(at(server))
    async with asyncio.timeout(LONG):
        assert (await engine.knock(at(server))).state is State.OPEN


class Slow(Engine):
    """Ends an attempt when told to."""

    def __init__(self) -> None:
        super().__init__(utc=time.time)
        self.end: Callable[[Outcome, socket.socket | None], None] | None = None

    @property
    def in_flight(self) -> int:
        return int(self.end is not None)

    def submit(self, target: Target, done: Callable[[Outcome, socket.socket | None], None]) -> None:
        self.end = done

    def close(self) -> None:
        self.end = None


@pytest.mark.parametrize("cancelled_first", [False, True])
async def test_a_socket_that_comes_as_its_task_is_cancelled_is_closed(
    cancelled_first: bool, server: socket.socket
) -> None:
    engine = Slow()
    connecting = asyncio.create_task(engine.connect(at(server)))
    await turns()
    assert engine.end is not None
    sock = socket.create_connection(server.getsockname())
    sock.setblocking(False)
    outcome = Outcome(at(server), State.OPEN, Phase.DONE, 0.0, 0.0)
    if cancelled_first:
        connecting.cancel()
        engine.end(outcome, sock)
    else:
        engine.end(outcome, sock)
        connecting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await connecting
    assert sock.fileno() == -1
