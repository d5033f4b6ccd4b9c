"""TLS over real connections: good and bad certificates, who speaks the wrong language, and who never finishes."""

import asyncio
import socket
import ssl
from pathlib import Path

import pytest
import trustme

from agent.web import door as door_module
from agent.web.door import MOST_EACH, Door
from tests.agent.serving import FOREIGN, PAGES, get, listening, ours, raw, serving, sources, written
from tests.agent.web.toolkit.papers import REQUIRED, client, is_closed, issued, login, put, toolkit, until, users

REFUSED = (ssl.SSLError, ConnectionError, asyncio.IncompleteReadError)


def held() -> int:
    """Descriptors of this process: sockets among them."""
    return len(list(Path("/proc/self/fd").iterdir()))


def has_ipv6() -> bool:
    """Containers often have none."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


async def test_metrics_are_served_encrypted(tmp_path: Path) -> None:
    async with serving(toolkit=toolkit(tmp_path, put(tmp_path))) as port:
        reply = await get(port, tls=client())
        assert reply.status == 200
        assert "ssoreach_build_info" in reply.text


@pytest.mark.parametrize(
    "shown",
    [issued("prometheus", expired=True), issued("prometheus", by="somebody else's")],
    ids=["expired", "of another authority"],
)
async def test_a_wrong_client_certificate_is_refused(tmp_path: Path, shown: trustme.LeafCert) -> None:
    async with serving(toolkit=toolkit(tmp_path, put(tmp_path) + REQUIRED), remote=FOREIGN) as port:
        for page in ("/metrics", "/-/healthy", *PAGES):
            with pytest.raises(REFUSED):
                await get(port, page, tls=client(shown))
        assert (await get(port, tls=client(issued("prometheus")))).status == 200


def test_no_client_may_have_a_second_handshake_in_its_connection(tmp_path: Path) -> None:
    context = toolkit(tmp_path, put(tmp_path)).context()
    assert context is not None
    assert context.options & ssl.OP_NO_RENEGOTIATION


async def test_a_certificate_that_signs_none_is_no_authority(tmp_path: Path) -> None:
    """Who holds a certificate of ours cannot make more of them."""
    forged = issued("prometheus", by="prometheus")
    forged.cert_chain_pems.append(trustme.Blob(issued("prometheus").cert_chain_pems[0].bytes()))
    async with serving(toolkit=toolkit(tmp_path, put(tmp_path) + REQUIRED), remote=FOREIGN) as port:
        with pytest.raises(REFUSED):
            await get(port, tls=client(forged))


async def test_plain_to_the_encrypted_port_is_closed_and_the_next_one_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door_module, "HANDSHAKE", 0.5)
    async with serving(toolkit=toolkit(tmp_path, put(tmp_path) + users(ann="a"))) as port:
        for request in (written(), b"\x00" * 100, b"\x16\x03\x01\xff\xff" + b"x" * 70_000, b"\r\n\r\n"):
            with pytest.raises(REFUSED):
                await raw(port, request)
        assert (await get(port, tls=client(), headers=login("ann", "a"))).status == 200


async def test_tls_to_the_plain_port_is_refused_and_the_next_one_is_served(tmp_path: Path) -> None:
    async with serving() as port:
        with pytest.raises(REFUSED):
            await get(port, tls=client())
        assert (await get(port)).status == 200


@pytest.mark.parametrize(
    ("version", "change", "served"),
    [
        (ssl.TLSVersion.TLSv1_2, "", True),
        (ssl.TLSVersion.TLSv1_3, "", True),
        (ssl.TLSVersion.TLSv1_2, "  min_version: TLS13\n", False),
        (ssl.TLSVersion.TLSv1_3, "  max_version: TLS12\n", False),
        (ssl.TLSVersion.TLSv1_2, "  cipher_suites: [TLS_AES_128_GCM_SHA256]\n", False),
    ],
)
async def test_only_the_versions_asked_for_are_spoken(
    tmp_path: Path, version: ssl.TLSVersion, change: str, served: bool
) -> None:
    speaks = client()
    speaks.minimum_version = speaks.maximum_version = version
    async with serving(toolkit=toolkit(tmp_path, put(tmp_path) + change)) as port:
        if served:
            assert (await get(port, tls=speaks)).status == 200
        else:
            with pytest.raises(REFUSED):
                await get(port, tls=speaks)


@pytest.mark.parametrize(("prefer", "chosen"), [("true", "AES256-GCM"), ("false", "AES128-GCM")])
async def test_ciphers_are_chosen_as_the_file_says(tmp_path: Path, prefer: str, chosen: str) -> None:
    change = (
        "  max_version: TLS12\n"
        "  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]\n"
        f"  prefer_server_cipher_suites: {prefer}\n"
    )
    speaks = client()
    speaks.set_ciphers("ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305")
    async with serving(toolkit=toolkit(tmp_path, put(tmp_path) + change)) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=speaks, server_hostname="localhost")
        assert chosen in writer.get_extra_info("cipher")[0]
        writer.transport.abort()


async def test_a_request_that_comes_with_the_end_of_the_handshake_is_not_lost(tmp_path: Path) -> None:
    """Byte by byte, and all at once: the answer is the same."""
    async with serving(toolkit=toolkit(tmp_path, put(tmp_path))) as port:
        for size in (1, 100, 100_000):
            assert b" 200 " in await _by_hand(port, size)


async def _by_hand(port: int, size: int) -> bytes:
    """The client's last handshake message and its request leave in pieces of that size, without a pause between."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = client().wrap_bio(incoming, outgoing, server_hostname="localhost")
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while True:
        try:
            session.do_handshake()
            break
        except ssl.SSLWantReadError:
            writer.write(outgoing.read())
            incoming.write(await asyncio.wait_for(reader.read(65_536), 30))
    session.write(written("/-/healthy"))
    bytes_left = outgoing.read()
    for start in range(0, len(bytes_left), size):
        writer.write(bytes_left[start : start + size])
        await asyncio.sleep(0)
    try:
        while True:
            try:
                return session.read(100)
            except ssl.SSLWantReadError:
                incoming.write(await asyncio.wait_for(reader.read(65_536), 30))
    finally:
        writer.transport.abort()


class Inside(asyncio.Protocol):
    """What is guarded: says again what it hears."""

    def __init__(self) -> None:
        self.heard: list[object] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.heard.append("made")

    def data_received(self, data: bytes) -> None:
        self.heard.append(data)

    def connection_lost(self, error: Exception | None) -> None:
        self.heard.append("lost")


async def test_who_serves_hears_of_the_connection_first_and_of_its_end_once(tmp_path: Path) -> None:
    kit, inside = toolkit(tmp_path, put(tmp_path)), Inside()
    server = await asyncio.get_running_loop().create_server(Door(lambda: inside, kit.context), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client(), server_hostname="localhost")
        writer.write(b"at once")
        await until(lambda: b"at once" in inside.heard)
        writer.transport.abort()
        await until(lambda: "lost" in inside.heard)
    assert inside.heard == ["made", b"at once", "lost"]


async def test_who_serves_hears_nothing_of_a_handshake_that_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door_module, "HANDSHAKE", 0.2)
    kit, inside = toolkit(tmp_path, put(tmp_path)), Inside()
    server = await asyncio.get_running_loop().create_server(Door(lambda: inside, kit.context), "127.0.0.1", 0)
    async with server:
        for request in (b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x00\x01x"):
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
            writer.write(request)
            assert await is_closed(reader)
            writer.transport.abort()
    assert inside.heard == []


# Who never finishes.


async def test_half_a_handshake_counts_from_the_beginning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From one address only so many come in, though none of them is through its handshake."""
    monkeypatch.setattr(door_module, "HANDSHAKE", 60.0)
    async with serving(toolkit=toolkit(tmp_path, put(tmp_path))) as port:
        halves = [await asyncio.open_connection("127.0.0.1", port) for _ in range(MOST_EACH)]
        for _, writer in halves:
            writer.write(b"\x16\x03\x01\x02\x00\x01")
        one_more, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await is_closed(one_more)
        writer.transport.abort()
        halves[0][1].transport.abort()
        await _served(port)
        for _, writer in halves:
            writer.transport.abort()


async def test_half_a_handshake_ends_and_gives_everything_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "HANDSHAKE", 0.2)
    async with serving(toolkit=toolkit(tmp_path, put(tmp_path))) as port:
        await _served(port)
        before = held()
        for request in (b"", b"\x16\x03\x01\x02\x00\x01", b"\x16"):
            halves = [await asyncio.open_connection("127.0.0.1", port) for _ in range(20)]
            for _, writer in halves:
                writer.write(request)
            for reader, writer in halves:
                assert await is_closed(reader)
                writer.transport.abort()
        await until(lambda: held() <= before)
        await _served(port)


async def _served(port: int) -> None:
    """In the end: somebody has to leave first."""
    async with asyncio.timeout(30):
        while True:
            try:
                assert (await get(port, "/-/healthy", tls=client())).status == 200
                return
            except REFUSED:
                await asyncio.sleep(0.01)


async def test_a_client_that_says_nothing_more_after_the_handshake_is_sent_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door_module, "LIFETIME", 0.5)
    async with serving(toolkit=toolkit(tmp_path, put(tmp_path))) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client(), server_hostname="localhost")
        assert await is_closed(reader)
        writer.transport.abort()


async def test_the_end_of_the_agent_ends_half_handshakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "HANDSHAKE", 60.0)
    async with serving(toolkit=toolkit(tmp_path, put(tmp_path))) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await _served(port)
    assert await is_closed(reader)
    writer.transport.abort()


# Several addresses.


@pytest.mark.parametrize("encrypted", [False, True])
async def test_every_address_is_served_alike(tmp_path: Path, encrypted: bool) -> None:
    kit = toolkit(tmp_path, put(tmp_path) if encrypted else "")
    tls = client() if encrypted else None
    at = ["127.0.0.1", "127.0.0.2", *(["::1"] if has_ipv6() else [])]
    async with listening(ours(sources(), toolkit=kit), [(host, 0) for host in at], kit) as urls:
        assert [url.partition(":")[0] for url in urls] == ["https" if encrypted else "http"] * len(at)
        for host, url in zip(at, urls, strict=True):
            assert (await get(int(url.rpartition(":")[2]), tls=tls, at=host)).status == 200
