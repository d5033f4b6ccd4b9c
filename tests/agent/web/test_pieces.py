"""Large bodies: whole for who reads them, and no more in memory than one piece for who does not."""

import asyncio
from dataclasses import replace
from typing import Any, cast

import pytest
from aiohttp.abc import AbstractStreamWriter

from agent.web.pieces import PIECE, Pieces
from tests.agent.seen import result
from tests.agent.seen import run as a_run
from tests.agent.serving import get, serving, sources


class Writer:
    """A connection whose other side reads when it is told to."""

    def __init__(self) -> None:
        self.given: list[bytes] = []
        self.read = asyncio.Semaphore(0)

    async def write(self, piece: Any) -> None:
        self.given.append(bytes(piece))
        await self.read.acquire()


@pytest.mark.parametrize("size", [0, 1, PIECE, PIECE + 1, 3 * PIECE - 1])
async def test_each_piece_waits_for_the_one_before_and_all_of_them_are_the_body(size: int) -> None:
    body, writer = bytes(at % 251 for at in range(size)), Writer()
    sending = asyncio.ensure_future(Pieces(body, "text/plain").write(cast(AbstractStreamWriter, writer)))
    for number in range(-(-size // PIECE)):
        await asyncio.sleep(0)
        assert len(writer.given) == number + 1
        writer.read.release()
    await sending
    assert b"".join(writer.given) == body
    assert max(map(len, writer.given), default=0) <= PIECE


async def test_a_large_answer_is_whole_and_its_length_is_said() -> None:
    many = a_run(*[result(detail="x" * 250)] * 1_000)
    async with serving(replace(sources(), run=lambda: many)) as port:
        read = await get(port, "/api/v1/paths")
        head = await get(port, "/api/v1/paths", method="HEAD")
    assert len(read.body) > 4 * PIECE
    assert read.body.count(b"x" * 250) == 1_000
    assert int(head.headers["content-length"]) == len(read.body)
    assert head.headers["content-type"] == "application/json; charset=utf-8"
