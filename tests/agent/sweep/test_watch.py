"""When a sweep goes on, and when it stops because of what it does."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from agent.dynamic.observed import Observed
from agent.judge.silence import Control
from agent.report.swept import Stopped
from agent.sweep.watch import Watch
from probes.outcome import Outcome, Target
from probes.state import Phase, State
from tests.agent.sweep.scripted import swept
from tests.held import HeldClock

PORTS = "50000-50999"


class Address:
    """Says what a script has for the n-th ask of a port, and how long it took."""

    def __init__(self, script: Callable[[int, int], tuple[State, float]]) -> None:
        self.asked: list[int] = []
        self._script = script

    async def check(self, port: int) -> Outcome:
        state, seconds = self._script(port, self.asked.count(port))
        self.asked.append(port)
        return Outcome(Target("192.0.2.1", port), state, Phase.CONNECT, 0.0, seconds)


def watch(address: Address, clock: HeldClock, **seen: Observed) -> Watch:
    """`seen`: p1=Observed.OPEN."""
    made = Watch(address.check, clock)
    for port, state in seen.items():
        made.states[int(port[1:])] = state
    return made


@pytest.mark.parametrize(
    ("seen", "state", "seconds", "control"),
    [
        (Observed.OPEN, State.OPEN, 0.01, Control.ANSWERED),
        (Observed.OPEN, State.OPEN, 0.95, Control.LATE),
        (Observed.OPEN, State.CLOSED, 0.01, Control.LATE),
        (Observed.CLOSED, State.CLOSED, 0.01, Control.ANSWERED),
        (Observed.CLOSED, State.CLOSED, 1.01, Control.LATE),
        (Observed.CLOSED, State.OPEN, 0.01, Control.ANSWERED),
        (Observed.OPEN, State.FILTERED, 1.2, Control.SILENT),
        (Observed.OPEN, State.REJECTED, 0.01, Control.SILENT),
        (Observed.OPEN, State.LOCAL_FAULT, 0.0, None),
    ],
)
async def test_what_a_control_s_answer_is_worth(
    seen: Observed, state: State, seconds: float, control: Control | None
) -> None:
    clock = HeldClock()
    address = Address(lambda *_: (state, seconds))
    assert await clock.run(watch(address, clock, p1=seen).look()) is control


async def test_an_open_port_is_preferred() -> None:
    clock = HeldClock()
    address = Address(lambda *_: (State.OPEN, 0.0))
    await clock.run(watch(address, clock, p1=Observed.CLOSED, p5=Observed.OPEN, p9=Observed.CLOSED).look())
    assert address.asked == [5]


async def test_without_anything_that_answered_there_is_no_control() -> None:
    clock = HeldClock()
    seeing = watch(Address(lambda *_: (State.OPEN, 0.0)), clock, p1=Observed.SILENT, p2=Observed.REFUSED)
    assert not seeing.can_look
    assert await clock.run(seeing.look()) is None


async def test_a_control_that_is_silent_while_another_answers_is_not_asked_again() -> None:
    clock = HeldClock()
    address = Address(lambda port, _: (State.FILTERED if port == 5 else State.CLOSED, 0.0))
    seeing = watch(address, clock, p5=Observed.OPEN, p9=Observed.CLOSED)
    assert await clock.run(seeing.look()) is Control.SILENT
    assert await clock.run(seeing.look()) is Control.ANSWERED
    assert address.asked == [5, 5, 9, 9]
    assert not seeing.shunned


async def test_two_that_are_silent_twice_are_the_end() -> None:
    clock = HeldClock()
    address = Address(lambda *_: (State.FILTERED, 1.2))
    seeing = watch(address, clock, p5=Observed.OPEN, p9=Observed.CLOSED)
    began = clock.monotonic()
    await clock.run(seeing.look())
    assert seeing.shunned
    assert address.asked == [5, 5, 9, 5, 9]
    assert clock.monotonic() - began >= 1.0


async def test_one_answer_the_second_time_is_enough_to_go_on() -> None:
    clock = HeldClock()
    address = Address(lambda port, count: (State.CLOSED if (port, count) == (9, 1) else State.FILTERED, 0.0))
    seeing = watch(address, clock, p5=Observed.OPEN, p9=Observed.CLOSED)
    await clock.run(seeing.look())
    assert not seeing.shunned


async def test_a_single_port_that_answered_cannot_tell() -> None:
    clock = HeldClock()
    seeing = watch(Address(lambda *_: (State.FILTERED, 0.0)), clock, p5=Observed.OPEN)
    assert await clock.run(seeing.look()) is Control.SILENT
    assert not seeing.shunned


async def test_silence_is_beside_a_control_that_was_asked_while_it_lasted() -> None:
    clock = HeldClock()
    seeing = watch(Address(lambda *_: (State.OPEN, 0.0)), clock, p5=Observed.OPEN)
    now = clock.monotonic()
    await clock.run(seeing.look())
    assert seeing.beside(now - 1.2, 1.2) is Control.ANSWERED
    assert seeing.beside(now - 1.3, 1.2) is None
    assert seeing.beside(now + 0.1, 1.2) is None


async def test_a_sweep_that_is_shunned_stops_and_does_not_count_the_silence() -> None:
    """At 100 a second, from the third second on nobody answers: nothing that fell silent then is told as silent."""
    found, engine = await swept(lambda _, __, at: State.CLOSED if at < 3.0 else State.FILTERED, PORTS)
    assert found.stopped is Stopped.OWN_PROBING
    assert not found.which(Observed.SILENT)
    assert len(found.which(Observed.CLOSED)) == pytest.approx(300, abs=10)
    assert max(asked.at for asked in engine.asked) < 3.0 + 2.0 + 4 * 1.2
    assert len(engine.asked) < 700
    assert not found.confirmed
    assert found.forgotten == found.asked - len(found.which(Observed.CLOSED)) > 100


async def test_a_sweep_that_is_shunned_at_its_edges_stops_there_and_keeps_what_it_saw() -> None:
    def script(port: int, _: int, at: float) -> State:
        return State.CLOSED if port < 50032 and at < 2.0 else State.FILTERED

    found, engine = await swept(script, "50000-50063")
    assert found.stopped is Stopped.OWN_PROBING
    assert found.which(Observed.SILENT).texts() == ("50032-50063",)
    assert found.forgotten == 0
    assert max(asked.at for asked in engine.asked) < 7.0


async def test_a_control_is_asked_about_every_two_seconds() -> None:
    _, engine = await swept(lambda port, *_: State.OPEN if port == 50000 else State.CLOSED, PORTS)
    times = engine.times(50000)[1:]
    assert len(times) >= 5
    assert all(later - earlier <= 2.1 for earlier, later in pairwise(times))
