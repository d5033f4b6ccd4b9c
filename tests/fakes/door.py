"""A TCP listener for fakes of every protocol: it treats each caller as it is told, and sees how each left."""

import asyncio
import contextlib
import socket
import struct
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Self

WAIT = 10.0  # seconds that a test waits for its own loopback at most
RST_ON_CLOSE = struct.pack("ii", 1, 0)
PART = 65_536


class Left(StrEnum):
    """How a caller ended its side of a connection."""

    FIN = "FIN"
    RST = "RST"


class GoneError(Exception):
    """The caller left in the middle of what it was saying."""


class Caller:
    """One connection. `heard` is all that ever came, `left` how it ended: None while it has not."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._loop = asyncio.get_running_loop()
        self._read = 0
        self.heard = bytearray()
        self.said = 0
        self.left: Left | None = None

    async def hear(self, size: int) -> bytes:
        """The next `size` bytes."""
        while len(self.heard) < self._read + size:
            if not await self._more():
                raise GoneError
        start, self._read = self._read, self._read + size
        return bytes(self.heard[start : self._read])

    async def say(self, data: bytes) -> None:
        try:
            await self._loop.sock_sendall(self._sock, data)
        except ConnectionError:
            self.left = self.left or Left.RST
            raise GoneError from None
        self.said += len(data)

    def hang_up(self) -> None:
        """Say with FIN that nothing more will come."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Close with RST; how the caller leaves can then not be seen any more."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST_ON_CLOSE)
        self._sock.close()

    async def see_off(self) -> None:
        """Listen until the caller leaves."""
        while self.left is None and self._sock.fileno() != -1:
            await self._more()

    async def _more(self) -> bool:
        try:
            part = await self._loop.sock_recv(self._sock, PART)
        except ConnectionError:
            self.left = Left.RST
            return False
        self.heard += part
        if not part:
            self.left = Left.FIN
        return bool(part)


Treatment = Callable[[Caller], Awaitable[None]]


class Door:
    """Listening at `address` and `port`; `callers` are all who ever came, in their order."""

    def __init__(self, treat: Treatment, sock: socket.socket) -> None:
        self._treat = treat
        self._sock = sock
        self._changed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._present = 0
        self.callers: list[Caller] = []
        self.address, self.port = sock.getsockname()[:2]

    async def all_left(self, count: int = 1) -> list[Caller]:
        """The callers, once so many have come and all of them have left."""
        async with asyncio.timeout(WAIT):
            while len(self.callers) < count or self._present:
                self._changed.clear()
                await self._changed.wait()
        return self.callers

    async def came(self, count: int = 1) -> list[Caller]:
        """The callers, once so many have come."""
        async with asyncio.timeout(WAIT):
            while len(self.callers) < count:
                self._changed.clear()
                await self._changed.wait()
        return self.callers

    @property
    def present(self) -> int:
        """How many callers have come and not left."""
        return self._present

    async def accept(self) -> None:
        """For ever; what fails in one treatment ends it all, loudly."""
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as group:
            while True:
                sock, _ = await loop.sock_accept(self._sock)
                group.create_task(self._meet(sock))

    async def _meet(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        caller = Caller(sock)
        self.callers.append(caller)
        self._present += 1
        self._changed.set()
        try:
            with contextlib.suppress(GoneError):
                await self._treat(caller)
            await caller.see_off()
        finally:
            sock.close()
            self._present -= 1
            self._changed.set()


@asynccontextmanager
async def door(treat: Treatment, address: str = "127.0.0.1", port: int = 0) -> AsyncIterator[Door]:
    """Open as long as the block lasts; whoever is still there is then sent away."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, port), family=family, backlog=128) as sock:
        sock.setblocking(False)
        made = Door(treat, sock)
        accepting = asyncio.create_task(made.accept())
        try:
            yield made
        finally:
            accepting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await accepting


class Orders:
    """The lines of standard input, as a fake in a process of its own gets them; they end no later than its parent."""

    def __init__(self, lines: asyncio.StreamReader) -> None:
        self._lines = lines

    @classmethod
    async def open(cls) -> Self:
        lines = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
        return cls(lines)

    def __aiter__(self) -> AsyncIterator[str]:
        return self._each()

    async def _each(self) -> AsyncIterator[str]:
        """Says "ready" before each: to go by, for whoever gives them."""
        print("ready", flush=True)
        while line := await self._lines.readline():
            yield line.decode()
            print("ready", flush=True)


async def stay(treat: Treatment, address: str, port: int, obey: Callable[[str], None] = lambda line: None) -> None:
    """A whole program: a door for as long as standard input lasts; each line of it goes to `obey`."""
    orders = await Orders.open()
    async with door(treat, address, port):
        async for line in orders:
            obey(line)
