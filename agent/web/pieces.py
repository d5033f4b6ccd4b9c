"""A body that is sent as fast as its reader takes it: else each slow one would be given a copy of all of it."""

from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import Payload

PIECE = 65_536  # octets


class Pieces(Payload):
    """One body, for however many readers."""

    _default_content_type = "application/octet-stream"

    def __init__(self, body: bytes, content_type: str) -> None:
        super().__init__(body, content_type=content_type)
        self._size = len(body)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return str(self._value, encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Waits whenever the reader does not keep up."""
        body = memoryview(self._value)
        for at in range(0, len(body), PIECE):
            await writer.write(body[at : at + PIECE])
