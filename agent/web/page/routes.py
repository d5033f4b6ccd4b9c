"""The handlers of the pages: what they show is read in the event loop, and made in a thread, once for all readers."""

import asyncio
import gzip
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING

from aiohttp import web

from agent.web.page.reader import Key, Reader
from agent.web.page.single import ReadPath, path_page
from agent.web.page.site import Read, site_page
from agent.web.page.static import Asset, assets
from agent.web.pieces import Pieces
from agent.web.shared import Shared
from agent.web.sources import Sources

if TYPE_CHECKING:
    from jinja2 import Template

    from agent.web.page.render import Templates

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
FOR_EVER = "public, max-age=31536000, immutable"
MOST_KEPT = 32  # pages of paths that are kept ready
LEVEL = 1  # of gzip: the page of a thousand peers shrinks to a tenth of it, in some milliseconds

# What a response of these pages has in place of the headers of all others.
OWN = web.ResponseKey("own headers", dict[str, str])


def add_pages(app: web.Application, sources: Sources) -> None:
    """`/`, a page for each path, and what both load."""
    pages = Pages(sources)
    app.router.add_get("/", pages.site)
    app.router.add_get("/paths/{direction}/{check}/{peer}", pages.path)
    app.router.add_get("/static/{name}", pages.static)


class Pages:
    """The handlers."""

    def __init__(self, sources: Sources) -> None:
        self._by_name = assets()
        self._assets: Mapping[str, Asset] = {each.name: each for each in self._by_name.values()}
        self._reader = Reader(sources)
        self._missing = Shared(lambda: None, self._render_missing)
        self._site = Shared(self._reader.site, self._render_site)
        self._paths: OrderedDict[Key, Shared[ReadPath | None]] = OrderedDict()
        self._one = asyncio.Semaphore(1)

    async def site(self, request: web.Request) -> web.StreamResponse:
        return await _page(request, await self._site.get())

    async def path(self, request: web.Request) -> web.StreamResponse:
        """404, with a page that says so, for what is not probed, or not any more."""
        key = (request.match_info["direction"], request.match_info["check"], request.match_info["peer"])
        body = b""
        if self._reader.has(key):
            async with self._one:  # however many pages are asked for at once
                body = await self._shared(key).get()
        return await _page(request, body) if body else await _page(request, await self._missing.get(), 404)

    async def static(self, request: web.Request) -> web.Response:
        asset = self._assets.get(request.match_info["name"])
        if asset is None:
            raise web.HTTPNotFound
        response = web.Response(body=asset.body, content_type=asset.content_type, charset="utf-8")
        response[OWN] = {"Cache-Control": FOR_EVER}
        return response

    def _shared(self, key: Key) -> Shared[ReadPath | None]:
        shared = self._paths.pop(key, None) or Shared(partial(self._reader.path, key), self._render_path)
        self._paths[key] = shared
        if len(self._paths) > MOST_KEPT:
            self._paths.popitem(last=False)
        return shared

    def _render_site(self, read: Read) -> bytes:
        return self._filled(lambda templates: templates.site, page=site_page(read))

    def _render_path(self, read: ReadPath | None) -> bytes:
        return self._filled(lambda templates: templates.path, page=path_page(read)) if read else b""

    def _render_missing(self, _: None) -> bytes:
        return self._filled(lambda templates: templates.missing)

    def _filled(self, which: "Callable[[Templates], Template]", **values: object) -> bytes:
        from agent.web.page.render import html

        return packed(html(which(self._templates), **values))

    @cached_property
    def _templates(self) -> "Templates":
        """In the thread that first needs them: most agents are only scraped, and they take five megabytes."""
        from agent.web.page.render import Templates

        return Templates(self._by_name)


def packed(body: bytes) -> bytes:
    """With gzip."""
    return gzip.compress(body, LEVEL)


async def _page(request: web.Request, body: bytes, status: int = 200) -> web.StreamResponse:
    """`body` is packed; who cannot unpack it (curl) gets it as it is."""
    headers = {"Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("Accept-Encoding", "").lower():
        headers["Content-Encoding"] = "gzip"
    else:
        body = await asyncio.to_thread(gzip.decompress, body)
    response = web.Response(body=Pieces(body, "text/html; charset=utf-8"), status=status, headers=headers)
    response[OWN] = {"Content-Security-Policy": POLICY}
    return response
