"""A knock at a fake from beginning to end, with what every such test asks: nothing stays open, on either side."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

from probes.engine.engine import Engine
from probes.line import Line, converse
from probes.outcome import Outcome, Target
from probes.registry import Kind, knock
from tests.fakes.door import Caller, Treatment, door
from tests.probes.engine.doors import LONG, open_sockets

BRIEF = 0.3  # seconds; the patience of tests in which silence is the point


class Met(NamedTuple):
    """What the knock came to, and who came to the fake."""

    outcome: Outcome
    caller: Caller


async def meet(engine: Engine, treat: Treatment, kind: Kind, question: object = None, patience: float = LONG) -> Met:
    return await _meet(treat, patience, lambda target: knock(engine, target, kind, question))


async def talk_to(
    engine: Engine, treat: Treatment, talk: Callable[[Line], Awaitable[object]], patience: float = LONG
) -> Met:
    return await _meet(treat, patience, lambda target: converse(engine, target, talk))


async def _meet(treat: Treatment, patience: float, ask: Callable[[Target], Awaitable[Outcome]]) -> Met:
    with_nothing = sockets()
    async with door(treat) as server:
        outcome = await ask(Target(server.address, server.port, patience))
        (caller,) = await server.all_left()
    assert sockets() == with_nothing
    return Met(outcome, caller)


def sockets() -> set[tuple[str, str]]:
    """Those that are open, where the system tells."""
    return open_sockets() if Path("/proc/self/fd").is_dir() else set()
