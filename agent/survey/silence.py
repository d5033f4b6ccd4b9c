"""Ask a silent port again, each time beside a port of the same address that answers, until its silence is confirmed."""

import asyncio
from collections.abc import Awaitable, Callable

from agent.clock import Clock
from agent.judge.silence import MOST
from agent.survey.memory import Memory
from agent.survey.view import View
from probes.outcome import Outcome
from probes.state import Sent, State

Knock = Callable[[View, int], Awaitable[Outcome]]


async def ask_again(view: View, port: int, memory: Memory, knock: Knock, clock: Clock, spacing: float) -> None:
    """Leave in `memory` how often the port was silent beside a control, and the newest outcome in `view`.

    Without a control, silence has nothing to be measured against, and the port is not asked again.
    """
    address = view.address or view.name
    silence = memory.silence(address, port)
    newest = view.newest(port)
    control = view.answering(but=port) or _other(memory.controls.get(address), port)
    if newest is None or control is None or not _silent(newest):
        silence.in_a_row = 0
        return
    view.paired[port] = control
    beside = view.newest(control) or await knock(view, control)
    silence.ask(silent=True, control_answered=beside.state is State.OPEN)
    for _ in range(MOST):
        if silence.confirmed or silence.hopeless or not silence.control_answers:
            return
        await clock.sleep(spacing)
        again, beside = await asyncio.gather(knock(view, port), knock(view, control))
        if State.LOCAL_FAULT in (again.state, beside.state):
            return
        silence.ask(silent=_silent(again), control_answered=beside.state is State.OPEN)
        if not _silent(again):
            return


def _silent(outcome: Outcome) -> bool:
    return outcome.state is State.FILTERED and outcome.sent is not Sent.HELD


def _other(control: int | None, port: int) -> int | None:
    return None if control == port else control
