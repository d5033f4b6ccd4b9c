"""The HTTP side: any bytes on a connection to the real server. It answers or closes, and goes on serving the next one."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import cache

import bcrypt
from aiohttp import web

from agent.web.door import HEARD, Door
from agent.web.handler import Handler
from agent.web.pages import HEADERS
from agent.web.toolkit.settings import Settings
from agent.web.toolkit.toolkit import Toolkit
from tests.agent.serving import FOREIGN, ours, sources
from tests.fuzz import looped

PASSWORD = b"correct horse"
TOKEN = "ab" * 32
STATUS = re.compile(rb"HTTP/(?:0\.9|1\.[01]) ([0-9]{3}) [^\r\n]*\r\n")
GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"  # to who wants to be told so before the body
SHOWN_TO_ALL = (b"# HELP ", b"healthy\n", b"ready\n", b'[{"targets": ')
NAMES = {
    *(name.lower() for name in HEADERS),
    *("content-type", "content-length", "date", "connection", "allow", "www-authenticate", "retry-after"),
    *("content-encoding", "vary", "transfer-encoding", "etag"),
}
SPINS = 12  # turns of the event loop in which nothing happens: it waits for more of the request


class Wire(asyncio.Transport):
    """A client's end: what it was told, and whether it was left."""

    def __init__(self, address: str) -> None:
        super().__init__({"peername": (address, 40000), "sockname": ("127.0.0.1", 10135)})
        self.told = bytearray()
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.told += data

    def writelines(self, parts: object) -> None:
        for part in parts:  # type: ignore[attr-defined] # bytes, whatever the standard library's stub says
            self.told += part

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def can_write_eof(self) -> bool:
        return False

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


class Site:
    """A server, as `agent.web.server` builds it, and how many requests are being answered."""

    def __init__(self, *, users: bool) -> None:
        self.busy = 0
        self.reloads = 0
        self.door: Door | None = None
        self._users = users

    async def start(self) -> None:
        settings = Settings(users={"prometheus": _hash()}) if self._users else Settings()
        toolkit = Toolkit(settings)
        app = ours(replace(sources(), reload=self._reload), reload_endpoint=True, token=TOKEN, toolkit=toolkit)
        app.middlewares.insert(0, self._counting)
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True)
        await runner.setup()
        server = runner.server
        assert server is not None
        self.door = Door(lambda: Handler(server), toolkit.context)

    async def _reload(self) -> Sequence[str]:
        self.reloads += 1
        return []

    @property
    def _counting(self) -> Callable[..., Awaitable[web.StreamResponse]]:
        @web.middleware
        async def count(
            request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
        ) -> web.StreamResponse:
            self.busy += 1
            try:
                return await handler(request)
            finally:
                self.busy -= 1

        return count

    async def ask(self, said: bytes, address: str) -> bytes:
        """What came back on a connection of its own, until it was closed or waits for more."""
        assert self.door is not None
        connection, wire = self.door(), Wire(address)
        connection.connection_made(wire)
        half = len(said) // 2
        for part in (said[:half], said[half:]):
            if not wire.closed and part:
                connection.data_received(part)  # type: ignore[attr-defined] # it is a Guarded
                await self._settled(wire)
        connection.connection_lost(None)
        await self._settled(wire)
        return bytes(wire.told)

    async def _settled(self, wire: Wire) -> None:
        idle = 0
        while idle < SPINS and not (wire.closed and not self.busy):
            before = len(wire.told)
            await asyncio.sleep(0.001 if self.busy else 0)
            idle = 0 if self.busy or len(wire.told) != before else idle + 1


@cache
def _hash() -> str:
    return bcrypt.hashpw(PASSWORD, bcrypt.gensalt(4)).decode()


@cache
def _site(users: bool) -> Site:
    site = Site(users=users)
    looped.run(site.start())
    return site


def from_elsewhere(data: bytes) -> None:
    """A client of another machine, where nobody has to show who they are: it is shown what is for everybody."""
    site = _site(False)
    for status, body in _answers(site, data, FOREIGN):
        assert status != 200 or not body or body.startswith(SHOWN_TO_ALL), body[:200]
    assert site.reloads == 0


def from_here(data: bytes) -> None:
    """A client of this machine, which may see all of it."""
    _answers(_site(False), data, "127.0.0.1")


def with_passwords(data: bytes) -> None:
    """Nobody gets in without the password, whatever they show."""
    site = _site(True)
    told = _answers(site, data, FOREIGN)
    if not _shows_password(data):
        assert all(status != 200 for status, _ in told), told
    assert site.reloads == 0 or _shows_password(data)


def _shows_password(data: bytes) -> bool:
    return re.search(rb"(?i)authorization", data) is not None and LOGIN in data


LOGIN = b"cHJvbWV0aGV1czpjb3JyZWN0IGhvcnNl"  # prometheus:correct horse


def _answers(site: Site, data: bytes, address: str) -> list[tuple[int, bytes]]:
    told = looped.run(site.ask(data, address))
    after = looped.run(site.ask(HEALTHY, "127.0.0.1"))
    assert after.startswith(b"HTTP/1.1 200 ") and after.endswith(b"healthy\n"), "the next client was not served"
    assert site.door is not None
    assert not site.door._inside, "a place at the door is lost"
    return [_understood(told)] if told else []


HEALTHY = b"GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n"


def _understood(told: bytes) -> tuple[int, bytes]:
    """One whole answer, with the headers that every one has, none that a client brought, and no word on what serves."""
    assert len(told) < 4 * HEARD
    head, split, body = told.removeprefix(GO_ON).partition(b"\r\n\r\n")
    begins = STATUS.match(head + b"\r\n")
    assert split, told[:200]
    assert begins, told[:200]
    status = int(begins[1])
    assert status < 500 or status in (501, 505), told[:200]
    lines = [line.partition(b": ") for line in head.split(b"\r\n")[1:]]
    headers = {name.decode().lower(): value.decode() for name, _, value in lines}
    assert len(headers) == len(lines), "a header twice"
    assert headers.keys() <= NAMES, headers
    assert headers["server"] == "ssoreach"
    assert {"x-content-type-options", "content-security-policy", "referrer-policy"} <= headers.keys()
    if "content-length" in headers and body:
        assert len(body) == int(headers["content-length"])
    return status, body


TARGETS = (
    *("/", "/metrics", "/sd", "/api/v1/paths", "/api/v1/peers/MSS/range", "/-/healthy", "/-/ready", "/-/reload"),
    *("/paths/outbound/epm/MSS", "/static/page.css", "/api/v1/peers/%00/range", "//metrics", "/metrics?x=1", "*"),
)


def seeds() -> list[bytes]:
    """Of each page, in several ways."""
    login = b"Authorization: Basic " + LOGIN + b"\r\n"
    ways = [
        "GET {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "HEAD {} HTTP/1.0\r\n\r\n",
        "POST {} HTTP/1.1\r\nHost: 127.0.0.1:10135\r\nContent-Length: 3\r\n\r\nabc",
    ]
    plain = [way.format(target).encode() for target in TARGETS for way in ways[: 1 + (target[:2] == "/-")]]
    return [
        *plain,
        ways[2].format("/-/reload").encode(),
        b"POST /-/reload HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: [::1]:10135\r\nAccept-Encoding: gzip\r\nIf-None-Match: *\r\n\r\n",
        b"GET /metrics HTTP/1.1\r\nHost: bts01\r\nAuthorization: Bearer " + TOKEN.encode() + b"\r\n\r\n",
        b"GET /api/v1/paths HTTP/1.1\r\nHost: localhost\r\n" + login + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n",
        HEALTHY + HEALTHY,
    ]


WORDS = tuple(
    word.encode()
    for word in (
        *(
            "GET ",
            "POST ",
            "HEAD ",
            "OPTIONS ",
            "CONNECT ",
            "TRACE ",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            " HTTP/1.1\r\n",
        ),
        *(
            "Host: ",
            "localhost",
            "127.0.0.1",
            "evil.test",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "Content-Length: ",
            "99999999",
        ),
        *(
            "Transfer-Encoding: chunked\r\n",
            "\r\n",
            "\r\n\r\n",
            "\n",
            "\r",
            "\0",
            "%2e%2e%2f",
            "/../",
            "//",
            "%",
            "%zz",
        ),
        *(
            "?",
            "#",
            ";",
            "/api/",
            "/metrics",
            "/-/reload",
            "X-Forwarded-For: 127.0.0.1\r\n",
            "Origin: http://evil.test\r\n",
        ),
        *("Authorization: Basic ", "Bearer ", "Og==", "Sec-Fetch-Site: cross-site\r\n", "Cookie: a=b\r\n", "http://a/"),
        *(
            "Range: bytes=0-1\r\n",
            "Expect: 100-continue\r\n",
            "Connection: keep-alive\r\n",
            "\x80\xff",
            "\ufeff",
            ": ",
            "0",
        ),
    )
)
