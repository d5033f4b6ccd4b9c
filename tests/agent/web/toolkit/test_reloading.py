"""`POST /-/reload`: who may, what comes back, and no page from elsewhere."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from agent.web.reload import MOST
from agent.web.sources import Sources
from tests.agent.serving import FOREIGN, Reply, get, serving, sources, written
from tests.agent.web.toolkit.papers import bearer, client, login, put, toolkit, users


class Reloads:
    """Counts them, and says what it was told to say."""

    def __init__(self, mistakes: Sequence[str] = ()) -> None:
        self.mistakes = mistakes
        self.times = 0

    async def __call__(self) -> Sequence[str]:
        self.times += 1
        return self.mistakes

    @property
    def sources(self) -> Sources:
        return replace(sources(), reload=self)


async def post(port: int, headers: Mapping[str, str] | None = None, **more: object) -> Reply:
    return await get(port, "/-/reload", method="POST", headers=headers, **more)  # type: ignore[arg-type]


async def test_it_is_off_until_it_is_asked_for() -> None:
    reloads = Reloads()
    async with serving(reloads.sources) as port:
        reply = await post(port)
    assert (reply.status, reloads.times) == (403, 0)
    assert "web.reload_endpoint" in reply.text


async def test_from_this_machine_it_reloads_and_says_so() -> None:
    reloads = Reloads()
    async with serving(reloads.sources, reload_endpoint=True) as port:
        reply = await post(port)
    assert (reply.status, reply.text, reloads.times) == (200, "reloaded\n", 1)


async def test_mistakes_come_back_plain_and_bounded() -> None:
    mistakes = ["hosts[0].role: \x1b[2J\u202eevil\nline", "x" * 5000, *["again"] * 1000]
    async with serving(Reloads(mistakes).sources, reload_endpoint=True) as port:
        reply = await post(port)
    assert (reply.status, reply.headers["content-type"]) == (500, "text/plain; charset=utf-8")
    lines = reply.text.splitlines()
    assert lines[0] == "hosts[0].role: \\x1b[2J\\u202eevil\\nline"
    assert len(lines) == MOST + 1
    assert lines[-1] == f"{len(mistakes) - MOST} more mistakes"
    assert max(map(len, lines)) == 1000


async def test_others_may_not() -> None:
    reloads = Reloads()
    async with serving(reloads.sources, reload_endpoint=True, open_pages=True, remote=FOREIGN) as port:
        reply = await post(port)
    assert (reply.status, reloads.times) == (403, 0)


@pytest.mark.parametrize(
    ("remote", "given", "status"),
    [
        (FOREIGN, {}, 401),
        (FOREIGN, login("ann", "wrong"), 401),
        (FOREIGN, bearer("token"), 401),
        (FOREIGN, login("ann", "a"), 200),
        ("127.0.0.1", {}, 200),
    ],
)
async def test_where_passwords_are_asked_for_others_may_with_one(
    tmp_path: Path, remote: str, given: Mapping[str, str], status: int
) -> None:
    reloads, kit = Reloads(), toolkit(tmp_path, users(ann="a"))
    async with serving(reloads.sources, reload_endpoint=True, toolkit=kit, token="token", remote=remote) as port:  # noqa: S106
        assert (await post(port, given)).status == status
    assert reloads.times == (status == 200)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
async def test_only_post_reloads(method: str) -> None:
    reloads = Reloads()
    async with serving(reloads.sources, reload_endpoint=True) as port:
        assert (await get(port, "/-/reload", method=method)).status == 405
    assert reloads.times == 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://attacker.example"}, 403),
        ({"Origin": "https://localhost"}, 403),
        ({"Origin": "http://localhost:1"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": "http://[::1"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Accept": "text/html, application/xhtml+xml, */*"}, 403),
        ({"Accept": "*/*"}, 200),
        ({"Origin": "http://localhost"}, 200),
        ({"Origin": "http://LOCALHOST", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
    ],
)
async def test_no_page_from_elsewhere_reloads(headers: Mapping[str, str], status: int) -> None:
    reloads = Reloads()
    async with serving(reloads.sources, reload_endpoint=True) as port:
        assert (await post(port, headers)).status == status
    assert reloads.times == (status == 200)


async def test_behind_tls_our_own_page_is_of_https(tmp_path: Path) -> None:
    kit = toolkit(tmp_path, put(tmp_path))
    async with serving(Reloads().sources, reload_endpoint=True, toolkit=kit) as port:
        assert (await post(port, {"Origin": "http://localhost"}, tls=client())).status == 403
        assert (await post(port, {"Origin": "https://localhost"}, tls=client())).status == 200


async def test_a_client_that_goes_away_does_not_stop_it_half_way() -> None:
    begun, go_on, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def reload() -> list[str]:
        begun.set()
        await go_on.wait()
        done.set()
        return []

    async with serving(replace(sources(), reload=reload), reload_endpoint=True) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(written("/-/reload", method="POST"))
        await asyncio.wait_for(begun.wait(), 10)
        writer.transport.abort()
        assert (await get(port, "/-/healthy")).status == 200
        go_on.set()
        await asyncio.wait_for(done.wait(), 10)
