"""One rendering for all who ask at the same time: a flood of readers must not keep the agent from its work."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

from agent.web.unhurried import no_collection

T = TypeVar("T")

FRESH = 1.0  # seconds


class Shared(Generic[T]):
    """`read` is called in the event loop, `render` in a thread; both at most once a second."""

    def __init__(self, read: Callable[[], T], render: Callable[[T], bytes]) -> None:
        self._read = read
        self._render = render
        self._made = float("-inf")
        self._body = b""
        self._making: asyncio.Task[bytes] | None = None

    async def get(self) -> bytes:
        """The newest rendering, which is never older than `FRESH`."""
        if asyncio.get_running_loop().time() - self._made < FRESH:
            return self._body
        if self._making is None:
            self._making = asyncio.create_task(self._make())
        return await asyncio.shield(self._making)  # who goes away takes nothing from the others

    async def _make(self) -> bytes:
        try:
            made = asyncio.get_running_loop().time()
            self._body = await asyncio.to_thread(self._rendered, self._read())
            self._made = made
            return self._body
        finally:
            self._making = None

    def _rendered(self, read: T) -> bytes:
        with no_collection():
            return self._render(read)
