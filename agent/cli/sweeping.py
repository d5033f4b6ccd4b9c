"""`probe sweep`: what it says before it sends anything, how it is stopped, and what it comes to."""

import asyncio
import gc
import re
import sys
from collections.abc import Callable, Sequence

from agent.cli.lines import Lines
from agent.cli.peer import addresses_of
from agent.cli.usage import person_reads, wrong
from agent.found.exit import Exit
from agent.ground.clock import SystemClock
from agent.ground.duration import about
from agent.ground.ports import PortSet
from agent.ground.text import plain
from agent.report.swept import Stopped, Sweep
from agent.site.addressee import Addressee
from agent.sweep.order import Order, deadline
from agent.sweep.sweep import Status, sweep
from probes.engine.choice import create
from probes.engine.engine import MOST
from probes.outcome import Target
from probes.sockets import source_towards

FASTEST = 100_000  # attempts a second that make sense to ask for
MAXIMUM = "max"
_DIGITS = re.compile("0*([1-9][0-9]{0,5})")  # more of them are beyond FASTEST, and would cost time to read
AT_EDGES = 5.0  # seconds that the edges take, about
NOBODY_THERE = "There is nobody to ask whether to go on: say --yes. Nothing was sent."


def pace_of(text: str) -> int | None:
    """Attempts a second; None: as fast as this host can."""
    if text.casefold() == MAXIMUM:
        return None
    digits = _DIGITS.fullmatch(text)
    if digits is None or int(digits[1]) > FASTEST:
        wrong(f"--pace {plain(text)}: write attempts a second, from 1 to {FASTEST}, or {MAXIMUM}")
    return int(digits[1])


def ports_of(text: str | None, default: PortSet) -> PortSet:
    """What `--ports` says, or else the range of the file. Ends the command with exit 2 when it is no set of ports."""
    try:
        return default if text is None else PortSet.parse(text)
    except ValueError as error:
        wrong(f"--ports {text}: {error}")


def orders_for(peer: Addressee, ports: PortSet, pace: int | None) -> list[Order]:
    """One for each address; a name without any is told. None at all ends the command: exit 1."""
    found = addresses_of(peer)
    seconds = deadline(pace, peer.timeout)
    return [Order(each, ports, pace, seconds, peer.source_towards(each)) for each in found]


def announce(peer: Addressee, orders: Sequence[Order]) -> None:
    """All that is going to be sent, before any of it is."""
    ports, pace = orders[0].ports, orders[0].pace
    print(f"This connects to TCP {ports} of {peer.peer}, and closes again what is accepted:", file=sys.stderr)
    for order in orders:
        source = source_towards(Target(order.address, ports[0], source=order.source))
        print(f"  from {source or 'this host (no route)'} to {order.address}", file=sys.stderr)
    rate = "as fast as this host can" if pace is None else f"{pace:,} a second"
    count = "1 port" if len(ports) == 1 else f"{len(ports):,} ports"
    each = count + (" of each, one address after the other" if len(orders) > 1 else "")
    print(f"  {each}, {rate}: about {about(len(orders) * _seconds(orders[0]))}", file=sys.stderr)
    print("Intrusion systems take this for an attack, and may shut this host out.", file=sys.stderr)


def _seconds(order: Order) -> float:
    """At least: silence, where there is much of it, is what takes longer at full speed."""
    rounds = len(order.ports) // MOST + 1
    return AT_EDGES + (rounds * order.deadline if order.pace is None else len(order.ports) / order.pace)


def agree(*, yes: bool) -> None:
    """Ask whether to go on, unless that was said. No ends the command: exit 2, nothing sent."""
    if yes:
        return
    if not person_reads():
        wrong(NOBODY_THERE)
    print("Go on? [y/N] ", end="", file=sys.stderr, flush=True)
    typed = sys.stdin.readline()
    if not typed:
        wrong(f"\n{NOBODY_THERE}")
    if typed.strip().casefold() not in ("y", "yes"):
        wrong("Nothing was sent.")


def run_sweep(peer: Addressee, orders: Sequence[Order]) -> Sweep:
    """Until its end or Ctrl-C, with a bar at a terminal and a line now and then elsewhere."""
    if not sys.stderr.isatty():
        return asyncio.run(_sweep(peer, orders, Lines(sys.stderr).show))
    from agent.cli.progress import Bar

    with Bar(sys.stderr) as bar:
        return asyncio.run(_sweep(peer, orders, bar.show))


async def _sweep(peer: Addressee, orders: Sequence[Order], tell: Callable[[Status], None]) -> Sweep:
    clock = SystemClock()
    engine = create(clock.time)
    started, began = clock.time(), clock.monotonic()
    gc.freeze()  # what is there stays there: it need not be looked through while ports are asked
    try:
        addresses = await sweep(engine, orders, clock, tell)
    finally:
        gc.unfreeze()
        engine.close()
    return Sweep(peer.peer, started, clock.monotonic() - began, tuple(addresses))


def exit_of(found: Sweep) -> Exit:
    """0: swept, and something answered. 3: nothing did, or it stopped by itself. 130: Ctrl-C."""
    if found.stopped is Stopped.INTERRUPTED:
        return Exit.INTERRUPTED
    return Exit.OK if found.stopped is None and any(each.answered for each in found.addresses) else Exit.INCONCLUSIVE
