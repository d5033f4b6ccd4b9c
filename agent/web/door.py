"""How many clients may come in, and for how long.

A client that sends half a request and waits, or never reads the answer, would cost a descriptor and memory for ever,
and the attempts of this process need descriptors too. So there are only so many connections, few for each address,
and each ends after one answer or some seconds, whichever comes first. All of that counts from the moment that a
connection is accepted: half a TLS handshake is as good as half a request. And whoever goes on sending what no page
reads is not listened to for all that time.
"""

import asyncio
import ssl
from collections import Counter
from collections.abc import Callable

from agent.web.access import from_here

MOST = 128
MOST_EACH = 32  # from one address
MORE_HERE = 8  # beside these, for this machine: a flood from elsewhere must not hide whether the agent is healthy
HEARD = 131_072  # octets of one request, four times what its line and headers may have; no page reads more
LIFETIME = 30.0  # seconds
HANDSHAKE = 5.0  # seconds that a TLS handshake may take
GOODBYE = 2.0  # seconds that the other side has for the last word of TLS


def in_the_clear() -> ssl.SSLContext | None:
    """No TLS."""
    return None


class Door:
    """Makes a guarded connection of each that `serve` would serve; encrypted if `context`, asked anew, gives one."""

    def __init__(
        self, serve: Callable[[], asyncio.Protocol], context: Callable[[], ssl.SSLContext | None] = in_the_clear
    ) -> None:
        self._serve = serve
        self._inside: Counter[str] = Counter()
        self._guarded: set[Guarded] = set()
        self.context = context

    def __call__(self) -> asyncio.Protocol:
        return Guarded(self, self._serve())

    def enter(self, guarded: "Guarded", address: str) -> bool:
        """Whether there is room for one more from an address."""
        most = MOST + MORE_HERE if from_here(address) else MOST
        if self._inside.total() >= most or self._inside[address] >= MOST_EACH:
            return False
        self._inside[address] += 1
        self._guarded.add(guarded)
        return True

    def leave(self, guarded: "Guarded", address: str) -> None:
        self._guarded.discard(guarded)
        self._inside[address] -= 1
        if not self._inside[address]:
            del self._inside[address]

    def close(self) -> None:
        """Ends the connections of all who are still inside."""
        for guarded in list(self._guarded):
            guarded.abort()


class Guarded(asyncio.Protocol):
    """Hands everything to the protocol inside, as long as the connection may last."""

    def __init__(self, door: Door, inside: asyncio.Protocol) -> None:
        self._door = door
        self._inside = inside
        self._address: str | None = None
        self._end: asyncio.TimerHandle | None = None
        self._wire: asyncio.Transport | None = None
        self._handshake: asyncio.Task[None] | None = None
        self._early: list[bytes] | None = None  # what came between the handshake's end and our hearing of it
        self._heard = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 (TCP has no other)
        peer = transport.get_extra_info("peername")
        address = str(peer[0]) if peer else ""
        if not self._door.enter(self, address):
            transport.abort()
            return
        self._address, self._wire = address, transport
        self._end = asyncio.get_running_loop().call_later(LIFETIME, transport.abort)
        context = self._door.context()
        if context is None:
            self._inside.connection_made(transport)
        else:
            transport.pause_reading()
            self._early = []
            self._handshake = asyncio.ensure_future(self._encrypt(transport, context))

    def abort(self) -> None:
        if self._wire is not None:
            self._wire.abort()

    async def _encrypt(self, wire: asyncio.Transport, context: ssl.SSLContext) -> None:
        """From here on the wire is TLS's own; what it carries comes back to us."""
        loop = asyncio.get_running_loop()
        try:
            inner = await loop.start_tls(
                wire, self, context, server_side=True, ssl_handshake_timeout=HANDSHAKE, ssl_shutdown_timeout=GOODBYE
            )
        except (OSError, ValueError):  # no TLS, a wrong certificate, too slow, gone: whose fault it is, we do not know
            inner = None
        except BaseException:
            self._leave(wire)
            raise
        if inner is None:
            self._leave(wire)
            return
        early, self._early = self._early or [], None
        if self._address is None:
            return  # gone meanwhile
        self._inside.connection_made(inner)
        for data in early:
            self._inside.data_received(data)

    def _leave(self, wire: asyncio.Transport | None = None) -> bool:
        if wire is not None:
            wire.abort()
        if self._address is None:
            return False
        self._door.leave(self, self._address)
        self._address = self._wire = None
        if self._end is not None:
            self._end.cancel()
        return True

    def connection_lost(self, error: Exception | None) -> None:
        if self._leave() and self._early is None:
            self._inside.connection_lost(error)

    def data_received(self, data: bytes) -> None:
        if self._address is None:
            return
        self._heard += len(data)
        if self._heard > HEARD:
            self.abort()
        elif self._early is None:
            self._inside.data_received(data)
        else:
            self._early.append(data)

    def eof_received(self) -> bool | None:
        if self._early is not None:
            return None
        return self._inside.eof_received() if self._address is not None else None

    def pause_writing(self) -> None:
        self._inside.pause_writing()

    def resume_writing(self) -> None:
        self._inside.resume_writing()
