"""How many clients may come in, and for how long.

A client that sends half a request and waits, or never reads the answer, would cost a descriptor and memory for ever,
and the attempts of this process need descriptors too. So there are only so many connections, few for each address,
and each ends after one answer or some seconds, whichever comes first.
"""

import asyncio
from collections import Counter
from collections.abc import Callable

MOST = 128
MOST_EACH = 32  # from one address
LIFETIME = 30.0  # seconds


class Door:
    """Makes a guarded connection of each that `serve` would serve."""

    def __init__(self, serve: Callable[[], asyncio.Protocol]) -> None:
        self._serve = serve
        self._inside: Counter[str] = Counter()

    def __call__(self) -> asyncio.Protocol:
        return Guarded(self, self._serve())

    def enter(self, address: str) -> bool:
        """Whether there is room for one more from an address."""
        if self._inside.total() >= MOST or self._inside[address] >= MOST_EACH:
            return False
        self._inside[address] += 1
        return True

    def leave(self, address: str) -> None:
        self._inside[address] -= 1
        if not self._inside[address]:
            del self._inside[address]


class Guarded(asyncio.Protocol):
    """Hands everything to the protocol inside, as long as the connection may last."""

    def __init__(self, door: Door, inside: asyncio.Protocol) -> None:
        self._door = door
        self._inside = inside
        self._address: str | None = None
        self._end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 (TCP has no other)
        peer = transport.get_extra_info("peername")
        address = str(peer[0]) if peer else ""
        if not self._door.enter(address):
            transport.abort()
            return
        self._address = address
        self._end = asyncio.get_running_loop().call_later(LIFETIME, transport.abort)
        self._inside.connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self._address is None:
            return
        self._door.leave(self._address)
        if self._end is not None:
            self._end.cancel()
        self._inside.connection_lost(error)

    def data_received(self, data: bytes) -> None:
        if self._address is not None:
            self._inside.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inside.eof_received() if self._address is not None else None

    def pause_writing(self) -> None:
        self._inside.pause_writing()

    def resume_writing(self) -> None:
        self._inside.resume_writing()
