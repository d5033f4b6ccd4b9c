"""One held listener. Whoever connects is told the proofs and nothing else, and is to hang up first.

The side that closes first keeps TIME_WAIT: with us, that would keep our port. So we wait for the other side's FIN, not
for long, and end what is left by RST. Nothing is read: whoever says something is not the one that we wait for.
"""

import asyncio
import socket
from collections.abc import Callable
from functools import partial
from typing import cast

from agent.rendezvous.exclusive import BACKLOG, reset
from agent.rendezvous.orders import Place
from agent.rendezvous.tcptable import place

PATIENCE = 1.0  # seconds for the other side's FIN; and before we accept again, where the system would not let us
MOST_AT_ONCE = 32  # connections

Greet = Callable[[Place], bytes]  # who connects, and what is said to him


class Listener:
    """At `sock`, which listens already. Belongs to one event loop."""

    def __init__(self, sock: socket.socket, greet: Greet) -> None:
        self.greet = greet
        self.is_open = True
        self.connections: set[Connection] = set()
        self._sock = sock
        self._server: asyncio.Server | None = None
        self._arriving: set[asyncio.Task[object]] = set()

    async def serve(self) -> None:
        """From now on.

        A server of asyncio would lose who is accepted in the very turn in which it is closed, and keep his descriptor;
        but not that of Windows' proactor, which in turn takes no readers.
        """
        loop = asyncio.get_running_loop()
        try:
            loop.add_reader(self._sock, self._accept)
        except NotImplementedError:
            self._server = await loop.create_server(
                partial(Connection, self), sock=self._sock, backlog=BACKLOG, start_serving=False
            )
            await self._server.start_serving()

    def close(self) -> None:
        """At once, with the connections."""
        self.is_open = False
        if self._server is not None:
            self._server.close()
        else:
            asyncio.get_running_loop().remove_reader(self._sock)
            self._sock.close()
        for each in [*self.connections]:
            each.abort()

    def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            sock, address = self._sock.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        except OSError:  # no descriptor left, as a rule
            loop.remove_reader(self._sock)
            loop.call_later(PATIENCE, self._accept_again)
            return
        arrives = partial(Connection, self, place(*address[:2]))
        task = loop.create_task(loop.connect_accepted_socket(arrives, sock))
        self._arriving.add(task)
        task.add_done_callback(self._arriving.discard)

    def _accept_again(self) -> None:
        if self.is_open:
            asyncio.get_running_loop().add_reader(self._sock, self._accept)


class Connection(asyncio.Protocol):
    """Its transport closes of itself when the other side's FIN has come and all that was said is sent."""

    def __init__(self, listener: Listener, remote: Place | None = None) -> None:
        self._listener = listener
        self._remote = remote

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._timer = asyncio.get_running_loop().call_later(PATIENCE, self.abort)
        self._listener.connections.add(self)
        if self._listener.is_open:
            remote = self._remote or place(*transport.get_extra_info("peername")[:2])
            self._transport.write(self._listener.greet(remote))
        if not self._listener.is_open or len(self._listener.connections) > MOST_AT_ONCE:
            self.abort()

    def data_received(self, data: bytes) -> None:
        del data
        self.abort()

    def connection_lost(self, error: Exception | None) -> None:
        del error
        self._timer.cancel()
        self._listener.connections.discard(self)

    def abort(self) -> None:
        reset(self._transport)
