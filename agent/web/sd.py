"""Prometheus HTTP service discovery: where each agent of the site is scraped, from the one file that all of them have.

Any one agent tells of all, so a Prometheus server needs one address, and a list of hosts is kept in one place only.
"""

import json
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any

from aiohttp import web

from agent.config.address import HostPort, literal_address
from agent.config.model import Config
from agent.roles import Role
from agent.setup import Setup
from agent.topology import Source, site_of
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
        where = _where(source, source.listen or config.web.listen) if _runs_an_agent(source) else None
        if where is not None:
            labels = {"site": config.site, "host": source.name, **_zone(source), **scheme}
            yield {"targets": [str(where)], "labels": labels}


def _rendered(setup: Setup, *, secure: bool) -> bytes:
    return json.dumps([*groups(setup.config, secure=secure)]).encode()


def _runs_an_agent(source: Source) -> bool:
    """A database server does if it has another role as well, or if the file says where its agent is."""
    said = source.agent is not None or source.listen is not None
    return said or set(source.roles) != {Role.SSO_DATABASE}


def _where(source: Source, listens: tuple[HostPort, ...]) -> HostPort | None:
    """What the file says; otherwise the first address at which the agent listens. None: its port is left to chance."""
    if source.agent is not None:
        return source.agent
    known = [each for each in listens if each.port]
    for address in source.addresses:
        for listen in known:
            if _covers(listen.host, address):
                return HostPort(address, listen.port)
    return HostPort(source.addresses[0], known[0].port) if known else None


def _covers(host: str, address: str) -> bool:
    """Whether who listens at `host` is reached at `address`. Which address a name has is not asked: any may do."""
    listened, asked = literal_address(host), literal_address(address)
    if listened is None or asked is None:
        return listened is None or not listened.is_loopback
    if listened.is_unspecified:
        return listened.version == asked.version
    return listened == asked


def _zone(source: Source) -> dict[str, str]:
    """A cluster's node is where its cluster is."""
    zones = [owner.zone for owner in source.owners if owner.zone is not None]
    return {"zone": zones[0]} if zones else {}
