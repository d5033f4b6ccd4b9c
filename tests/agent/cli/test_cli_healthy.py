"""`probe healthy`: an agent that answers is healthy wherever it listens, and nobody else is taken for it."""

import asyncio
import os
import socket
import ssl
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest
import trustme
from aiohttp import web

from agent.cli import healthy
from agent.cli.healthy import is_healthy
from agent.local.local import NAME, Local
from agent.web.proving import proving
from tests.agent.cli.test_cli_status import listening
from tests.agent.serving import SITE, ours, sources

Ask = Callable[[], Awaitable[tuple[bool, str]]]


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The state folder of whoever asks."""
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))
    monkeypatch.setenv("SSOREACH_CONFIG", str(tmp_path / "ssoreach.yaml"))
    return tmp_path / "state"


@pytest.fixture
def ask(state: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Whether it is healthy, and what was said of that; the server runs on meanwhile."""

    async def asked() -> tuple[bool, str]:
        return await asyncio.to_thread(is_healthy, None), capsys.readouterr().err

    return asked


def agent(local: Local) -> web.Application:
    app = ours(sources())
    app.on_response_prepare.append(proving(local.prove))
    return app


def configured(folder: Path, more: str) -> None:
    (folder / "ssoreach.yaml").write_text(f"{SITE}{more}\n", "utf-8")


async def test_it_is_asked_where_it_says_that_it_listens(state: Path, ask: Ask) -> None:
    """No configuration is needed, nor a good one."""
    local = Local(state, pytest.fail)
    async with listening(agent(local)) as port:
        local.write([f"http://127.0.0.1:{port}"])
        assert await ask() == (True, "")
        configured(state.parent, "sight: wrong")
        assert await ask() == (True, "")


async def test_it_is_found_in_the_folder_of_the_configuration(state: Path, tmp_path: Path, ask: Ask) -> None:
    configured(tmp_path, "state_dir: elsewhere")
    local = Local(tmp_path / "elsewhere", pytest.fail)
    async with listening(agent(local)) as port:
        local.write([f"http://127.0.0.1:{port}"])
        assert await ask() == (True, "")


async def test_one_that_has_gone_is_not_healthy(state: Path, ask: Ask) -> None:
    local = Local(state, pytest.fail)
    async with listening(agent(local)) as port:
        local.write([f"http://127.0.0.1:{port}"])
    well, said = await ask()
    assert not well
    assert "does not answer" in said


async def test_one_that_hangs_is_not_healthy(state: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(healthy, "PATIENCE", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as nobody_accepts:
        Local(state, pytest.fail).write([f"http://127.0.0.1:{nobody_accepts.getsockname()[1]}"])
        well, said = await ask()
    assert not well
    assert "does not answer within 0.3 s" in said


async def test_somebody_else_at_its_port_is_not_taken_for_it(state: Path, tmp_path: Path, ask: Ask) -> None:
    """Nor is the configuration then believed: the agent did write down where it is."""
    local = Local(state, pytest.fail)
    async with listening(ours(sources())) as port:
        local.write([f"http://127.0.0.1:{port}"])
        configured(tmp_path, f'web: {{listen: "127.0.0.1:{port}"}}')
        well, said = await ask()
    assert not well
    assert "not the agent" in said


@pytest.mark.parametrize("listen", ["127.0.0.1:{}", "0.0.0.0:{}"])
async def test_one_that_cannot_write_is_asked_where_it_should_be(tmp_path: Path, ask: Ask, listen: str) -> None:
    async with listening(ours(sources())) as port:
        configured(tmp_path, f'web: {{listen: "{listen.format(port)}"}}')
        assert await ask() == (True, "")
    well, said = await ask()
    assert not well
    assert f"http://127.0.0.1:{port}: does not answer: " in said


async def test_also_where_it_speaks_tls_and_where_it_might(tmp_path: Path, ask: Ask) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("bts01.contoso.test").configure_cert(context)
    for tls in (context, None):
        async with listening(ours(sources()), tls) as port:
            configured(tmp_path, f'web: {{listen: "127.0.0.1:{port}", config_file: web.yaml}}')
            assert await ask() == (True, "")


async def test_an_answer_that_is_not_ok_is_none(tmp_path: Path, ask: Ask) -> None:
    async with listening(web.Application()) as port:
        configured(tmp_path, f'web: {{listen: "127.0.0.1:{port}"}}')
        assert await ask() == (False, f"http://127.0.0.1:{port}: answers 404\n")


@pytest.mark.parametrize("line", [b"HTTP/1.1 100 Continue\r\n\r\n", b"a"])
async def test_one_that_never_comes_to_an_end_is_not_healthy(
    tmp_path: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch, line: bytes
) -> None:
    """Each piece in good time."""
    monkeypatch.setattr(healthy, "PATIENCE", 0.5)

    async def dribble(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError), closing(writer.transport):
            writer.write(b"HTTP/1.1 100 Continue\r\nX: ")
            while True:
                writer.write(line)
                await writer.drain()
                await asyncio.sleep(0.02)

    async with await asyncio.start_server(dribble, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        configured(tmp_path, f'web: {{listen: "127.0.0.1:{port}"}}')
        async with asyncio.timeout(30):
            well, said = await ask()
    assert (well, said) == (False, f"http://127.0.0.1:{port}: does not answer: timed out\n")


async def test_without_a_configuration_it_is_said_where_it_was_looked_for(tmp_path: Path, ask: Ask) -> None:
    well, said = await ask()
    assert not well
    assert "ssoreach.yaml" in said


async def test_all_of_it_is_bounded(state: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(healthy, "LONGEST", 0.0)
    Local(state, pytest.fail).write(["http://127.0.0.1:9"])
    assert await ask() == (False, "no answer within 0 s\n")


@pytest.mark.parametrize("content", ["{}", "x" * 70_000])
def test_a_file_that_is_no_agent_s_is_said(state: Path, content: str, capsys: pytest.CaptureFixture[str]) -> None:
    state.mkdir()
    with os.fdopen(os.open(state / NAME, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        file.write(content)
    assert not is_healthy(None)
    assert "not written by an agent of this version" in capsys.readouterr().err
