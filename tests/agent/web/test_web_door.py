"""Floods, sleepers and slow readers: bounded in number and time, and never at the agent's cost."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from agent.web import door as door_module
from agent.web.door import HEARD, MORE_HERE, MOST, MOST_EACH, Door
from agent.web.shared import FRESH, Shared


class Inside(asyncio.Protocol):
    """What is guarded."""

    def __init__(self) -> None:
        self.heard: list[object] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.heard.append("made")

    def data_received(self, data: bytes) -> None:
        self.heard.append(data)

    def eof_received(self) -> bool | None:
        self.heard.append("eof")
        return True

    def connection_lost(self, error: Exception | None) -> None:
        self.heard.append("lost")


class Wire(asyncio.Transport):
    """A connection from an address."""

    def __init__(self, address: str) -> None:
        super().__init__({"peername": (address, 40000)})
        self.aborted = False

    def abort(self) -> None:
        self.aborted = True


def connected(door: Door, address: str) -> tuple[Any, Wire]:
    guarded, wire = door(), Wire(address)
    guarded.connection_made(wire)
    return guarded, wire


async def test_only_so_many_from_one_address() -> None:
    door = Door(Inside)
    wires = [connected(door, "192.0.2.1")[1] for _ in range(MOST_EACH + 2)]
    assert [wire.aborted for wire in wires].count(True) == 2
    assert not connected(door, "192.0.2.2")[1].aborted


async def test_only_so_many_in_all() -> None:
    door = Door(Inside)
    wires = [connected(door, f"192.0.2.{number}")[1] for number in range(MOST + 1)]
    assert [wire.aborted for wire in wires] == [False] * MOST + [True]


async def test_there_is_room_for_this_machine_when_others_took_all_there_was() -> None:
    door = Door(Inside)
    for number in range(MOST):
        connected(door, f"192.0.2.{number}")
    here = [connected(door, "::ffff:127.0.0.1" if number else "127.0.0.1")[1] for number in range(MORE_HERE + 1)]
    assert [wire.aborted for wire in here] == [False] * MORE_HERE + [True]
    assert connected(door, "198.51.100.1")[1].aborted


async def test_who_goes_on_sending_is_cut_off() -> None:
    inside = Inside()
    guarded, wire = connected(Door(lambda: inside), "192.0.2.1")
    guarded.data_received(b"a" * HEARD)
    assert not wire.aborted
    guarded.data_received(b"a")
    assert wire.aborted
    assert inside.heard == ["made", b"a" * HEARD]


async def test_who_leaves_makes_room() -> None:
    door = Door(Inside)
    inside = [connected(door, "192.0.2.1")[0] for _ in range(MOST_EACH)]
    inside[0].connection_lost(None)
    assert not connected(door, "192.0.2.1")[1].aborted
    assert connected(door, "192.0.2.1")[1].aborted


async def test_who_was_not_let_in_is_not_heard_and_not_counted_out() -> None:
    inner: list[Inside] = []

    def serve() -> Inside:
        inner.append(Inside())
        return inner[-1]

    door = Door(serve)
    for _ in range(MOST_EACH):
        connected(door, "192.0.2.1")
    refused, _ = connected(door, "192.0.2.1")
    refused.data_received(b"GET / HTTP/1.1\r\n\r\n")
    assert refused.eof_received() is None
    refused.connection_lost(None)
    assert inner[-1].heard == []
    assert connected(door, "192.0.2.1")[1].aborted


async def test_who_is_let_in_is_heard_in_full() -> None:
    inside = Inside()
    guarded, _ = connected(Door(lambda: inside), "192.0.2.1")
    guarded.data_received(b"GET")
    assert guarded.eof_received() is True
    guarded.connection_lost(None)
    assert inside.heard == ["made", b"GET", "eof", "lost"]


async def test_nobody_stays_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that sends half a request and waits: a real connection, with the time cut short."""
    monkeypatch.setattr(door_module, "LIFETIME", 0.05)
    inside = Inside()
    server = await asyncio.get_running_loop().create_server(Door(lambda: inside), "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
        writer.write(b"GET /metrics HTTP/1.1\r\nHo")
        assert await asyncio.wait_for(reader.read(1), 10) == b""
        writer.close()
    assert inside.heard[-1] == "lost"


# One rendering for all.


class Clock:
    """Loop time, held."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: self.now)


def counting(values: list[bytes]) -> Callable[[], bytes]:
    return lambda: values.pop(0)


async def test_all_who_ask_at_once_get_one_reading() -> None:
    shared = Shared(counting([b"first"]), lambda value: value)
    assert set(await asyncio.gather(*(shared.get() for _ in range(50)))) == {b"first"}


async def test_a_reading_is_used_for_a_second_and_not_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    shared = Shared(counting([b"first", b"second"]), lambda value: value)
    clock = Clock(monkeypatch)
    assert await shared.get() == b"first"
    clock.now += FRESH / 2
    assert await shared.get() == b"first"
    clock.now += FRESH
    assert await shared.get() == b"second"


async def test_one_who_goes_away_takes_nothing_from_the_others() -> None:
    shared = Shared(counting([b"first"]), lambda value: value)
    leaver, stayer = asyncio.ensure_future(shared.get()), asyncio.ensure_future(shared.get())
    await asyncio.sleep(0)
    leaver.cancel()
    assert await stayer == b"first"


async def test_a_reading_that_fails_is_made_anew() -> None:
    values: list[bytes] = []
    shared = Shared(counting(values), lambda value: value)
    with pytest.raises(IndexError):
        await shared.get()
    values.append(b"later")
    assert await shared.get() == b"later"
