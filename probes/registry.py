"""PROBES: the one literal that maps a kind of knock to the probe that does it."""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any

from probes import browser, epm, proof, sql
from probes.engine.engine import Engine
from probes.outcome import Outcome, Target


class Kind(StrEnum):
    """How to knock; what it asks, and what the answer is."""

    CONNECT = "connect"  # TCP, closed in order again; asks nothing, answers nothing
    MAPPER = "mapper"  # an RPC endpoint mapper; asks an epm.Consultation, answers epm.Registered
    PRELOGIN = "prelogin"  # SQL Server; asks nothing, answers tds.Prelogin
    BROWSER = "browser"  # SQL Server Browser; asks for an instance's name, answers ssrp.Instance
    PROOF = "proof"  # a listener that is held for us; asks for the proof that it has to say, answers nothing


async def connect(engine: Engine, target: Target, _: None = None) -> Outcome:
    """A connection that is accepted says it all."""
    return await engine.knock(target)


Probe = Callable[[Engine, Target, Any], Awaitable[Outcome]]

PROBES: dict[Kind, Probe] = {
    Kind.CONNECT: connect,
    Kind.MAPPER: epm.probe,
    Kind.PRELOGIN: sql.probe,
    Kind.BROWSER: browser.probe,
    Kind.PROOF: proof.probe,
}


async def knock(engine: Engine, target: Target, kind: Kind = Kind.CONNECT, question: object = None) -> Outcome:
    """One attempt of a kind; what was learned is the outcome's `answer`."""
    return await PROBES[kind](engine, target, question)
