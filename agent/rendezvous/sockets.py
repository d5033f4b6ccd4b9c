"""A UDP socket for each address of this host, all at one port: what comes in at one leaves from the same.

An address that arrives while the agent runs (a cluster's) is served as soon as `refresh` is told of it. Each socket has
one task that takes datagrams out and does nothing slow: the library below queues without a bound.
"""

import asyncio
import contextlib
import ipaddress
import socket
import sys
from collections.abc import Callable, Iterable, Sequence

from asyncio_dgram import TransportClosed, from_socket
from asyncio_dgram.aio import DatagramServer

from agent.rendezvous.orders import Place, place
from probes.sockets import quiet

WILDCARD = {4: "0.0.0.0", 6: "::"}  # noqa: S104 - every address of this host, each with a socket of its own
RECEIVED = 1 << 20  # bytes that the system may keep for us, as far as it lets us have them
TRIES = 3  # of a send: an ICMP error about an earlier datagram comes up in its place

Heard = Callable[[bytes, Place, str], None]  # a datagram, from where, and at which address of this host
Warn = Callable[[str], None]


class Sockets:
    """`listen`: hosts and ports; a wildcard stands for every address of its family, port 0 for any."""

    def __init__(self, listen: Sequence[tuple[str, int]], heard: Heard, warn: Warn) -> None:
        self._listen = listen
        self._heard = heard
        self._warn = warn
        self._streams: dict[str, DatagramServer] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._warned: set[str] = set()

    @property
    def addresses(self) -> frozenset[str]:
        """Those that are served."""
        return frozenset(self._streams)

    def port_at(self, address: str) -> int | None:
        """The port of the socket at an address."""
        stream = self._streams.get(address)
        return None if stream is None else int(stream.sockname[1])

    async def refresh(self, addresses: Iterable[str]) -> None:
        """`addresses`: this host's, as they are now. Sockets are opened and closed until they fit."""
        wanted = dict(self._wanted([*addresses]))
        for gone in self._streams.keys() - wanted.keys():
            await self._close(gone)
        for address, port in wanted.items():
            if address not in self._streams:
                await self._open(address, port)

    async def close(self) -> None:
        """All of them; another `refresh` opens them anew."""
        for address in [*self._streams]:
            await self._close(address)

    async def send(self, data: bytes, to: Place, local: str) -> None:
        """From an address that is served; to nobody if it is not, any more."""
        stream = self._streams.get(local)
        if stream is None:
            return
        for _ in range(TRIES):
            try:
                return await stream.send(data, (to.address, to.port))
            except TransportClosed:
                return
            except OSError:
                continue

    def _wanted(self, own: Sequence[str]) -> Iterable[tuple[str, int]]:
        for host, port in self._listen:
            if host not in WILDCARD.values():
                yield host, port
                continue
            version = ipaddress.ip_address(host).version
            yield from ((each, port) for each in own if ipaddress.ip_address(each).version == version)

    async def _open(self, address: str, port: int) -> None:
        try:
            stream = await from_socket(_bound(address, port))
        except OSError as error:
            if address not in self._warned:
                self._warned.add(address)
                self._warn(f"rendezvous: no UDP socket at {address} port {port}: {error.strerror or error}")
            return
        if not isinstance(stream, DatagramServer):
            raise TypeError("a bound socket makes a server")
        self._warned.discard(address)
        self._streams[address] = stream
        self._tasks[address] = asyncio.create_task(self._drain(address, stream))

    async def _drain(self, address: str, stream: DatagramServer) -> None:
        while True:
            try:
                data, source = await stream.recv()
            except TransportClosed:
                return
            except OSError:  # an ICMP error about something that we sent
                continue
            if isinstance(source, tuple):
                self._take(bytes(data), place(*source[:2]), address)

    def _take(self, data: bytes, source: Place, address: str) -> None:
        """Whatever goes wrong with one datagram, the next one is heard."""
        try:
            self._heard(data, source, address)
        except Exception as error:
            if type(error).__name__ not in self._warned:
                self._warned.add(type(error).__name__)
                self._warn(f"rendezvous: a datagram from {source.address} broke something here: {error!r}")

    async def _close(self, address: str) -> None:
        self._streams.pop(address).close()
        task = self._tasks.pop(address)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await asyncio.sleep(0)  # a transport lets go of its socket in the loop's next turn


def _bound(address: str, port: int) -> socket.socket:
    """Nobody else may have it: the answers would leave from a stranger's."""
    sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        quiet(sock)
        if sys.platform == "win32":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        if sock.family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVED)
        sock.bind((address, port))
    except BaseException:
        sock.close()
        raise
    return sock
