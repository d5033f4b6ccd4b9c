"""Listening, and closing again."""

import asyncio
import errno
from collections.abc import Iterable, Sequence

from aiohttp import web

from agent.ground.text import plain
from agent.web.door import Door
from agent.web.handler import Handler
from agent.web.toolkit.toolkit import Toolkit

SHUTDOWN = 2.0  # seconds that answers under way have left when the agent ends

# In our own words: asyncio's repeat the address, and the C library of Windows has none for what its sockets say.
WHY = {
    errno.EADDRINUSE: "is in use; does another agent run here?",
    errno.EADDRNOTAVAIL: "this machine has no such address",
    errno.EACCES: "not permitted: the port is kept for administrators, for another program or by the system",
}

At = tuple[str, int]  # a host or an address, and a port


class ListenError(Exception):
    """An address to listen on cannot be had; the text says which, and why."""


class Served:
    """What listens; `cleanup` ends it."""

    def __init__(self, runner: web.AppRunner, door: Door, toolkit: Toolkit) -> None:
        self._runner = runner
        self._door = door
        self._toolkit = toolkit
        self._watch = asyncio.ensure_future(toolkit.watch())
        self._servers: dict[At, asyncio.Server] = {}

    @property
    def addresses(self) -> list[At]:
        """Where it listens: the real ports, also where 0 was asked for."""
        return [sock.getsockname()[:2] for server in self._servers.values() for sock in server.sockets]

    @property
    def urls(self) -> list[str]:
        """That can be opened on this machine."""
        scheme = "http" if self._toolkit.context() is None else "https"
        return [_url(scheme, host, port) for host, port in self.addresses]

    async def listen(self, listens: Iterable[At]) -> None:
        """There, and nowhere else any more. Raises ListenError; then it listens where it did before."""
        wanted = list(dict.fromkeys(listens))
        before = list(self._servers)
        try:
            await self._move(wanted)
        except ListenError:
            await self._move(before)
            raise

    async def _move(self, wanted: Sequence[At]) -> None:
        """Who is connected stays so. What is left comes first: an address may be in the way of another one."""
        for at in [at for at in self._servers if at not in wanted]:
            self._servers.pop(at).close()
        for at in [at for at in wanted if at not in self._servers]:
            self._servers[at] = await self._server(*at)

    async def _server(self, host: str, port: int) -> asyncio.Server:
        try:
            return await asyncio.get_running_loop().create_server(self._door, host, port)
        except OSError as error:
            raise ListenError(f"web.listen {host}:{port}: {_why(error)}") from error

    async def cleanup(self) -> None:
        self._watch.cancel()
        for server in self._servers.values():
            server.close()
        await self._runner.cleanup()
        self._door.close()


async def serve(
    app: web.Application, listens: Iterable[tuple[str, int]], toolkit: Toolkit | None = None
) -> tuple[Served, list[str]]:
    """Listen; returns what to clean up, and the URLs. Raises ListenError.

    Each connection is encrypted, or not, by what `toolkit` says when it comes in: renewed certificates, and a change
    from plain to TLS, need no new socket, and who is connected stays so.
    """
    toolkit = toolkit or Toolkit()
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=SHUTDOWN)
    await runner.setup()
    server = runner.server
    assert server is not None  # noqa: S101 (set by setup)
    toolkit.tell()
    served = Served(runner, Door(lambda: Handler(server), toolkit.context), toolkit)
    try:
        await served.listen(listens)
    except BaseException:
        await served.cleanup()
        raise
    return served, served.urls


def _why(error: OSError) -> str:
    return WHY.get(error.errno or 0) or plain(str(error), 200)


def _url(scheme: str, host: str, port: int) -> str:
    """An address that can be opened: every address of this machine is reached at its loopback one."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - nothing is bound here
    return f"{scheme}://[{shown}]:{port}" if ":" in shown else f"{scheme}://{shown}:{port}"
