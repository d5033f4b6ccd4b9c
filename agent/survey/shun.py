"""Whether a device shuns us because of what we ask: the one rule, for rounds and for sweeps.

Two ports that answered before are both silent, when they are asked at the same time, again and again. One alone may
have been closed since, or be behind a rule of its own; and each single silence may be bad luck.
"""

from collections.abc import Awaitable, Callable, Sequence

TOGETHER, TIMES = 2, 3  # so many ports, so often in a row
SOON = 60.0  # seconds after a search in which silence may come from it

IsSilent = Callable[[Sequence[int]], Awaitable[Sequence[bool]]]  # of ports that are asked at the same time


async def heard(
    ports: Sequence[int], is_silent: IsSilent, wait: Callable[[], Awaitable[None]], times: int = TIMES
) -> list[int]:
    """Those that were heard, the first time that any was. None of them: they were silent so many `times`.

    `wait`: until they may be asked again.
    """
    for turn in range(times):
        if turn:
            await wait()
        silent = await is_silent(ports)
        answered = [port for port, each in zip(ports, silent, strict=True) if not each]
        if answered:
            return answered
    return []
