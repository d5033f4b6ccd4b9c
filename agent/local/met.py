"""How commands on this machine meet the agent: what they go by is kept right as long as it runs."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

from agent.ground.clock import Clock
from agent.local.local import Local
from agent.log.log import broke
from probes.aside import aside

EVERY = 5.0  # seconds between two looks at whether it is still right
LONGEST = 10.0  # seconds that the disk may take

Told = tuple[Sequence[str], str | None]  # URLs, and the SHA-256 of the certificate
Now = Callable[[], Told]
T = TypeVar("T")


@asynccontextmanager
async def met(local: Local, now: Now, clock: Clock) -> AsyncIterator[None]:
    """Until the end of the block; then nobody looks for the agent any more."""
    written = await _written(local, now())
    task = asyncio.create_task(_keep_right(local, now, written, clock))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        await _aside(local.remove)


async def _keep_right(local: Local, now: Now, written: Told | None, clock: Clock) -> None:
    while True:
        await clock.sleep(EVERY)
        if (found := now()) != written or await _aside(local.stands) is False:
            written = await _written(local, found)


async def _written(local: Local, found: Told) -> Told | None:
    """None: it could not be written, and is to be tried again; not where the disk hangs, and a thread with it."""
    return None if await _aside(partial(local.write, *found)) is False else found


async def _aside(work: Callable[[], T]) -> T | None:
    """A disk that hangs, and whatever else is wrong there, costs nothing but `probe status`."""
    try:
        async with asyncio.timeout(LONGEST):
            return await aside(work, "local")
    except Exception as error:
        broke("agent.json")(error)
        return None
