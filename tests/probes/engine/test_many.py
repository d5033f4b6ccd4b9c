"""Many attempts at once, and their callbacks, in both engines."""

import asyncio
import socket
import sys
import time

import pytest

from probes.engine import engine as engine_module
from probes.engine.engine import Engine
from probes.outcome import Outcome, Target
from probes.state import State
from tests.probes.engine.conftest import CREATE, Calls, turns
from tests.probes.engine.doors import LATER, LONG, SOON, at, listener, open_sockets

if sys.platform != "linux":
    pytest.skip("counts descriptors in /proc, and fills a queue that only Linux fills so", allow_module_level=True)


async def test_many_closed_ports_at_once(engine: Engine) -> None:
    before = open_sockets()
    with socket.socket() as deaf:
        deaf.bind(("0.0.0.0", 0))
        port = deaf.getsockname()[1]
        targets = [Target(f"127.0.{high}.{low}", port, LONG) for high in range(1, 6) for low in range(1, 101)]
        outcomes = await asyncio.gather(*(engine.knock(target) for target in targets))
    assert [outcome.target for outcome in outcomes] == targets
    assert {outcome.state for outcome in outcomes} == {State.CLOSED}
    await turns()
    assert engine.in_flight == 0
    assert open_sockets() == before


@pytest.mark.usefixtures("punctual")
async def test_open_closed_and_silent_do_not_get_mixed_up(engine: Engine, closed: int, silent: int) -> None:
    with listener() as server:
        doors = {at(server): State.OPEN, at(closed): State.CLOSED, at(silent, LATER): State.FILTERED}
        targets = [*doors] * 30
        outcomes = await asyncio.gather(*(engine.knock(target) for target in targets))
    assert [outcome.target for outcome in outcomes] == targets
    assert [outcome.state for outcome in outcomes] == [doors[target] for target in targets]


@pytest.mark.usefixtures("punctual")
async def test_every_attempt_has_its_own_deadline(engine: Engine, silent: int, calls: Calls) -> None:
    long, short = at(silent, LATER), at(silent, SOON)
    engine.submit(long, calls)
    engine.submit(short, calls)
    await calls.wait(2)
    assert calls.targets == [short, long]
    assert {outcome.state for outcome in calls.outcomes} == {State.FILTERED}


async def test_counts_what_is_in_flight(engine: Engine, silent: int, closed: int, calls: Calls) -> None:
    assert engine.in_flight == 0
    for port in (silent, silent, closed):
        engine.submit(at(port), calls)
    assert engine.in_flight == 3
    await calls.wait(1)
    await turns()
    assert engine.in_flight == 2


@pytest.mark.parametrize("capacity", [1, 3])
async def test_no_more_in_flight_than_there_is_room_for(
    engine: Engine, capacity: int, silent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_slots", asyncio.Semaphore(capacity))
    knocking = [asyncio.create_task(engine.knock(at(silent, SOON))) for _ in range(3 * capacity)]
    most = 0
    while not all(task.done() for task in knocking):
        most = max(most, engine.in_flight)
        await asyncio.sleep(0)
    assert most == capacity


@pytest.mark.parametrize("name", CREATE)
async def test_room_is_made_for_the_rest_of_the_process(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for limit, capacity in ((100, 16), (1_024, 768), (1_000_000, engine_module.MOST)):
        monkeypatch.setattr(engine_module, "raise_descriptor_limit", lambda limit=limit: limit)
        engine = CREATE[name](utc=time.time)
        assert engine.capacity == capacity
        engine.close()


async def test_never_called_from_within_submit(engine: Engine, closed: int, server: socket.socket) -> None:
    inside = False
    called: list[Outcome] = []
    ended = asyncio.Event()

    def done(outcome: Outcome, sock: socket.socket | None) -> None:
        assert not inside
        if sock is not None:
            sock.close()
        called.append(outcome)
        if len(called) == 4 * len(targets):
            ended.set()
        elif len(called) <= len(targets):
            submit(targets)  # from within a callback, too

    def submit(some: list[Target]) -> None:
        nonlocal inside
        was, inside = inside, True
        for target in some:
            engine.submit(target, done)
        inside = was

    targets = [at(closed), at(server), Target("127.255.255.255", 9)]
    submit(targets)
    assert called == []
    async with asyncio.timeout(LONG):
        await ended.wait()
    assert sorted(outcome.state for outcome in called) == sorted([State.CLOSED, State.OPEN, State.LOCAL_FAULT] * 4)


@pytest.mark.parametrize("listening", [False, True])
async def test_an_engine_that_is_closed_by_a_callback_calls_no_other(
    engine: Engine, server: socket.socket, closed: int, listening: bool
) -> None:
    before = open_sockets()
    called: list[Outcome] = []

    def done(outcome: Outcome, sock: socket.socket | None) -> None:
        if sock is not None:
            sock.close()
        called.append(outcome)
        engine.close()

    for _ in range(5):
        engine.submit(at(server if listening else closed), done)
    await turns()
    assert [outcome.state for outcome in called] == [State.OPEN if listening else State.CLOSED]
    assert engine.in_flight == 0
    assert open_sockets() == before
