"""One event loop for as long as the process lasts: targets are no coroutines, and called a thousand times a second."""

import asyncio
from collections.abc import Coroutine
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")

PATIENCE = 60.0  # seconds; whatever takes longer hangs


def run(work: Coroutine[Any, Any, T]) -> T:
    """To its end. TimeoutError is a finding: the machine may be busy, but not for so long."""
    return loop().run_until_complete(asyncio.wait_for(work, PATIENCE))


@cache
def loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()
