"""What both engines must take for this host's own fault."""

import asyncio
import errno
import socket
import sys
import time

import pytest

from probes import sockets
from probes.engine.engine import Engine
from probes.outcome import Target
from probes.state import State
from tests.probes.engine.conftest import Calls, turns
from tests.probes.engine.doors import LATER, SOON, at, open_sockets

if sys.platform != "linux":
    pytest.skip("counts descriptors in /proc, and fills a queue that only Linux fills so", allow_module_level=True)

import resource


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (Target("127.0.0.1", 9, source="203.0.113.77"), "no local address or port is free"),
        (Target("::1", 9, source="2001:db8::77"), "no local address or port is free"),
        (Target("127.255.255.255", 9), "no route"),  # a broadcast address: no TCP leads there
        (Target("127.0.0.1", 9, source="::1"), "IP version"),
        (Target("::1", 9, source="127.0.0.1"), "IP version"),
        (Target("fe80::1%no-such-one", 9), "interface"),
    ],
)
async def test_what_this_host_cannot_try(engine: Engine, target: Target, words: str, calls: Calls) -> None:
    before = open_sockets()
    engine.submit(target, calls)
    assert calls.outcomes == []
    (outcome,) = await calls.wait(1)
    assert (outcome.state, outcome.target) == (State.LOCAL_FAULT, target)
    assert words in outcome.detail
    assert open_sockets() == before


async def test_no_descriptor_left(engine: Engine, server: socket.socket, calls: Calls) -> None:
    with socket.socket() as lowest_free:
        number = lowest_free.fileno()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (number, hard))
    engine.submit(at(server), calls)
    (outcome,) = await calls.wait(1)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    assert (outcome.state, outcome.source) == (State.LOCAL_FAULT, None)
    assert outcome.detail == "this process is out of descriptors"
    assert (await engine.knock(at(server))).state is State.OPEN


@pytest.mark.parametrize("number", [errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EAFNOSUPPORT])
async def test_no_socket_to_be_had(engine: Engine, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(sock: socket.socket, family: int) -> None:
        raise OSError(number, "no")

    before = open_sockets()
    monkeypatch.setattr(sockets, "prepare", refuse)
    assert (await engine.knock(at(9))).state is State.LOCAL_FAULT
    assert open_sockets() == before


async def test_a_loop_that_was_blocked_has_heard_no_silence(engine: Engine, silent: int) -> None:
    knocking = asyncio.create_task(engine.knock(at(silent, LATER)))
    await turns()
    time.sleep(LATER + SOON)  # noqa: ASYNC251 (blocking is the point)
    outcome = await knocking
    assert outcome.state is State.LOCAL_FAULT
    assert "not running" in outcome.detail
