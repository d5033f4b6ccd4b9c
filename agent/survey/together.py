"""Several pieces of work at the same time; a single one needs no task of its own."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

T = TypeVar("T")


async def all_of(works: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """What each comes to, in order. Most rounds ask one door of one address: a task for it costs as much as asking."""
    known = [*works]
    if len(known) == 1:
        return [await known[0]]
    return await asyncio.gather(*known) if known else []
