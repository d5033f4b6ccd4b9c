"""The master secret server and the SSO database of the story, on loopback: open, or as good as cut off."""

import asyncio
import socket
import threading
from collections.abc import Callable
from contextlib import AsyncExitStack

from tests.fakes.door import Caller, door
from tests.fakes.mapper import Mapper
from tests.fakes.table import SSO, SSO_ANNOTATION, tcp

MASTER, DATABASE = "127.0.0.2", "127.0.0.3"
PATIENCE = 30.0  # seconds for the ports to open, or to close


def free_port(address: str) -> int:
    """One that nothing listens at now."""
    with socket.create_server((address, 0)) as sock:
        port: int = sock.getsockname()[1]
    return port


class Far:
    """The master secret server and the database: all their ports are open, or all are closed."""

    def __init__(self) -> None:
        self.mapper, self.service, self.sql = free_port(MASTER), free_port(MASTER), free_port(DATABASE)
        self._stop: Callable[[], object] = lambda: None
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True)
        self._thread.start()
        if not ready.wait(PATIENCE):
            raise OSError("the ports of the far side could not be opened")

    def close(self) -> None:
        if self._thread is not None:
            self._stop()
            self._thread.join(PATIENCE)
            self._thread = None

    async def _serve(self, ready: threading.Event) -> None:
        table = (tcp(SSO, self.service, SSO_ANNOTATION),)
        doors = (
            (Mapper(table).treat, MASTER, self.mapper),
            (_listen, MASTER, self.service),
            (_listen, DATABASE, self.sql),
        )
        closing, loop = asyncio.Event(), asyncio.get_running_loop()
        async with AsyncExitStack() as stack:
            for treat, address, port in doors:
                await stack.enter_async_context(door(treat, address, port))
            self._stop = lambda: loop.call_soon_threadsafe(closing.set)
            ready.set()
            await closing.wait()


async def _listen(caller: Caller) -> None:
    """A service that is connected to, and never asked anything."""
