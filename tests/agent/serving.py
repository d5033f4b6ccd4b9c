"""The HTTP side on a port of its own, and requests as no client library would send them."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

from aiohttp import web

from agent.config.load import parse
from agent.found.ledger import Ledger
from agent.ground.path import Check
from agent.judge.verdict import Cause, Verdict
from agent.metrics import Snapshot
from agent.report.document import Run
from agent.site.setup import Setup, set_up
from agent.site.topology import site_of
from agent.web.access import Rules, allowed_names
from agent.web.pages import application
from agent.web.server import serve
from agent.web.sources import Sources
from agent.web.toolkit.toolkit import Toolkit
from tests.agent.seen import STARTED, path, result
from tests.agent.seen import run as a_run
from tests.held import HeldClock

NAMES = ("BTS01", "bts01.contoso.test", "")
RUN = a_run(result(Verdict.REACHABLE), result(Verdict.BLOCKED, Cause.SILENT_DROP, of=path(Check.SQL, peer="SQL01")))
PAGES = ("/", "/api/v1/paths")
OPEN = ("/metrics", "/-/healthy", "/-/ready")
FOREIGN = "198.51.100.7"


class Reply(NamedTuple):
    """What came back; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


def metrics() -> Snapshot:
    return Snapshot(Ledger([path()], HeldClock()).snapshot(), "0.1.0", "ab" * 32, STARTED, 0.0, 0, {})


SITE = """\
site: contoso
hosts:
  - {name: BTS01, role: processing, address: 192.0.2.11, zone: app}
  - {name: MSS, role: master-secret, address: 203.0.113.10, zone: core}
  - {name: SQL01, role: sso-database, address: 203.0.113.20}
"""


def setup(text: str = SITE, host: str = "BTS01") -> Setup:
    """As that host sees the site."""
    config = parse(text, "test")
    return set_up(config, next(each for each in site_of(config).sources() if each.name == host))


def sources(run: Run = RUN, ready: Callable[[], bool] = lambda: True) -> Sources:
    ledger = Ledger([each.path for each in run.results], HeldClock())
    for each in run.results:
        ledger.record(each)
    known = setup()

    async def reload() -> list[str]:
        return []

    return Sources(
        metrics=metrics,
        run=lambda: run,
        ready=ready,
        setup=lambda: known,
        known=ledger.known,
        charts=lambda peer: [],
        reload=reload,
    )


def ours(
    given: Sources,
    *,
    open_pages: bool = False,
    reload_endpoint: bool = False,
    token: str | None = None,
    toolkit: Toolkit | None = None,
) -> web.Application:
    rules = Rules(allowed_names(NAMES), open_pages, reload_endpoint, token)
    return application(given, lambda: rules, toolkit)


def coming_from(remote: str) -> Callable[..., Awaitable[web.StreamResponse]]:
    """Has every request come from elsewhere; this machine need not have another address for it."""

    @web.middleware
    async def forge(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        return await handler(request.clone(remote=remote))

    return forge


@asynccontextmanager
async def serving(
    given: Sources | None = None,
    *,
    open_pages: bool = False,
    reload_endpoint: bool = False,
    token: str | None = None,
    toolkit: Toolkit | None = None,
    remote: str = "127.0.0.1",
) -> AsyncIterator[int]:
    """A server on a port of its own."""
    app = ours(
        given or sources(),
        open_pages=open_pages,
        reload_endpoint=reload_endpoint,
        token=token,
        toolkit=toolkit,
    )
    app.middlewares.insert(0, coming_from(remote))
    async with listening(app, [("127.0.0.1", 0)], toolkit) as urls:
        yield int(urls[0].rpartition(":")[2])


@asynccontextmanager
async def listening(
    app: web.Application, listens: Sequence[tuple[str, int]], toolkit: Toolkit | None = None
) -> AsyncIterator[list[str]]:
    """An application, at these addresses; gives its URLs."""
    runner, urls = await serve(app, listens, toolkit)
    try:
        yield urls
    finally:
        await runner.cleanup()


async def raw(port: int, request: bytes, tls: ssl.SSLContext | None = None, at: str = "127.0.0.1") -> Reply:
    """Exactly these bytes, as no client library would send them."""
    reader, writer = await asyncio.open_connection(at, port, ssl=tls, server_hostname="localhost" if tls else None)
    try:
        writer.write(request)
        return await answer(reader, has_body=request[:5] != b"HEAD ")
    finally:
        writer.transport.abort() if tls else writer.close()


async def answer(reader: asyncio.StreamReader, *, has_body: bool = True) -> Reply:
    """What comes back on a connection."""
    head = await reader.readuntil(b"\r\n\r\n")
    status, *lines = head.decode().splitlines()
    headers = dict(line.lower().split(": ", 1) for line in lines if line)
    headers = {name: line.split(": ", 1)[1] for name, line in zip(headers, filter(None, lines), strict=False)}
    body = await reader.readexactly(int(headers.get("content-length", 0))) if has_body else b""
    return Reply(int(status.split()[1]), headers, body)


async def get(
    port: int,
    target: str = "/metrics",
    *,
    host: str | None = "localhost",
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    tls: ssl.SSLContext | None = None,
    at: str = "127.0.0.1",
) -> Reply:
    return await raw(port, written(target, host=host, method=method, headers=headers), tls, at)


def written(
    target: str = "/metrics",
    *,
    host: str | None = "localhost",
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """A request, for one answer."""
    more = [f"{name}: {value}" for name, value in (headers or {}).items()]
    lines = [f"{method} {target} HTTP/1.1", *([f"Host: {host}"] if host is not None else []), *more]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("utf-8", "surrogateescape")
