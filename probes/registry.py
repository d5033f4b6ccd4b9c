"""PROBES: the one literal that maps a kind of knock to the conversation that it is."""

from collections.abc import Awaitable, Callable
from enum import StrEnum

from probes.engine.engine import Engine
from probes.outcome import Outcome, Target


class Kind(StrEnum):
    """How to knock."""

    CONNECT = "connect"  # TCP, closed in order again


Probe = Callable[[Engine, Target], Awaitable[Outcome]]

PROBES: dict[Kind, Probe] = {
    Kind.CONNECT: Engine.knock,
}
