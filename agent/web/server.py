"""Listening, and closing again."""

import asyncio
import errno
import os
from collections.abc import Iterable

from aiohttp import web

from agent.web.door import Door

SHUTDOWN = 2.0  # seconds that answers under way have left when the agent ends


class ListenError(Exception):
    """An address to listen on cannot be had; the text says which, and why."""


class Served:
    """What listens; `cleanup` ends it."""

    def __init__(self, runner: web.AppRunner) -> None:
        self._runner = runner
        self._servers: list[asyncio.Server] = []

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Where it listens: the real ports, also where 0 was asked for."""
        return [sock.getsockname()[:2] for server in self._servers for sock in server.sockets]

    async def listen(self, host: str, port: int, door: Door) -> None:
        try:
            self._servers.append(await asyncio.get_running_loop().create_server(door, host, port))
        except OSError as error:
            taken = "; does another agent run here?" if error.errno == errno.EADDRINUSE else ""
            number = error.errno or 0
            reason = os.strerror(number) if number > 0 else str(error)
            raise ListenError(f"web.listen {host}:{port}: {reason}{taken}") from error

    async def cleanup(self) -> None:
        for server in self._servers:
            server.close()
        await self._runner.cleanup()


async def serve(app: web.Application, listens: Iterable[tuple[str, int]]) -> tuple[Served, list[str]]:
    """Listen; returns what to clean up, and the URLs. Raises ListenError."""
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=SHUTDOWN)
    await runner.setup()
    served = Served(runner)
    assert runner.server is not None  # noqa: S101 (set by setup)
    door = Door(runner.server)
    try:
        for host, port in listens:
            await served.listen(host, port, door)
    except BaseException:
        await served.cleanup()
        raise
    return served, [_url(host, port) for host, port in served.addresses]


def _url(host: str, port: int) -> str:
    """An address that can be opened: every address of this machine is reached at its loopback one."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - nothing is bound here
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"
