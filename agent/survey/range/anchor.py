"""Whose an RST is: the host's own, or that of a device which resets in its place.

An RST is the host's own if a port at which a service is registered answers with a SYN-ACK, and the ports around it, at
which none is, answer with an RST: whatever passes the one passes the others too, and the host is not silent about
them. Otherwise some device may be the one that resets, and an RST shows nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection

from agent.ground.ports import PortSet
from probes.outcome import Outcome
from probes.state import State

REACH = 3  # ports on either side of a listener
EACH_SIDE = 2  # of them are asked
LISTENERS = 3  # that are tried
WANTED = 2  # RSTs around one, and one on either side

Knock = Callable[[int], Awaitable[Outcome]]


async def look_for_anchor(
    ports: PortSet,
    registered: Collection[int],
    named: Collection[int],
    knock: Knock,
    opened: Callable[[int], bool | None],
) -> bool:
    """Whether an RST is the host's own.

    `registered`: where services are; `named`: those of them that the mapper named in this round, for which a firewall
    that understands RPC may have opened a way. `opened`: whether a port accepted in this round; None: it was not asked.
    """
    candidates = sorted(
        (port for port in registered if port in ports), key=lambda port: (port in named, opened(port) is None, port)
    )
    tried = candidates[:LISTENERS]
    tried += [port for port in candidates if port in named and port not in tried][:1]
    doubtful = False  # a registered port reset: a device that lets only through what was named would do so
    for listener in tried:
        if doubtful and listener in named:
            return False
        if not opened(listener) or listener in named:
            state = (await knock(listener)).state
            doubtful |= state is State.CLOSED
            if state is not State.OPEN:
                continue
        if await _resets_around(listener, ports, registered, knock):
            return True
    return False


async def _resets_around(listener: int, ports: PortSet, registered: Collection[int], knock: Knock) -> bool:
    sides = [side for step in (-1, 1) if (side := _side(ports, registered, listener, step))]
    found = await asyncio.gather(*(asyncio.gather(*map(knock, side)) for side in sides))
    resets = [sum(outcome.state is State.CLOSED for outcome in outcomes) for outcomes in found]
    return sum(resets) >= WANTED and all(resets)


def _side(ports: PortSet, registered: Collection[int], listener: int, step: int) -> list[int]:
    """The nearest unregistered ports on one side of a listener."""
    near = (listener + step * distance for distance in range(1, REACH + 1))
    return [port for port in near if port in ports and port not in registered][:EACH_SIDE]
