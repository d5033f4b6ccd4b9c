"""Prometheus HTTP service discovery: where each agent of the site is scraped, from the one file that all of them have.

Any one agent tells of all, so a Prometheus server needs one address, and a list of hosts is kept in one place only.
"""

import json
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any

from aiohttp import web

from agent.config.model import Config
from agent.site.setup import Setup
from agent.site.topology import scraped_at, site_of
from agent.web.pieces import Pieces
from agent.web.shared import Shared

Group = dict[str, Any]  # as Prometheus has them: `targets` and `labels`


def discovery(setup: Callable[[], Setup]) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The handler. A client that came by TLS is told to scrape by TLS: all agents of a site are set up alike."""
    pages = {secure: Shared(setup, partial(_rendered, secure=secure)) for secure in (False, True)}

    async def handler(request: web.Request) -> web.Response:
        body = await pages[request.secure].get()
        return web.Response(body=Pieces(body, "application/json; charset=utf-8"))

    return handler


def groups(config: Config, *, secure: bool) -> Iterator[Group]:
    """One for each machine that runs an agent and can be found. `secure`: the agents serve TLS."""
    scheme = {"__scheme__": "https"} if secure else {}
    for source in site_of(config).sources():
        where = scraped_at(config, source)
        if where is not None:
            zone = {} if source.zone is None else {"zone": source.zone}
            labels = {"site": config.site, "host": source.name, **zone, **scheme}
            yield {"targets": [str(where)], "labels": labels}


def _rendered(setup: Setup, *, secure: bool) -> bytes:
    return json.dumps([*groups(setup.config, secure=secure)]).encode()
