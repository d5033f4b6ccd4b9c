"""The HTTP side without a network: connections in memory, to what `agent.web.server` would serve."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import cache

import bcrypt
from aiohttp import web

from agent.local.local import Local
from agent.web.door import Door
from agent.web.handler import Handler
from agent.web.proving import proving
from agent.web.toolkit.settings import Settings
from agent.web.toolkit.toolkit import Toolkit
from tests.agent.serving import ours, sources
from tests.fuzz import looped

PASSWORD = b"correct horse"
TOKEN = "ef" * 32
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
        self.local = Local(None, print)  # without a folder there is nothing to warn of
        self._users = users

    async def start(self) -> None:
        settings = Settings(users={"prometheus": _hash()}) if self._users else Settings()
        toolkit = Toolkit(settings)
        app = ours(replace(sources(), reload=self._reload), reload_endpoint=True, token=TOKEN, toolkit=toolkit)
        app.middlewares.insert(0, self._counting)
        app.on_response_prepare.append(proving(self.local.prove))
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
                connection.data_received(part)
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
def site(*, users: bool) -> Site:
    """One for all inputs. `users`: everybody has to show a password."""
    made = Site(users=users)
    looped.run(made.start())
    return made
