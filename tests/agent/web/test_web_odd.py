"""Requests that nobody means well, and addresses that cannot be had."""

import asyncio
import socket
from collections.abc import Sequence

import pytest

from agent.web.server import ListenError, serve
from tests.agent.serving import FOREIGN, get, ours, raw, serving, sources, written


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 1_000_000 + b"\r\n\r\n",
        b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n" + b"X: a\r\n" * 100_000 + b"\r\n",
        b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"MADEUP /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /metrics HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS hello\r\n\r\n",
        b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc",
    ],
    ids=["long header", "many headers", "long path", "method", "version", "TLS", "length", "two lengths"],
)
async def test_nonsense_is_refused_and_the_next_one_is_served(request_bytes: bytes) -> None:
    async with serving() as port:
        try:
            reply = await raw(port, request_bytes)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        else:
            assert 400 <= reply.status < 500 or reply.status == 505
        assert (await get(port)).status == 200


@pytest.mark.parametrize("expected", [b"100-continue", b"nothing known", b"\x86\xff", b"100-continue, \xe4"])
@pytest.mark.parametrize("remote", ["127.0.0.1", FOREIGN])
async def test_what_a_client_expects_changes_no_answer_and_is_not_said_again(expected: bytes, remote: str) -> None:
    """Nobody is told to go on before it is known who it is; no page reads what would then come."""
    async with serving(remote=remote) as port:
        for target in ("/", "/metrics", "/nowhere"):
            expecting = b"Host: localhost\r\nContent-Length: 9\r\nExpect: " + expected
            reply = await raw(port, written(target).replace(b"Host: localhost", expecting))
            usual = await get(port, target)
            assert (reply.status, reply.body) == (usual.status, usual.body)


async def test_a_client_that_says_nothing_holds_up_nobody() -> None:
    async with serving() as port:
        writers = [(await asyncio.open_connection("127.0.0.1", port))[1] for _ in range(20)]
        assert (await get(port)).status == 200
        for writer in writers:
            writer.close()


# Listening.


async def test_an_address_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ListenError, match=f"127.0.0.1:{port}: is in use; does another agent run here"):
            await serve(ours(sources(), open_pages=False), [("127.0.0.1", port)])


async def test_an_address_of_another_machine_is_named() -> None:
    """From Python 3.13 on asyncio says so in words of its own."""
    with pytest.raises(ListenError, match=r"192\.0\.2\.1:0: (this machine has no such address$|could not bind)"):
        await serve(ours(sources(), open_pages=False), [("192.0.2.1", 0)])


async def test_if_one_address_is_taken_the_others_are_given_back() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, socket.create_server(("127.0.0.1", 0)) as free:
        ports = [free.getsockname()[1], taken.getsockname()[1]]
        free.close()
        with pytest.raises(ListenError):
            await serve(ours(sources(), open_pages=False), [("127.0.0.1", port) for port in ports])
        with socket.create_server(("127.0.0.1", ports[0])):
            pass


@pytest.mark.parametrize(
    ("listens", "starts"),
    [
        ([("127.0.0.1", 0)], ["http://127.0.0.1:"]),
        ([("0.0.0.0", 0)], ["http://127.0.0.1:"]),
        ([("127.0.0.1", 0), ("127.0.0.2", 0)], ["http://127.0.0.1:", "http://127.0.0.2:"]),
    ],
)
async def test_the_urls_can_be_opened(listens: Sequence[tuple[str, int]], starts: list[str]) -> None:
    runner, urls = await serve(ours(sources(), open_pages=False), listens)
    try:
        assert [url.rpartition(":")[0] + ":" for url in urls] == starts
        for url in urls:
            host, _, port = url.removeprefix("http://").rpartition(":")
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(b"GET /-/healthy HTTP/1.0\r\nHost: localhost\r\n\r\n")
            assert (await reader.readline()).split()[1] == b"200"
            writer.close()
    finally:
        await runner.cleanup()
