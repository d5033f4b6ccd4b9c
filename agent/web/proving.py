"""Who asks may want to know first whether it is us who answer: see `agent.local.local`."""

import re
from collections.abc import Awaitable, Callable

from aiohttp import web

from agent.local.local import CHALLENGE, PROOF, At

ASKED = re.compile("[0-9a-f]{64}")


def proving(prove: Callable[[str, At], str]) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """For `on_response_prepare`: an answer to a challenge carries the proof, whatever else the answer is."""

    async def add(request: web.Request, response: web.StreamResponse) -> None:
        challenge = request.headers.get(CHALLENGE, "")
        at = request.get_extra_info("sockname")
        if at and ASKED.fullmatch(challenge):
            response.headers[PROOF] = prove(challenge, at[:2])

    return add
