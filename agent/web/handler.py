"""One connection of the HTTP side. What is no request at all is refused as plainly as everything else.

aiohttp answers that by itself, before any page is looked for: with its own name and version, and with the words of the
client. Such an answer had better say neither, and have the headers that every answer has.
"""

import asyncio

from aiohttp import web

from agent.web.pages import HEADERS

REFUSED = "This is no request that the agent understands.\n"
BROKEN = "A fault of this agent; its log says more.\n"


class Handler(web.RequestHandler):
    """As aiohttp's own, but for what it answers when something is wrong."""

    __slots__ = ()

    def __init__(self, server: web.Server) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(server, loop=loop, access_log=None)  # type: ignore[arg-type] # None: it writes none

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The log says what was wrong."""
        super().handle_error(request, status, exc, message)
        answer = web.Response(status=status, text=BROKEN if status >= 500 else REFUSED, headers=HEADERS)
        answer.force_close()
        return answer
