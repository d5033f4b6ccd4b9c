"""PROBES: the one literal that maps a kind of knock to the conversation that it is."""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any

from probes import epm, sql
from probes.engine.engine import Engine
from probes.line import Line, converse
from probes.outcome import Outcome, Target


class Kind(StrEnum):
    """How to knock."""

    CONNECT = "connect"  # TCP, closed in order again
    MAPPER = "mapper"  # an RPC endpoint mapper; asks an epm.Consultation, answers epm.Registered
    PRELOGIN = "prelogin"  # SQL Server; asks nothing, answers tds.Prelogin


Conversation = Callable[[Line, Any], Awaitable[object]]

# None: a connection that is accepted says it all.
PROBES: dict[Kind, Conversation | None] = {
    Kind.CONNECT: None,
    Kind.MAPPER: epm.consult,
    Kind.PRELOGIN: sql.prelogin,
}


async def knock(engine: Engine, target: Target, kind: Kind = Kind.CONNECT, question: object = None) -> Outcome:
    """One attempt of a kind; what was learned is the outcome's `answer`."""
    conversation = PROBES[kind]
    if conversation is None:
        return await engine.knock(target)
    return await converse(engine, target, lambda line: conversation(line, question))
