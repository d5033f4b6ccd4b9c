"""One held listener. Whoever connects is told the proofs and nothing else, and is to hang up first.

The side that closes first keeps TIME_WAIT: with us, that would keep our port. So we wait for the other side's FIN, not
for long, and end what is left by RST. Nothing is read: whoever says something is not the one that we wait for.

A server of asyncio would lose whom it accepts in the very turn in which it is closed, and keep his descriptor: hence we
accept ourselves. Windows' proactor takes no readers; there a task waits instead.
"""

import asyncio
import socket
from collections.abc import Callable
from functools import partial
from typing import cast

from agent.rendezvous.exclusive import reset
from agent.rendezvous.orders import UNSEEN, Place, place

PATIENCE = 1.0  # seconds for the other side's FIN
PAUSE = 0.05  # seconds before we accept again, where the system would not let us
MOST_AT_ONCE = 32  # connections

Greet = Callable[[Place], bytes]  # who connects, and what is said to him; UNSEEN hears nothing


class Listener:
    """At `sock`, which listens already, from now on until it is closed. Belongs to the event loop that runs."""

    def __init__(self, sock: socket.socket, greet: Greet) -> None:
        self.greet = greet
        self.is_open = True
        self.connections: set[Connection] = set()
        self._sock = sock
        self._loop = asyncio.get_running_loop()
        self._arriving: set[asyncio.Task[object]] = set()
        self._waiting: asyncio.Task[None] | None = None
        try:
            self._loop.add_reader(sock, self._accept)
        except NotImplementedError:
            self._waiting = self._loop.create_task(self._accept_for_ever())

    def close(self) -> None:
        """At once, with the connections."""
        self.is_open = False
        if self._waiting is None:
            self._loop.remove_reader(self._sock)
        else:
            self._waiting.cancel()
        self._sock.close()
        for each in [*self.connections]:
            each.abort()

    def _accept(self) -> None:
        try:
            sock, address = self._sock.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        except OSError:  # no descriptor left, as a rule
            self.greet(UNSEEN)
            self._loop.remove_reader(self._sock)
            self._loop.call_later(PAUSE, self._accept_again)
        else:
            self._arrives(sock, place(*address[:2]))

    def _accept_again(self) -> None:
        if self.is_open:
            self._loop.add_reader(self._sock, self._accept)

    async def _accept_for_ever(self) -> None:
        while True:
            try:
                sock, address = await self._loop.sock_accept(self._sock)
            except OSError:
                self.greet(UNSEEN)
                await asyncio.sleep(PAUSE)
            else:
                self._arrives(sock, place(*address[:2]))

    def _arrives(self, sock: socket.socket, remote: Place) -> None:
        task = self._loop.create_task(self._loop.connect_accepted_socket(partial(Connection, self, remote), sock))
        self._arriving.add(task)
        task.add_done_callback(self._arriving.discard)


class Connection(asyncio.Protocol):
    """Its transport closes of itself when the other side's FIN has come and all that was said is sent."""

    def __init__(self, listener: Listener, remote: Place) -> None:
        self._listener = listener
        self._remote = remote

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._timer = asyncio.get_running_loop().call_later(PATIENCE, self.abort)
        self._listener.connections.add(self)
        if self._listener.is_open:
            self._transport.write(self._listener.greet(self._remote))
        if len(self._listener.connections) > MOST_AT_ONCE:
            self._listener.greet(UNSEEN)  # some systems throw away with a RST what was said before it
            self.abort()
        elif not self._listener.is_open:
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
