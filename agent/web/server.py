"""Listening, and closing again."""

import asyncio
import errno
import os
from collections.abc import Iterable

from aiohttp import web

from agent.web.door import Door
from agent.web.toolkit.toolkit import Toolkit

SHUTDOWN = 2.0  # seconds that answers under way have left when the agent ends


class ListenError(Exception):
    """An address to listen on cannot be had; the text says which, and why."""


class Served:
    """What listens; `cleanup` ends it."""

    def __init__(self, runner: web.AppRunner, door: Door, watch: "asyncio.Task[None]") -> None:
        self._runner = runner
        self._door = door
        self._watch = watch
        self._servers: list[asyncio.Server] = []

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Where it listens: the real ports, also where 0 was asked for."""
        return [sock.getsockname()[:2] for server in self._servers for sock in server.sockets]

    async def listen(self, host: str, port: int) -> None:
        try:
            self._servers.append(await asyncio.get_running_loop().create_server(self._door, host, port))
        except OSError as error:
            taken = "; does another agent run here?" if error.errno == errno.EADDRINUSE else ""
            number = error.errno or 0
            reason = os.strerror(number) if number > 0 else str(error)
            raise ListenError(f"web.listen {host}:{port}: {reason}{taken}") from error

    async def cleanup(self) -> None:
        self._watch.cancel()
        for server in self._servers:
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
    assert runner.server is not None  # noqa: S101 (set by setup)
    toolkit.tell()
    watch = asyncio.ensure_future(toolkit.watch())
    served = Served(runner, Door(runner.server, toolkit.context), watch)
    try:
        for host, port in listens:
            await served.listen(host, port)
    except BaseException:
        await served.cleanup()
        raise
    scheme = "http" if toolkit.context() is None else "https"
    return served, [_url(scheme, host, port) for host, port in served.addresses]


def _url(scheme: str, host: str, port: int) -> str:
    """An address that can be opened: every address of this machine is reached at its loopback one."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - nothing is bound here
    return f"{scheme}://[{shown}]:{port}" if ":" in shown else f"{scheme}://{shown}:{port}"
