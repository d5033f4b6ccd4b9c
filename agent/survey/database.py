"""Ask a SQL Server: where a named instance listens, whether its port takes connections, and, if wanted, its version.

PRELOGIN is asked for at most hourly by the agent, and not again at an address that reset it: a server that insists on
strict encryption (TDS 8.0) does, and writes a line of severity 20 into its log each time.
"""

from collections.abc import Awaitable
from typing import Protocol

from agent.ground.path import Path
from agent.survey.memory import DatabaseMemory
from agent.survey.view import View
from probes.browser import PORT
from probes.outcome import Outcome
from probes.registry import Kind
from probes.state import Phase, State
from probes.wire.ssrp import Instance


class Knock(Protocol):
    """One attempt at a port of the address in question."""

    def __call__(self, port: int, *, kind: Kind = ..., question: object = ...) -> Awaitable[Outcome]: ...


async def ask_database(view: View, path: Path, memory: DatabaseMemory, knock: Knock, now: float) -> None:
    """Leave in `view` the outcomes, and the port of a named instance."""
    port = path.ports[0] if path.ports else await _port_of_instance(path.port, knock)
    view.database_port = port
    view.database_is_strict = memory.strict
    if port is None:
        return
    if not path.prelogin or memory.strict or not memory.is_due(now):
        await knock(port)
        view.database_failed = memory.failed if path.prelogin else None
        return
    outcome = await knock(port, kind=Kind.PRELOGIN)
    if outcome.phase is not Phase.CONNECT:  # otherwise nothing was said
        memory.asked_at = now
        memory.failed = outcome if outcome.state in (State.GARBLED, State.HUNG_UP, State.MUTE) else None
    if outcome.state is State.RESET:
        memory.strict = view.database_is_strict = True
        await knock(port)  # a server that resets PRELOGIN takes connections all the same


async def _port_of_instance(instance: str, knock: Knock) -> int | None:
    """As SQL Server Browser tells it; None when it does not."""
    outcome = await knock(PORT, kind=Kind.BROWSER, question=instance)
    return outcome.answer.tcp_port if isinstance(outcome.answer, Instance) else None
