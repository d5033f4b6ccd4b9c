"""Ask a silent port again, each time beside a port of the same address that answers, until its silence is confirmed."""

import asyncio
from collections.abc import Awaitable, Callable

from agent.ground.clock import Clock
from agent.ground.path import Check, Path
from agent.judge.silence import LEAST, Control, Silence
from agent.survey.manners import SHORTEST
from agent.survey.memory import Memory
from agent.survey.view import View
from probes.outcome import Outcome
from probes.state import Sent, State

DEADLINE = 4.0  # of an ask again, at least: Linux repeats the SYN after 1 s and 3 s
LATE = 0.95  # a SYN-ACK after that answers a repeated SYN
SPARE = 2  # asks again beyond those needed, for controls that answer late

Knock = Callable[[int], Awaitable[Outcome]]  # at a port of the address in question, with a long enough deadline


async def ask_again(view: View, port: int, memory: Memory, knock: Knock, clock: Clock, spacing: float) -> None:
    """Leave in `memory` how often the port was silent beside a control, and the newest outcome in `view`.

    Without a control, silence has nothing to be measured against, and the port is not asked again.
    """
    if view.address is None:
        return
    silence = memory.silence(view.address, port)
    newest = view.newest(port)
    answering = view.answering(but=port)
    control = answering or memory.control(view.address, but=port)
    if newest is None or control is None or not _silent(newest):
        _end_of_row(silence, newest)
        return
    view.paired[port] = control
    beside = view.newest(control) or await knock(control)
    _count(silence, newest, beside, measures=answering is None)
    for _ in range((silence.needed or LEAST) + SPARE):
        if silence.confirmed or not silence.control_answers:
            return
        await clock.sleep(spacing)
        again, beside = await asyncio.gather(knock(port), knock(control))
        if not _silent(again):
            _end_of_row(silence, again)
            return
        _count(silence, again, beside)
        if silence.hopeless:
            return


def _count(silence: Silence, silent: Outcome, beside: Outcome, *, measures: bool = True) -> None:
    """A control that refuses, or that could not be asked, says nothing of loss."""
    measures = measures and beside.state in (State.OPEN, State.FILTERED)
    silence.beside(control_of(beside), counts=silent.target.timeout >= SHORTEST, measures=measures)


def _end_of_row(silence: Silence, newest: Outcome | None) -> None:
    if newest is not None and newest.state is State.OPEN:
        silence.answered()
    elif newest is None or newest.state is not State.LOCAL_FAULT:
        silence.interrupted()


def _silent(outcome: Outcome) -> bool:
    return outcome.state is State.FILTERED and outcome.sent is not Sent.HELD


def control_of(outcome: Outcome) -> Control:
    """How a port that answered before did now."""
    return answered(outcome) if outcome.state is State.OPEN else Control.SILENT


def answered(outcome: Outcome) -> Control:
    """In time, or only after its SYN was repeated."""
    return Control.LATE if outcome.connect_seconds >= LATE else Control.ANSWERED


def known_listeners(view: View, path: Path) -> list[int]:
    """Ports of a path at which somebody is known to listen, so that their silence may come to mean something."""
    if view.address is None:
        return []
    if path.check is Check.EPM:
        return list(path.ports)
    told = view.registration.named if view.registration and path.check is Check.RPC_ENDPOINT else {}
    required = [each.service for each in path.matchers if each.required]
    asked = {port for service in required for port in told.get(service, ()) if port in view.asks}
    return sorted(port for port in asked if view.registration and view.registration.still_named(port))


def answers_again(newest: Outcome) -> bool:
    """A mapper that was silent, and has only been connected to since: it has not said anything yet."""
    return newest.state is State.OPEN and newest.answer is None
