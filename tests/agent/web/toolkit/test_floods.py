"""What nobody means well, in the clear and encrypted: refused or cut off, and the next one is served."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from agent.web import door as door_module
from agent.web.door import MOST_EACH
from tests.agent.seen import result
from tests.agent.seen import run as a_run
from tests.agent.serving import FOREIGN, Reply, get, raw, serving, sources, written
from tests.agent.web.toolkit.papers import client, login, put, toolkit, until, users

CUT_OFF = (ssl.SSLError, ConnectionError, asyncio.IncompleteReadError)
LANGUAGES = pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "TLS"])
HEAD = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n"


@asynccontextmanager
async def speaking(
    folder: Path, encrypted: bool, more: str = "", remote: str = FOREIGN
) -> AsyncIterator[tuple[int, ssl.SSLContext | None]]:
    """A server, and what its clients need to speak to it."""
    text = (put(folder) if encrypted else "") + more
    async with serving(toolkit=toolkit(folder, text), remote=remote) as port:
        yield port, client() if encrypted else None


async def asked(port: int, request: bytes, tls: ssl.SSLContext | None) -> Reply | None:
    """None: cut off."""
    try:
        return await asyncio.wait_for(raw(port, request, tls), 60)
    except CUT_OFF:
        return None


@LANGUAGES
@pytest.mark.parametrize(
    "request_bytes",
    [
        HEAD + b"X: " + b"a" * 1_000_000 + b"\r\n\r\n",
        HEAD + b"X: a\r\n" * 170_000 + b"\r\n",
        HEAD + b"Authorization: Basic " + b"QUFB" * 250_000 + b"\r\n\r\n",
        HEAD + b"Cookie: a=b; " * 80_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
    ids=["one header", "many headers", "password", "cookies", "path"],
)
async def test_a_megabyte_of_headers_is_refused(tmp_path: Path, encrypted: bool, request_bytes: bytes) -> None:
    async with speaking(tmp_path, encrypted, users(ann="a")) as (port, tls):
        reply = await asked(port, request_bytes, tls)
        assert reply is None or reply.status == 400
        assert (await get(port, tls=tls, headers=login("ann", "a"))).status == 200


@LANGUAGES
@pytest.mark.parametrize(
    "target",
    [
        *("/../metrics", "/-/../metrics", "/-/healthy/../../metrics", "/-/healthy/..%2f..%2fmetrics", "//metrics"),
        *("/%2e%2e/api/v1/paths", "/-/healthy/%2e%2e/%2e%2e/api/v1/paths", "/-/ready/../", "/-/ready;/../../"),
        *("/api/../", "http://localhost/metrics", "/-/healthy?/../../metrics", "/static/../metrics"),
        *("/static/..%2f..%2fpages.py", "/static/%2e%2e/%2e%2e/pages.py", "/paths/../../metrics", "*"),
    ],
)
async def test_no_spelling_gets_around_a_password(tmp_path: Path, encrypted: bool, target: str) -> None:
    for remote in (FOREIGN, "127.0.0.1"):
        async with speaking(tmp_path, encrypted, users(ann="a"), remote) as (port, tls):
            reply = await asked(port, written(target), tls)
            assert reply is not None
            assert reply.status in (400, 401) or "/-/healthy?" in target
            assert "ssoreach_" not in reply.text
            assert "SQL01" not in reply.text


@LANGUAGES
async def test_a_client_that_does_not_read_is_sent_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encrypted: bool
) -> None:
    """It asks for much, and takes none of it. Nothing of it is left when its time is over."""
    monkeypatch.setattr(door_module, "LIFETIME", 1.0)
    many = a_run(*[result(detail="x" * 250)] * 15_000)
    kit = toolkit(tmp_path, put(tmp_path) if encrypted else "")
    async with serving(replace(sources(), run=lambda: many, known=list), toolkit=kit) as port:
        tls = client() if encrypted else None
        _, writer = await asyncio.open_connection(
            "127.0.0.1", port, ssl=tls, server_hostname="localhost" if tls else None, limit=1024
        )
        writer.write(written("/api/v1/paths"))
        await until(lambda: _inside(port))
        await until(lambda: not _inside(port))
        writer.transport.abort()
        assert (await get(port, "/-/healthy", tls=tls)).status == 200


def _inside(port: int) -> list[str]:
    """Connections that our port holds, by the kernel's own table: established, and accepted."""
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return [row[1] for row in rows if row[1].endswith(f":{port:04X}") and row[3] == "01" and row[9] != "0"]


@LANGUAGES
async def test_a_hundred_clients_at_once_are_answered_beside_the_metrics(tmp_path: Path, encrypted: bool) -> None:
    """From one address so many come in at a time; who is cut off comes again, as browsers and Prometheus do."""
    async with speaking(tmp_path, encrypted, users(ann="a")) as (port, tls):
        known = login("ann", "a")
        statuses: list[int] = []

        async def ask(target: str) -> None:
            while (reply := await asked(port, written(target, headers=known), tls)) is None:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            statuses.append(reply.status)

        async with asyncio.timeout(60), asyncio.TaskGroup() as group:
            for number in range(100):
                group.create_task(ask("/metrics" if number % 2 else "/"))
    assert statuses == [200] * 100


@LANGUAGES
async def test_silent_clients_leave_room_for_the_metrics(tmp_path: Path, encrypted: bool) -> None:
    async with speaking(tmp_path, encrypted) as (port, tls):
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(MOST_EACH - 1)]
        silent[0][1].write(b"GET /met")
        silent[1][1].write(b"\x16\x03\x01")
        assert (await get(port, tls=tls)).status == 200
        for _, writer in silent:
            writer.transport.abort()
