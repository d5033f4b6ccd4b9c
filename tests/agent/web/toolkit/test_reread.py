"""The file changes while the agent serves: what is good comes into force, what is bad is said once, and no more."""

import asyncio
import logging
import ssl
from pathlib import Path
from threading import Event

import pytest

from agent.config.mistakes import ConfigError
from agent.web.toolkit import toolkit as toolkit_module
from agent.web.toolkit.read import read as read_file
from agent.web.toolkit.settings import Settings
from agent.web.toolkit.toolkit import Toolkit
from tests.agent.serving import FOREIGN, answer, get, listening, ours, serving, sources, written
from tests.agent.web.toolkit.papers import client, issued, login, put, toolkit, until, users


def said(caplog: pytest.LogCaptureFixture, level: int = logging.ERROR) -> list[str]:
    fields = [record.__dict__.get("fields", {}) for record in caplog.records if record.levelno == level]
    return [str(each.get("mistake", each.get("note", ""))) for each in fields]


def change(folder: Path, text: str) -> None:
    """The file becomes another one, as editors and configuration management do it."""
    (folder / "new").write_text(text, encoding="utf-8")
    (folder / "new").replace(folder / "web.yml")


async def serial(port: int) -> int:
    """Of the certificate that is shown to a new client."""
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client(), server_hostname="localhost")
    shown = writer.get_extra_info("ssl_object").getpeercert()
    writer.transport.abort()
    return int(shown["serialNumber"], 16)


def serial_of(again: int) -> int:
    from cryptography.x509 import load_pem_x509_certificate

    return load_pem_x509_certificate(issued(again=again).cert_chain_pems[0].bytes()).serial_number


async def test_renewed_certificates_come_into_force_and_who_is_connected_stays_so(tmp_path: Path) -> None:
    kit = toolkit(tmp_path, put(tmp_path, issued(again=0)))
    async with serving(toolkit=kit) as port:
        assert await serial(port) == serial_of(0)
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client(), server_hostname="localhost")
        put(tmp_path, issued(again=1))
        await kit.look()
        assert await serial(port) == serial_of(1)
        writer.write(written("/-/healthy"))
        assert (await answer(reader)).status == 200
        writer.transport.abort()


async def test_no_client_is_refused_while_certificates_are_renewed(tmp_path: Path) -> None:
    kit = toolkit(tmp_path, put(tmp_path, issued(again=0)))
    done, answers = asyncio.Event(), list[int]()

    async def ask(port: int) -> None:
        while not done.is_set():
            reply = await get(port, "/-/healthy", tls=client())
            assert reply.status == 200
            answers.append(reply.status)

    async with serving(toolkit=kit) as port, asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(ask(port))
        for again in range(1, 9):
            put(tmp_path, issued(again=again % 3))
            assert await kit.reread() == []
            answers.clear()
            await until(lambda: answers)
        done.set()


async def test_half_renewed_certificates_wait_for_the_other_half(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kit = toolkit(tmp_path, put(tmp_path, issued(again=0)))
    before = kit.settings
    (tmp_path / "server.crt").write_bytes(issued(again=1).cert_chain_pems[0].bytes())
    for _ in range(3):
        await kit.look()
    assert kit.settings is before
    assert said(caplog) == [f"{tmp_path / 'web.yml'}:3: tls_server_config.key_file: does not belong to the certificate"]
    (tmp_path / "server.key").write_bytes(issued(again=1).private_key_pem.bytes())
    async with serving(toolkit=kit) as port:
        assert await serial(port) == serial_of(0)
        await kit.look()
        assert await serial(port) == serial_of(1)


async def test_a_bad_file_keeps_the_old_one_in_force_and_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kit = toolkit(tmp_path, users(ann="a"))
    caplog.clear()
    async with serving(toolkit=kit, remote=FOREIGN) as port:
        for bad in ("basic_auth_users: {ann: secret}\n", "nonsense: [\n"):
            change(tmp_path, bad)
            for _ in range(3):
                await kit.look()
            assert [(await get(port, headers=given)).status for given in (login("ann", "a"), {})] == [200, 401]
        assert len(said(caplog)) == 2
        change(tmp_path, users(bob="b"))
        await kit.look()
        assert [(await get(port, headers=login(*who))).status for who in (("ann", "a"), ("bob", "b"))] == [401, 200]
        change(tmp_path, "nonsense: [\n")
        await kit.look()
        assert len(said(caplog)) == 3


async def test_a_bad_file_that_comes_back_is_said_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    kit = toolkit(tmp_path, "")
    for times in (1, 2):
        change(tmp_path, "nonsense: [\n")
        await kit.look()
        assert len(said(caplog)) == times
        change(tmp_path, "")
        await kit.look()


async def test_a_file_that_is_gone_opens_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    kit = toolkit(tmp_path, users(ann="a"))
    (tmp_path / "web.yml").unlink()
    async with serving(toolkit=kit, remote=FOREIGN) as port:
        await kit.look()
        assert (await get(port)).status == 401
        change(tmp_path, users(ann="a"))
        await kit.look()
        assert (await get(port, headers=login("ann", "a"))).status == 200
    assert len(said(caplog)) == 1


async def test_from_plain_to_tls_and_back_on_the_same_port(tmp_path: Path) -> None:
    kit = toolkit(tmp_path, "")
    async with serving(toolkit=kit) as port:
        assert (await get(port)).status == 200
        change(tmp_path, put(tmp_path))
        await kit.look()
        assert (await get(port, tls=client())).status == 200
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError, ssl.SSLError)):
            await get(port)
        change(tmp_path, "")
        await kit.look()
        assert (await get(port)).status == 200


async def test_reread_says_every_mistake_and_nothing_when_it_is_in_force(tmp_path: Path) -> None:
    kit = toolkit(tmp_path, "")
    change(tmp_path, "a: 1\nb: 2\n")
    starts = [line.removeprefix(str(tmp_path / "web.yml"))[:5] for line in await kit.reread()]
    assert starts == [":1: a", ":2: b"]
    change(tmp_path, users(ann="a"))
    assert await kit.reread() == []
    assert kit.settings.is_protected


async def test_what_did_not_change_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kit = toolkit(tmp_path, put(tmp_path))

    def read(path: Path | None) -> Settings:
        raise AssertionError

    monkeypatch.setattr(toolkit_module, "read", read)
    before = kit.settings
    await kit.look()
    assert kit.settings is before


@pytest.mark.parametrize("name", ["web.yml", "server.crt", "server.key", "ca.crt"])
async def test_every_file_that_counts_is_looked_at(tmp_path: Path, name: str) -> None:
    text = put(tmp_path) + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n"
    kit = toolkit(tmp_path, text)
    before = kit.settings
    content = (tmp_path / name).read_bytes()
    (tmp_path / "other").write_bytes(content)
    (tmp_path / "other").replace(tmp_path / name)
    await kit.look()
    assert kit.settings is not before


async def test_what_was_taken_meanwhile_is_not_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reload brings another file into force while the old one is still being read."""
    kit = toolkit(tmp_path, "")
    taken = Settings(users={"bob": "x"})
    loop = asyncio.get_running_loop()

    def read(path: Path | None) -> Settings:
        asyncio.run_coroutine_threadsafe(_take(kit, taken), loop).result(30)
        return Settings(path)

    monkeypatch.setattr(toolkit_module, "read", read)
    assert await kit.reread() == []
    assert kit.settings is taken


async def _take(kit: Toolkit, settings: Settings) -> None:
    kit.take(settings)


async def test_the_files_are_looked_at_again_and_again_as_long_as_it_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toolkit_module, "EVERY", 0.01)
    kit = toolkit(tmp_path, "")
    async with serving(toolkit=kit) as port:
        assert (await get(port)).status == 200
        change(tmp_path, users(ann="a"))
        await until(lambda: kit.settings.is_protected)
        assert (await get(port)).status == 401


async def test_a_fault_of_ours_does_not_end_the_looking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(toolkit_module, "EVERY", 0.01)
    kit = toolkit(tmp_path, "")
    faults = [ZeroDivisionError(), ZeroDivisionError()]

    def read(path: Path | None) -> Settings:
        if faults:
            raise faults.pop()
        return read_file(path)

    monkeypatch.setattr(toolkit_module, "read", read)
    async with serving(toolkit=kit):
        change(tmp_path, users(ann="a"))
        await until(lambda: kit.settings.is_protected)
    assert [record.message for record in caplog.records].count("the look at web.config_file broke") == 2


async def test_a_disk_that_hangs_holds_up_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kit = toolkit(tmp_path, users(ann="a"))
    disk_answers = Event()

    def read(path: Path | None) -> Settings:
        disk_answers.wait(30)
        return Settings(path)

    monkeypatch.setattr(toolkit_module, "read", read)
    async with serving(toolkit=kit, remote=FOREIGN) as port:
        hanging = asyncio.ensure_future(kit.reread())
        assert (await get(port, headers=login("ann", "a"))).status == 200
        assert not hanging.done()
        disk_answers.set()
        assert await hanging == []


async def test_notes_are_in_the_log_when_serving_begins_and_when_they_change(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kit = toolkit(tmp_path, "http_server_config: {http2: true}\n")
    async with listening(ours(sources(), toolkit=kit), [("127.0.0.1", 0)], kit):
        assert [line.partition(":")[0] for line in said(caplog, logging.WARNING)] == ["http_server_config.http2"]
        change(tmp_path, users(ann="a"))
        await kit.look()
        assert [line.partition(":")[0] for line in said(caplog, logging.WARNING)][1:] == ["basic_auth_users"]


def test_without_the_file_there_is_no_toolkit(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        Toolkit(read_file(tmp_path / "web.yml"))
    assert Toolkit(read_file(None)).settings == Settings()
