"""`probe trace`: what it says before it sends anything, and what it comes to."""

import asyncio
import sys
from collections.abc import Sequence

from agent.cli.peer import addresses_of
from agent.cli.usage import wrong
from agent.found.exit import Exit
from agent.ground.clock import SystemClock
from agent.ground.duration import about
from agent.ground.duration import seconds as duration
from agent.ground.text import plain
from agent.hops.ending import End, ending
from agent.hops.seen import Traced
from agent.site.addressee import Addressee
from agent.trace import Order, trace
from probes.engine.choice import create

NO_CONTROL = "none"
SHORTEST, LONGEST = 0.05, 10.0  # seconds of an attempt
NOT_HERE = (
    "probe trace is not available here: only Linux tells a program without rights which hop threw away its SYN. "
    "Run it on a Linux host beside this one. Test-NetConnection -TraceRoute and tracert send ICMP, not TCP, so a "
    "firewall treats them otherwise: they show the hops, and not where this port is shut."
)
SHUT = {End.INJECTED, End.REFUSED, End.NO_WAY, End.LOOP, End.SILENCE}


def refuse_elsewhere() -> None:
    """Where no system tells of hops, the command ends: exit 2, nothing sent."""
    if sys.platform != "linux":
        wrong(NOT_HERE)


def timeout_of(text: str) -> float:
    """In seconds."""
    try:
        length = duration(text)
    except ValueError as error:
        wrong(f"--timeout {plain(text)}: {error}")
    if not SHORTEST <= length <= LONGEST:
        wrong(f"--timeout {plain(text)}: write a time from 50ms to 10s")
    return length


def control_of(text: str | None, port: int, default: int) -> int | None:
    """The port to compare with: the mapper's unless that is the one in question; None: no other is asked."""
    if text is None:
        return default if default != port else None
    if text.casefold() == NO_CONTROL:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and 1 <= int(text) <= 65535):
        wrong(f"--control {plain(text)}: write a port from 1 to 65535, or {NO_CONTROL}")
    if int(text) == port:
        wrong(f"--control {plain(text)}: that is the port in question; name another one")
    return int(text)


def orders_for(peer: Addressee, like: Order) -> list[Order]:
    """One for each address; a name without any is told. None at all ends the command: exit 1."""
    found = addresses_of(peer)
    return [
        Order(each, like.port, like.control, like.max_hops, like.timeout, like.queries, peer.source_towards(each))
        for each in found
    ]


def announce(orders: Sequence[Order]) -> None:
    """All that may be sent, before any of it is."""
    first, longest = orders[0], sum(order.longest for order in orders)
    where = ", ".join(order.address for order in orders)
    beside = "" if first.control is None else f", and where that does not answer, as many to TCP {first.control}"
    print(
        f"At most {first.most} connects to TCP {first.port} of {where}{beside}; at most {about(longest)}.",
        file=sys.stderr,
    )


def run_trace(orders: Sequence[Order]) -> list[Traced]:
    """One address after the other, until the end or Ctrl-C."""
    return asyncio.run(_trace(orders))


async def _trace(orders: Sequence[Order]) -> list[Traced]:
    clock = SystemClock()
    engine = create(clock.time)
    found = list[Traced]()
    try:
        for order in orders:
            found.append(await trace(engine, order, clock))
            if found[-1].interrupted:
                break
    finally:
        engine.close()
    return found


def exit_of(found: Sequence[Traced]) -> Exit:
    """0: some address answered, and for itself as far as can be seen. 1: it did not. 3: not shown. 130: Ctrl-C."""
    endings = [ending(each) for each in found]
    if any(each.interrupted for each in found):
        return Exit.INTERRUPTED
    if any(each.end is End.OPEN or (each.end is End.RESET and each.shown) for each in endings):
        return Exit.OK
    return Exit.BAD if all(each.end in SHUT for each in endings) else Exit.INCONCLUSIVE
