"""Fakes as programs of their own, as the lab starts them inside a namespace."""

import asyncio
import contextlib
import socket
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from probes.engine.portable import PortableEngine
from probes.epm import Consultation, Registered
from probes.outcome import Target
from probes.registry import Kind, knock
from probes.state import State
from tests.fakes.door import WAIT
from tests.fakes.table import SSO, TABLE, table_from, table_text, tcp

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="an event loop there cannot read standard input")

HERE = Path(__file__).parent
ADDRESS = "127.0.0.1"


@asynccontextmanager
async def program(name: str, *options: str, kind: int = socket.SOCK_STREAM) -> AsyncIterator[tuple[Process, int]]:
    """The fake, ready, and the port that it was told; it is over when its input is."""
    with socket.socket(type=kind) as free:
        free.bind((ADDRESS, 0))
        port = free.getsockname()[1]
    argv = (sys.executable, str(HERE / f"{name}.py"), ADDRESS, str(port), *options)
    started = await asyncio.create_subprocess_exec(*argv, stdin=PIPE, stdout=PIPE)
    try:
        await ready(started)
        yield started, port
        assert started.stdin is not None
        started.stdin.close()
        assert await asyncio.wait_for(started.wait(), WAIT) == 0
    finally:
        with contextlib.suppress(ProcessLookupError):
            started.kill()
        await started.wait()


async def ready(started: Process) -> None:
    assert started.stdout is not None
    assert await asyncio.wait_for(started.stdout.readline(), WAIT) == b"ready\n"


@pytest.mark.parametrize(
    ("name", "options", "kind", "question", "state"),
    [
        ("mapper", (), Kind.MAPPER, Consultation(), State.OPEN),
        ("mapper", ("--manner", "fault"), Kind.MAPPER, Consultation(), State.DECLINED),
        ("sql", (), Kind.PRELOGIN, None, State.OPEN),
        ("sql", ("strict",), Kind.PRELOGIN, None, State.RESET),
        ("stubborn", ("ssh",), Kind.MAPPER, Consultation(), State.GARBLED),
        ("browser", (), Kind.BROWSER, "SSO", State.OPEN),
        ("browser", ("garbage",), Kind.BROWSER, "SSO", State.GARBLED),
    ],
)
async def test_a_program_answers_until_its_input_ends(
    name: str, options: tuple[str, ...], kind: Kind, question: object, state: State
) -> None:
    engine = PortableEngine(utc=time.time)
    over = socket.SOCK_DGRAM if kind is Kind.BROWSER else socket.SOCK_STREAM
    async with program(name, *options, kind=over) as (_, port):
        outcome = await knock(engine, Target(ADDRESS, port), kind, question)
    assert outcome.state is state


async def test_a_mapper_is_told_a_new_table() -> None:
    engine = PortableEngine(utc=time.time)
    table = (tcp(SSO, 50_123, "SSOSecretServer"),)
    async with program("mapper", "--page", "1", "--ending", "ad") as (started, port):
        target = Target(ADDRESS, port)
        before = (await knock(engine, target, Kind.MAPPER, Consultation())).answer
        assert started.stdin is not None
        started.stdin.write(table_text(table).encode() + b"\n")
        await ready(started)
        after = (await knock(engine, target, Kind.MAPPER, Consultation())).answer
    assert before == Registered(TABLE, {})
    assert after == Registered(table, {})


def test_a_table_is_read_as_it_was_written() -> None:
    with_ports = tuple(entry for entry in TABLE if entry.tower and entry.tower.tcp_port)
    assert table_from(table_text(TABLE)) == with_ports
