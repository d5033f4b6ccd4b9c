"""The HTTP side: /metrics, health, and the API. It reads the ledger and changes nothing.

Clients that are not on this machine get the metrics and the health pages only, unless `web.open_pages` is set. A
foreign Host header is refused, whoever asks: a page from elsewhere in a browser here must not be able to read us.
"""

import asyncio
import contextlib
import ipaddress
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass

from aiohttp import web

from agent.metrics import Snapshot, expose
from agent.report.document import Run, document, dumps
from agent.report.table import render_text

OPEN_PATHS = ("/metrics", "/sd", "/-/")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the answers come from; each is called in the event loop."""

    metrics: Callable[[], Snapshot]
    run: Callable[[], Run]
    ready: Callable[[], bool]


def application(sources: Sources, *, names: Collection[str], open_pages: bool) -> web.Application:
    """`names`: how this machine is called; a Host header must be one of them, or an address."""
    allowed = {name.casefold() for name in names} | {"localhost"}

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        refusal = _refusal(request, allowed, open_pages=open_pages)
        response = refusal or await handler(request)
        response.headers.update(HEADERS)
        return response

    pages = Pages(sources)
    app = web.Application(middlewares=[guard], client_max_size=65_536)
    app.router.add_get("/", pages.table)
    app.router.add_get("/metrics", pages.metrics)
    app.router.add_get("/api/v1/paths", pages.paths)
    app.router.add_get("/-/healthy", pages.healthy)
    app.router.add_get("/-/ready", pages.ready)
    return app


class Pages:
    """What is served. Everything slow is made in a thread, from what was read in the loop."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def metrics(self, _: web.Request) -> web.Response:
        body = await asyncio.to_thread(expose, self._sources.metrics())
        return web.Response(body=body, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    async def paths(self, _: web.Request) -> web.Response:
        body = await asyncio.to_thread(lambda run: dumps(document(run)), self._sources.run())
        return web.Response(text=body, content_type="application/json")

    async def table(self, _: web.Request) -> web.Response:
        return web.Response(text=await asyncio.to_thread(render_text, self._sources.run()))

    async def healthy(self, _: web.Request) -> web.Response:
        return web.Response(text="healthy\n")

    async def ready(self, _: web.Request) -> web.Response:
        """Whether the agent does its work; never whether a peer does its own."""
        return web.Response(text="ready\n") if self._sources.ready() else web.Response(status=503, text="starting\n")


async def serve(app: web.Application, listens: Iterable[tuple[str, int]]) -> tuple[web.AppRunner, list[str]]:
    """Listen; returns the runner to clean up, and the URLs. OSError when an address cannot be had."""
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True)
    await runner.setup()
    try:
        for host, port in listens:
            await web.TCPSite(runner, host, port).start()
    except BaseException:
        await runner.cleanup()
        raise
    return runner, [_url(address[0], address[1]) for address in runner.addresses]


def _url(host: str, port: int) -> str:
    """An address that can be opened: every address of this machine is reached at its loopback one."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - nothing is bound here
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def _refusal(request: web.Request, allowed: Collection[str], *, open_pages: bool) -> web.Response | None:
    if not _known_host(request.headers.get("Host", ""), allowed):
        return web.Response(status=421, text="This agent does not answer to that Host name.\n")
    if open_pages or _from_here(request.remote) or request.path.startswith(OPEN_PATHS):
        return None
    return web.Response(status=403, text="Only from this machine: set web.open_pages to open this to others.\n")


def _known_host(header: str, allowed: Collection[str]) -> bool:
    """An address is always right: only a name can be made to point here by somebody else."""
    host = header.rsplit(":", 1)[0] if header.count(":") == 1 else header
    if header.startswith("["):
        host = header[1:].partition("]")[0]
    return host.casefold() in allowed or _address(host) is not None


def _from_here(remote: str | None) -> bool:
    address = _address(remote or "")
    return address is not None and address.is_loopback


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(text.partition("%")[0])
        return getattr(address, "ipv4_mapped", None) or address
    return None
