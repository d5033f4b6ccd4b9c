"""`POST /-/reload`: the configuration is read anew. Who may ask for that is in `access`."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from agent.ground.text import plain

MOST = 200  # mistakes that are told
LONGEST = 1000  # characters of one


class Reload:
    """`reload` tells what is wrong with the configuration, a line each; nothing when it is in force."""

    def __init__(self, reload: Callable[[], Awaitable[Sequence[str]]]) -> None:
        self._reload = reload
        self._under_way: set[asyncio.Task[Sequence[str]]] = set()

    async def post(self, _: web.Request) -> web.Response:
        """Goes on when the client goes away: a configuration comes into force as a whole or not at all."""
        task = asyncio.ensure_future(self._wait())
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        mistakes = await asyncio.shield(task)
        if not mistakes:
            return web.Response(text="reloaded\n")
        lines = [plain(mistake, LONGEST) for mistake in mistakes[:MOST]]
        if len(mistakes) > MOST:
            lines.append(f"{len(mistakes) - MOST} more mistakes")
        return web.Response(status=500, text="".join(f"{line}\n" for line in lines))

    async def _wait(self) -> Sequence[str]:
        return await self._reload()
