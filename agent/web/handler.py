"""One connection of the HTTP side. What is no request at all is refused as plainly as everything else.

aiohttp answers that by itself, before any page is looked for: with its own name and version, and with the words of the
client. Such an answer had better say neither, and have the headers that every answer has.
"""

import asyncio

from aiohttp import StreamReader, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http_parser import RawRequestMessage
from multidict import CIMultiDict, CIMultiDictProxy

from agent.web.pages import HEADERS

REFUSED = "This is no request that the agent understands.\n"
BROKEN = "A fault of this agent; its log says more.\n"


class Handler(web.RequestHandler):
    """As aiohttp's own, but for what it answers when something is wrong."""

    __slots__ = ()

    def __init__(self, server: web.Server) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(server, loop=loop, access_log=None)  # type: ignore[arg-type] # None: it writes none
        made = server.request_factory

        def request(
            message: RawRequestMessage,
            body: StreamReader,
            protocol: web.RequestHandler,
            writer: AbstractStreamWriter,
            task: "asyncio.Task[None]",
        ) -> web.BaseRequest:
            return made(_answered_at_once(message), body, protocol, writer, task)

        self._request_factory = request

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


def _answered_at_once(message: RawRequestMessage) -> RawRequestMessage:
    """Without `Expect`, which aiohttp answers before anybody looks at who asks: with the client's own words, and with a
    fault of ours where those are no text. No page reads a body, so nobody need be told to send one.
    """
    if "Expect" not in message.headers:
        return message
    headers = CIMultiDict(message.headers)
    del headers["Expect"]
    return message._replace(headers=CIMultiDictProxy(headers))
