"""What only the engine for Linux can get wrong: descriptors that come back, batches, stale deadlines."""

import asyncio
import errno
import socket
import sys
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from probes.outcome import Outcome, Target
from probes.state import State
from probes.wire.icmp import Icmp
from tests.probes.engine.conftest import CREATE, Calls, turns
from tests.probes.engine.doors import LATER, SOON, at, closed_port, listener, open_sockets, silent_port

if sys.platform != "linux":
    pytest.skip("Linux has it", allow_module_level=True)

import select

from probes.engine import epoll


@pytest.fixture
async def engine() -> AsyncIterator[Any]:  # Any: other platforms' type checkers do not know it
    made = CREATE["epoll"](utc=time.time)
    yield made
    made.close()


@pytest.mark.usefixtures("punctual")
async def test_the_deadline_of_an_attempt_is_not_that_of_the_next_with_its_descriptor(engine: Any, silent: int) -> None:
    with listener() as server:
        first, sock = await engine.connect(at(server, SOON))
        assert sock is not None
        number = sock.fileno()
        sock.close()
        second = asyncio.create_task(engine.knock(at(silent, LATER)))
        await turns()
        assert list(engine._flights) == [number]
        assert first.state is State.OPEN
        assert (await second).detail == "no answer within 0.3 s"


async def test_what_was_handed_over_is_watched_no_longer(engine: Any, calls: Calls, silent: int) -> None:
    with listener() as server:
        _, sock = await engine.connect(at(server))
    assert sock is not None
    with sock:
        engine.submit(at(silent), calls)
        await turns()
        assert engine.in_flight == 1
        assert engine._epoll.poll(0) == []


@pytest.mark.parametrize("batch", [1, 2])
async def test_answers_that_came_before_the_deadline_win_however_many_they_are(
    engine: Any, calls: Calls, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(epoll, "BATCH", batch)
    with listener() as server:
        for _ in range(20):
            engine.submit(at(server, SOON), calls)
        time.sleep(2 * SOON)  # noqa: ASYNC251 (the loop has to look too late)
        await calls.wait(20)
    assert {outcome.state for outcome in calls.outcomes} == {State.OPEN}


async def test_a_callback_that_raises_costs_nobody_else_his_answer(engine: Any, calls: Calls) -> None:
    reported: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: reported.append(context))

    def broken(outcome: Outcome, sock: socket.socket | None) -> None:
        if sock is not None:
            sock.close()
        raise RuntimeError(f"a bug, met at {outcome.state}")

    with listener() as server, closed_port() as closed:
        doors = [at(closed), at(server), Target("127.255.255.255", 9)]
        for door in doors:
            engine.submit(door, broken)
        for door in doors:
            engine.submit(door, calls)
        await calls.wait(3)
    assert sorted(calls.targets) == sorted(doors)
    assert {type(each["exception"]) for each in reported} == {RuntimeError}
    assert len(reported) == 3


async def test_a_kernel_without_room_for_another_watch_is_our_own_fault(
    engine: Any, calls: Calls, silent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = open_sockets()
    full = _Epoll(engine._epoll, register=OSError(errno.ENOSPC, "No space left on device"))
    monkeypatch.setattr(engine, "_epoll", full)
    engine.submit(at(silent), calls)
    (outcome,) = await calls.wait(1)
    assert outcome.state is State.LOCAL_FAULT
    assert engine.in_flight == 0
    assert open_sockets() == before
    monkeypatch.undo()


@pytest.mark.usefixtures("punctual")
@pytest.mark.parametrize(
    ("icmp", "state"),
    [
        (Icmp(4, 3, 13, "192.0.2.254"), State.REJECTED),
        (Icmp(4, 3, 13, "127.0.0.1"), State.LOCAL_FAULT),
        (None, State.LOCAL_FAULT),
    ],
)
async def test_an_error_in_the_queue_of_a_connect_that_goes_on_is_no_answer(
    engine: Any, calls: Calls, silent: int, icmp: Icmp | None, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Linux queues an ICMP error, and wakes who waits, a moment before it fails the connect: SO_ERROR is still 0."""
    engine.submit(at(silent), calls)
    (number,) = engine._flights
    monkeypatch.setattr(epoll, "icmp_of", lambda sock: icmp)
    monkeypatch.setattr(engine, "_epoll", _Epoll(engine._epoll, events=[(number, select.EPOLLERR)]))
    engine._ready()
    assert [(outcome.state, outcome.icmp) for outcome in calls.outcomes] == [(state, icmp)]
    monkeypatch.undo()


class _Epoll:
    """An epoll of which one answer is the test's."""

    def __init__(
        self, real: Any, *, register: OSError | None = None, events: list[tuple[int, int]] | None = None
    ) -> None:
        self._real = real
        self._register = register
        self._events = events

    def register(self, fd: int, events: int) -> None:
        if self._register is not None:
            raise self._register
        self._real.register(fd, events)

    def poll(self, timeout: float, most: int) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = self._real.poll(timeout, most)
        return found if self._events is None else self._events

    @property
    def closed(self) -> bool:
        return bool(self._real.closed)


async def test_rests_when_nothing_is_in_flight(engine: Any, calls: Calls) -> None:
    """No timer, and nothing kept of what has ended."""
    with closed_port() as closed, listener() as server, silent_port() as silent:
        for port in (closed, server.getsockname()[1], silent):
            engine.submit(at(port, SOON), calls)
        await calls.wait(3)
    await turns()
    assert engine.in_flight == 0
    assert engine._deadlines == []
    assert engine.lateness._timer is None


async def test_a_port_that_is_none(engine: Any, calls: Calls) -> None:
    before = open_sockets()
    with pytest.raises(OverflowError):
        engine.submit(at(70_000), calls)
    assert open_sockets() == before
    assert engine.in_flight == 0
