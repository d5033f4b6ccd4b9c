"""What both engines must see alike, at doors on loopback."""

import asyncio
import socket
import sys
import time
import tracemalloc

import pytest

from probes import sockets
from probes.engine.choice import create
from probes.engine.engine import Engine
from probes.outcome import Endpoint, Target
from probes.registry import PROBES, Kind
from probes.sockets import close_politely
from probes.state import Phase, State
from tests.probes.engine.conftest import Calls, turns
from tests.probes.engine.doors import (
    LONG,
    NEEDS_VERSION_6,
    SOON,
    at,
    fill,
    listener,
    open_sockets,
    reset,
    silent_port,
    taken,
)

if sys.platform != "linux":
    pytest.skip("counts descriptors in /proc, and fills a queue that only Linux fills so", allow_module_level=True)


async def test_open_hands_over_the_socket(engine: Engine, server: socket.socket) -> None:
    before = time.time()
    outcome, sock = await engine.connect(at(server))
    assert sock is not None
    with sock, taken(server) as peer:
        assert outcome.state is State.OPEN
        assert outcome.phase is Phase.DONE
        assert outcome.target == at(server)
        assert outcome.source == Endpoint(*sock.getsockname()) == Endpoint(*peer.getpeername())
        assert outcome.icmp is None
        assert before <= outcome.started <= time.time()
        assert 0 <= outcome.seconds < LONG
        assert not sock.getblocking()
        sock.send(b"hello")
        assert peer.recv(5) == b"hello"


async def test_a_knock_is_closed_in_order(engine: Engine, server: socket.socket) -> None:
    outcome = await engine.knock(at(server))
    assert outcome.state is State.OPEN
    with taken(server) as peer:
        assert peer.recv(1) == b""


async def test_the_map_of_kinds_leads_to_the_knock(engine: Engine, server: socket.socket) -> None:
    assert set(PROBES) == set(Kind)
    assert (await PROBES[Kind.CONNECT](engine, at(server), None)).state is State.OPEN


async def test_closed(engine: Engine, closed: int) -> None:
    outcome, sock = await engine.connect(at(closed))
    assert sock is None
    assert (outcome.state, outcome.phase, outcome.detail) == (State.CLOSED, Phase.CONNECT, "RST")
    assert outcome.source is not None
    assert outcome.source.address == "127.0.0.1"


@pytest.mark.usefixtures("punctual")
async def test_filtered(engine: Engine, silent: int) -> None:
    outcome, sock = await engine.connect(at(silent, SOON))
    assert sock is None
    assert (outcome.state, outcome.phase) == (State.FILTERED, Phase.CONNECT)
    assert outcome.detail == "no answer within 0.1 s"
    assert outcome.source is not None


async def test_accepted_and_reset_before_we_looked(engine: Engine, server: socket.socket, calls: Calls) -> None:
    engine.submit(at(server), calls)
    # Runs after the connect has begun, and before the loop hears of its end.
    asyncio.get_running_loop().call_soon(lambda: reset(taken(server)))
    (outcome,) = await calls.wait(1)
    assert outcome.state is State.RESET


async def test_own_port_by_chance_is_no_answer(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connect to a port of the ephemeral range may be given that very port to speak from, and meet itself."""

    def prepare(sock: socket.socket, _: int) -> None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind(("127.0.0.1", port))

    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        monkeypatch.setattr(sockets, "prepare", prepare)
        outcome, sock = await engine.connect(at(port))
    assert sock is None
    assert outcome.source == Endpoint("127.0.0.1", port)
    assert outcome.state is State.LOCAL_FAULT
    assert "itself" in outcome.detail


@NEEDS_VERSION_6
async def test_version_6(engine: Engine) -> None:
    with listener("::1") as server:
        port = server.getsockname()[1]
        outcome = await engine.knock(Target("::1", port, LONG))
        assert outcome.state is State.OPEN
        assert outcome.source is not None
        assert outcome.source.address == "::1"
    assert (await engine.knock(Target("::1", port, LONG))).state is State.CLOSED


@pytest.mark.parametrize(
    ("address", "source"), [("127.0.0.1", "127.0.0.7"), pytest.param("::1", "::1", marks=NEEDS_VERSION_6)]
)
async def test_source_address_is_honoured(engine: Engine, address: str, source: str) -> None:
    with listener(address) as server:
        outcome = await engine.knock(Target(address, server.getsockname()[1], LONG, source))
        assert outcome.source is not None
        assert outcome.source.address == source
        with taken(server) as peer:
            assert Endpoint(*peer.getpeername()[:2]) == outcome.source


@pytest.mark.parametrize("size", [1, 10_000_000])
async def test_a_peer_that_talks_at_once(engine: Engine, server: socket.socket, size: int) -> None:
    outcome, sock = await engine.connect(at(server))
    assert sock is not None
    with taken(server) as peer:
        assert fill(peer, size) > 0
        tracemalloc.start()
        close_politely(sock)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert outcome.state is State.OPEN
        assert most < 200_000
        if size == 1:
            peer.settimeout(LONG)
            assert peer.recv(1) == b""  # a reset would raise


@pytest.mark.parametrize("act", ["resets", "hangs up", "says nothing"])
async def test_a_peer_that_does_not_talk(engine: Engine, server: socket.socket, act: str) -> None:
    before = open_sockets()
    outcome, sock = await engine.connect(at(server))
    assert sock is not None
    with taken(server) as peer:
        if act == "resets":
            reset(peer)
        elif act == "hangs up":
            peer.close()
        close_politely(sock)
    assert outcome.state is State.OPEN
    assert open_sockets() == before


async def test_a_platform_has_its_engine() -> None:
    engine = create(time.time)
    assert isinstance(engine, Engine)
    with silent_port() as port:
        knocking = asyncio.create_task(engine.knock(at(port)))
        await turns()
        assert engine.in_flight == 1
        engine.close()
        knocking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await knocking
