"""Lets a request in, or answers instead. What it costs to find out is spent only where it decides."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Middleware

from agent.web.access import TABLE, Page, Rules, Who, foreign_host, from_here, page_of
from agent.web.toolkit.clients import login, of_another_page, shows_certificate, shows_token
from agent.web.toolkit.passwords import Passwords
from agent.web.toolkit.rates import Bucket
from agent.web.toolkit.settings import Settings
from agent.web.toolkit.toolkit import Toolkit

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

ONLY_HERE = "Only from this machine: set web.open_pages to open this to others.\n"
NO_RELOAD = "Reloading by HTTP is off: set web.reload_endpoint.\n"
ANOTHER_PAGE = "Not for a page from elsewhere.\n"
WHO_ARE_YOU = "Show who you are: with a password, or with a client certificate.\n"
BUSY = "Too many passwords are being checked; try again.\n"
TOO_FAST = "More requests than rate_limit allows.\n"


class Guard:
    """Before every page. `rules` and `toolkit` say what is in force when a request comes."""

    def __init__(self, rules: Callable[[], Rules], toolkit: Toolkit) -> None:
        self._rules = rules
        self._toolkit = toolkit
        self._passwords = Passwords()
        self._limits: tuple[Settings, Bucket | None] | None = None

    @property
    def middleware(self) -> Middleware:
        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._refusal(request) or await handler(request)

        return guard

    async def _refusal(self, request: web.Request) -> web.Response | None:
        rules, settings = self._rules(), self._toolkit.settings
        page = page_of(request.method, request.path)
        foreign = foreign_host(request.headers.get("Host", ""), rules)
        if foreign is not None:
            return foreign
        if not self._in_time(settings):
            return web.Response(status=429, text=TOO_FAST)
        let_in = TABLE[page][settings.is_protected]
        refused = None if self._lets_in(request, let_in, rules) else await self._stranger(request, let_in, settings)
        return refused or (_no_reload(request, rules) if page is Page.RELOAD else None)

    def _lets_in(self, request: web.Request, let_in: frozenset[Who], rules: Rules) -> bool:
        """For a reason that is seen at once."""
        here = from_here(request.remote)
        return (
            Who.ANYONE in let_in
            or (Who.HERE in let_in and here)
            or (Who.OPENED in let_in and rules.open_pages)
            or (Who.TOKEN in let_in and here and shows_token(request.headers.get("Authorization", ""), rules.token))
        )

    async def _stranger(self, request: web.Request, let_in: frozenset[Who], settings: Settings) -> web.Response | None:
        shown = Who.SHOWN in let_in and await self._shows(request, settings)
        if shown:
            return None
        if shown is None:
            return web.Response(status=503, text=BUSY, headers={"Retry-After": "1"})
        if not settings.is_protected:
            return web.Response(status=403, text=ONLY_HERE)
        asking = {"WWW-Authenticate": 'Basic realm="ssoreach", charset="UTF-8"'} if settings.users else {}
        return web.Response(status=401, text=WHO_ARE_YOU, headers=asking)

    async def _shows(self, request: web.Request, settings: Settings) -> bool | None:
        """All that is asked for: a certificate where it is required, and a password where there are users."""
        certified = shows_certificate(request, settings.sans, time.time())
        if settings.requires_certificate and not certified:
            return False
        if not settings.users:
            return certified
        given = login(request.headers.get("Authorization", ""))
        return given is not None and await self._passwords.right(settings.users, *given, request.remote or "")

    def _in_time(self, settings: Settings) -> bool:
        now = asyncio.get_running_loop().time()
        if self._limits is None or self._limits[0] is not settings:
            self._limits = settings, Bucket(*settings.rate, now) if settings.rate else None
        bucket = self._limits[1]
        return bucket is None or bucket.take(now)


def _no_reload(request: web.Request, rules: Rules) -> web.Response | None:
    if not rules.reload_endpoint:
        return web.Response(status=403, text=NO_RELOAD)
    return web.Response(status=403, text=ANOTHER_PAGE) if of_another_page(request) else None
