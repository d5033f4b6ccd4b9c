"""What is served. Everything slow is made in a thread, from what was read in the loop."""

from collections.abc import Callable

from aiohttp import web

from agent.local.local import Local
from agent.metrics import expose
from agent.web.access import Rules
from agent.web.api import Api
from agent.web.page.routes import OWN, add_pages
from agent.web.pieces import Pieces
from agent.web.proving import proving
from agent.web.reload import Reload
from agent.web.sd import discovery
from agent.web.shared import Shared
from agent.web.sources import Sources
from agent.web.toolkit.guard import Guard
from agent.web.toolkit.headers import headers_of
from agent.web.toolkit.toolkit import Toolkit

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Server": "ssoreach",
}


def application(
    sources: Sources, rules: Callable[[], Rules], toolkit: Toolkit | None = None, local: Local | None = None
) -> web.Application:
    """`rules`: those in force; asked anew for each request, as is `toolkit`: what `web.config_file` says.

    `local` shows commands on this machine that it is us who answer.
    """
    toolkit = toolkit or Toolkit()
    pages, api = Pages(sources), Api(sources)
    app = web.Application(middlewares=[Guard(rules, toolkit).middleware], client_max_size=65_536)
    app.on_response_prepare.append(_prepare)
    app.on_response_prepare.append(headers_of(toolkit))
    if local is not None:
        app.on_response_prepare.append(proving(local.prove))
    add_pages(app, sources)
    app.router.add_get("/metrics", pages.metrics)
    app.router.add_get("/api/v1/paths", api.paths)
    app.router.add_get("/api/v1/peers/{name}/range", api.range)
    app.router.add_get("/sd", discovery(sources.setup))
    app.router.add_get("/-/healthy", pages.healthy)
    app.router.add_get("/-/ready", pages.ready)
    app.router.add_post("/-/reload", Reload(sources.reload).post)
    return app


async def _prepare(_: web.Request, response: web.StreamResponse) -> None:
    """Of every answer, those that no page gave (404, 405) among them. One a connection: see `door`."""
    response.headers.update({**HEADERS, **response.get(OWN, {})})
    response.force_close()


class Pages:
    """The handlers."""

    def __init__(self, sources: Sources) -> None:
        self._ready = sources.ready
        self._metrics = Shared(sources.metrics, expose)

    async def metrics(self, _: web.Request) -> web.Response:
        content_type = "text/plain; version=0.0.4; charset=utf-8"
        return web.Response(body=Pieces(await self._metrics.get(), content_type))

    async def healthy(self, _: web.Request) -> web.Response:
        return web.Response(text="healthy\n")

    async def ready(self, _: web.Request) -> web.Response:
        """Whether the agent does its work; never whether a peer does its own."""
        return web.Response(text="ready\n") if self._ready() else web.Response(status=503, text="starting\n")
