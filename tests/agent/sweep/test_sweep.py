"""A sweep from its first port to its confirmed edges, on a held clock."""

import asyncio
from collections import Counter
from itertools import pairwise

import pytest

from agent.dynamic.observed import Observed
from agent.report.swept import Stopped
from agent.sweep.sweep import Status, sweep
from probes.state import State
from tests.agent.sweep.scripted import ADDRESS, PROHIBITED, Scripted, order, swept, upper_half
from tests.held import HeldClock

PORTS = "50000-50063"
PACES = pytest.mark.parametrize("pace", [100, None], ids=["100", "max"])


@PACES
async def test_every_port_is_asked_and_only_edges_and_controls_again(pace: int | None) -> None:
    found, engine = await swept(upper_half, PORTS, pace)
    assert found.which(Observed.CLOSED).texts() == ("50000-50031",)
    assert found.which(Observed.SILENT).texts() == ("50032-50063",)
    times = Counter(asked.port for asked in engine.asked)
    controls = {50000, 50031}
    assert set(times) == set(range(50000, 50064))
    assert {port for port, count in times.items() if count > 1} - controls == {50032, 50063}
    assert found.asked == 64
    assert found.attempts == {State.CLOSED: 32 + 1 + _controls(engine), State.FILTERED: 32 + 6}


def _controls(engine: Scripted) -> int:
    """Asks of ports that are no edge of silence beyond the first, and of the lower side beyond its two."""
    times = Counter(asked.port for asked in engine.asked if asked.port < 50032)
    return sum(times.values()) - 32 - 1


@PACES
async def test_edges_are_confirmed_by_four_silences_a_second_apart(pace: int | None) -> None:
    found, engine = await swept(upper_half, PORTS, pace)
    assert found.edges == ((50031, 50032),)
    assert found.confirmed
    for port in (50032, 50063):
        times = engine.times(port)
        assert len(times) == 4
        assert all(later - earlier >= 1.0 for earlier, later in pairwise(times))


async def test_in_haste_the_next_wave_does_not_wait_for_the_last_one_s_silence() -> None:
    _, engine = await swept(upper_half, PORTS, None)
    assert engine.times(50063)[-1] == pytest.approx(3.0, abs=0.1)


async def test_the_pace_is_kept() -> None:
    _, engine = await swept(lambda *_: State.CLOSED, PORTS, 10)
    firsts = [engine.times(port)[0] for port in range(50000, 50064)]
    assert max(firsts) == pytest.approx(6.3, abs=0.1)
    assert all(sum(each <= at <= each + 0.95 for at in firsts) <= 10 for each in firsts)


async def test_no_more_than_eight_are_asked_again_at_a_time() -> None:
    """Every other port is silent, for good: so many edges are never all confirmed, and there is an end to it."""
    found, engine = await swept(lambda port, *_: State.FILTERED if port % 2 else State.CLOSED, "50000-50399", 200)
    again = [asked for asked in engine.asked if asked.at > 2.0 + 1.2]
    assert len(again) <= 512 * 2  # each wave has a control
    assert max(sum(each.at <= other.at < each.at + 1.0 for other in again) for each in again) <= 8 + 1
    assert len(found.which(Observed.SILENT)) == 200


async def test_a_lost_answer_is_asked_again_and_leaves_no_edge() -> None:
    found, _ = await swept(
        lambda port, count, _: State.FILTERED if (port, count) == (50007, 0) else State.CLOSED, PORTS
    )
    assert found.which(Observed.CLOSED).texts() == (PORTS,)
    assert found.edges == ()
    assert not found.confirmed


async def test_refusals_are_told_with_who_refused() -> None:
    found, _ = await swept(lambda port, *_: State.REJECTED if port >= 50032 else State.CLOSED, PORTS)
    assert found.which(Observed.REFUSED).texts() == ("50032-50063",)
    assert set(found.refusals) == {PROHIBITED}
    assert found.refusers == ["198.51.100.1"]
    assert (found.edges, found.confirmed) == (((50031, 50032),), True)


async def test_behind_stealth_mode_there_is_no_edge_to_search() -> None:
    """Nothing resets: silence is what ports without a listener do there."""
    found, engine = await swept(lambda port, *_: State.OPEN if port == 50005 else State.FILTERED, PORTS)
    assert found.which(Observed.OPEN).texts() == ("50005",)
    assert (found.edges, found.confirmed) == ((), False)
    assert {asked.port for asked in engine.asked if len(engine.times(asked.port)) > 1} == {50005}


async def test_what_we_could_not_ask_is_asked_once_more() -> None:
    found, engine = await swept(
        lambda port, count, _: State.LOCAL_FAULT if (port, count) == (50007, 0) else State.CLOSED, PORTS
    )
    assert found.which(Observed.CLOSED).texts() == (PORTS,)
    assert found.asked == 64
    assert len(engine.times(50007)) == 2


async def test_without_a_way_there_every_port_is_tried_once_and_nothing_is_known() -> None:
    found, engine = await swept(lambda *_: State.LOCAL_FAULT, PORTS)
    assert found.which(Observed.UNTESTED).texts() == (PORTS,)
    assert len(engine.asked) == 64
    assert found.obstacles == {"as scripted: local-fault": 64}
    assert not found.answered


async def test_one_port_is_a_range_too() -> None:
    found, _ = await swept(lambda *_: State.CLOSED, "50000")
    assert found.which(Observed.CLOSED).texts() == ("50000",)


@PACES
async def test_ctrl_c_leaves_what_is_known(pace: int | None) -> None:
    clock = HeldClock()
    engine = Scripted(clock, upper_half)
    task = asyncio.create_task(sweep(engine, [order(PORTS, pace), order(PORTS, pace, address="192.0.2.2")], clock))
    await clock.advance(0.4)
    task.cancel()
    await clock.advance(0.0)
    first, second = task.result()
    assert first.stopped is second.stopped is Stopped.INTERRUPTED
    assert first.which(Observed.CLOSED)
    assert not first.which(Observed.SILENT)
    assert first.which(Observed.UNTESTED)
    assert (second.asked, second.which(Observed.UNTESTED).texts()) == (0, (PORTS,))


async def test_ctrl_c_while_edges_are_asked_again_keeps_the_whole_sweep() -> None:
    clock = HeldClock()
    engine = Scripted(clock, upper_half)
    task = asyncio.create_task(sweep(engine, [order(PORTS)], clock))
    await clock.advance(2.5)
    task.cancel()
    await clock.advance(0.0)
    found = task.result()[0]
    assert found.which(Observed.SILENT).texts() == ("50032-50063",)
    assert (found.stopped, found.confirmed) == (Stopped.INTERRUPTED, False)


async def test_how_far_it_is_is_told_by_the_clock() -> None:
    clock = HeldClock()
    told: list[Status] = []
    await clock.run(sweep(Scripted(clock, upper_half), [order(PORTS)], clock, told.append))
    assert [each.address for each in told] == [ADDRESS] * len(told)
    assert [each.asked for each in told[:3]] == [0, 15, 25]
    assert told[-1].at_edges
    assert told[-1].counts[Observed.SILENT] == 32
