"""The headers of the file, which take the place of the agent's own."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from agent.web.toolkit.toolkit import Toolkit


def headers_of(toolkit: Toolkit) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """For `on_response_prepare`, behind whoever sets the agent's own. Written empty: not sent."""

    async def put(_: web.Request, response: web.StreamResponse) -> None:
        for name, value in toolkit.settings.headers.items():
            response.headers.popall(name, None)
            if value:
                response.headers[name] = value

    return put
