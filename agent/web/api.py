"""The API: what is known, as JSON of schema 1. Read in the loop, made in a thread."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from functools import partial

from aiohttp import web

from agent.found.entry import Known
from agent.ground.path import Check, Direction
from agent.ground.text import plain
from agent.report.document import SCHEMA, document, dumps
from agent.report.ranges import Ranged, ranged_document
from agent.site.setup import Setup
from agent.site.topology import site_of
from agent.web.pieces import Pieces
from agent.web.shared import FRESH, Shared
from agent.web.sources import Sources

MOST_PEERS = 64  # whose ranges are kept ready for a second
LONGEST_NAME = 100  # characters of what was asked for that are said again


class Api:
    """The handlers."""

    def __init__(self, sources: Sources) -> None:
        self._paths = Shared(lambda: (sources.run(), sources.known()), lambda read: dumps(document(*read)).encode())
        self._ranges = Ranges(sources)

    async def paths(self, _: web.Request) -> web.Response:
        return _json(await self._paths.get())

    async def range(self, request: web.Request) -> web.Response:
        """404 for who is no host of the file, and for who has no range."""
        asked = request.match_info["name"]
        peer = self._ranges.peer(asked)
        if peer is None:
            return _missing(f"No host or node of the configuration is called so: {plain(asked, LONGEST_NAME)}")
        body = await self._ranges.get(peer)
        return _json(body) if body else _missing(f"No dynamic range is asked from here to {peer}, or from there.")


class Ranges:
    """What is known of the dynamic ranges of peers. One is made at a time, however many are asked for."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._names: tuple[Setup | None, Mapping[str, str]] = None, {}
        self._known: tuple[float, Mapping[tuple[str, Direction], Known]] = float("-inf"), {}
        self._ready: OrderedDict[str, Shared[Ranged]] = OrderedDict()
        self._one = asyncio.Semaphore(1)

    def peer(self, asked: str) -> str | None:
        """As the file spells it; None: there is none."""
        setup = self._sources.setup()
        if setup is not self._names[0]:
            self._names = setup, _names(setup)
        return self._names[1].get(asked.casefold())

    async def get(self, peer: str) -> bytes:
        """The document; empty: nothing is planned there."""
        shared = self._ready.pop(peer, None) or Shared(partial(self._read, peer), _render)
        self._ready[peer] = shared
        if len(self._ready) > MOST_PEERS:
            self._ready.popitem(last=False)
        async with self._one:
            return await shared.get()

    def _read(self, peer: str) -> Ranged:
        setup, now = self._sources.setup(), asyncio.get_running_loop().time()
        if now - self._known[0] >= FRESH:
            self._known = now, _by_peer(self._sources)
        outbound, inbound = (self._known[1].get((peer, direction)) for direction in Direction)
        return Ranged(setup.config.site, setup.source.name, peer, outbound, inbound, self._sources.charts(peer))


def _names(setup: Setup) -> dict[str, str]:
    return {name.casefold(): name for host in site_of(setup.config).hosts for name in host.names}


def _by_peer(sources: Sources) -> dict[tuple[str, Direction], Known]:
    ranges = (known for known in sources.known() if known.path.check is Check.RPC_RANGE)
    return {(known.path.peer, known.path.direction): known for known in ranges}


def _render(ranged: Ranged) -> bytes:
    return dumps(ranged_document(ranged)).encode() if ranged.outbound or ranged.inbound else b""


def _json(body: bytes, status: int = 200) -> web.Response:
    return web.Response(body=Pieces(body, "application/json; charset=utf-8"), status=status)


def _missing(error: str) -> web.Response:
    return _json(dumps({"schema": SCHEMA, "error": error}).encode(), 404)
