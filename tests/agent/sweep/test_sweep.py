"""A sweep from its first port to its confirmed edges, on a held clock."""

import asyncio
import gc
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from agent.dynamic.observed import Observed
from agent.dynamic.search import Search
from agent.ground.ports import PortSet
from agent.report.sweep import MANY
from agent.report.swept import Obstacle, Stopped
from agent.sweep import edges
from agent.sweep.order import Reasons
from agent.sweep.sweep import Status, sweep
from probes.icmp import words
from probes.outcome import Outcome, Target
from probes.state import Phase, Sent, State
from probes.wire.icmp import Icmp
from tests.agent.sweep.scripted import ADDRESS, HOST_UNREACHABLE, PROHIBITED, Asked, Scripted, order, swept, upper_half
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


@PACES
async def test_more_edges_than_may_be_asked_again_are_neither_copied_nor_presumed(
    pace: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One search, and one call of it for each wave or so, however many turns the loop takes meanwhile."""
    calls: Counter[str] = Counter()
    for where, name in ((edges, "search_of"), (edges, "deepcopy"), (edges, "too_many"), (Search, "wave")):
        monkeypatch.setattr(where, name, _counted(getattr(where, name), calls))
    found, engine = await swept(_every_other, "50000-51199", pace and 1000)
    assert (calls["search_of"], calls["deepcopy"], calls["too_many"]) == (1, 0, 2)
    assert calls["wave"] <= 2 * 64 + 2  # 512 in waves of eight; a wave may be named, and have to wait for its second
    assert len(found.which(Observed.SILENT)) == len(found.which(Observed.CLOSED)) == 600
    assert not found.confirmed
    times = sorted(asked.at for port in range(50001, 51200, 2) for asked in _again(engine, port))
    assert all(later - earlier >= 1.2 for earlier, later in zip(times, times[8:], strict=False))


@pytest.mark.parametrize(("most", "moment"), [(5, 1.0), (4, 1.2)])
async def test_only_more_edges_than_may_be_asked_again_are_waited_for(
    most: int, moment: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five of them: 50000 to 50004."""
    monkeypatch.setattr(edges, "MOST_AGAIN", most)
    _, engine = await swept(lambda port, *_: _every_other(port) if port < 50004 else State.CLOSED, PORTS, None)
    assert engine.times(50001)[1] == pytest.approx(moment, abs=0.1)


def _every_other(port: int, *_: object) -> State:
    return State.FILTERED if port % 2 else State.CLOSED


def _counted(function: Callable[..., Any], calls: Counter[str]) -> Callable[..., Any]:
    def counting(*args: Any, **more: Any) -> Any:
        calls[function.__name__] += 1
        return function(*args, **more)

    return counting


def _again(engine: Scripted, port: int) -> list[Asked]:
    """All asks but the first."""
    return [asked for asked in engine.asked if asked.port == port][1:]


@PACES
@pytest.mark.parametrize("lost", [50000, 50007, 50030, 50031], ids=["end", "inside", "near the cut", "at the cut"])
async def test_one_lost_packet_does_not_make_a_path_lossy(pace: int | None, lost: int) -> None:
    def script(port: int, count: int, at: float) -> State:
        return State.FILTERED if (port, count) == (lost, 0) else upper_half(port, count, at)

    found, _ = await swept(script, PORTS, pace)
    assert found.which(Observed.CLOSED).texts() == ("50000-50031",)
    assert (found.edges, found.confirmed) == (((50031, 50032),), True)


async def test_a_path_that_loses_much_confirms_nothing() -> None:
    """Every third SYN is lost at first: what is silent four times may be bad luck."""
    found, _ = await swept(
        lambda port, count, at: State.FILTERED if port % 3 == 0 and not count else upper_half(port, count, at), PORTS
    )
    assert not found.confirmed


async def test_the_collector_is_left_as_it_was() -> None:
    before = gc.get_freeze_count()
    await swept(upper_half, PORTS)
    assert gc.get_freeze_count() == before


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
    assert found.obstacles == (Obstacle("as scripted: local-fault", False, PortSet.parse(PORTS)),)
    assert not found.answered


async def test_no_way_there_is_told_with_its_ports_and_is_no_refusal() -> None:
    """With its sender; a port that could not be asked is told on its own; what answered the second time is not."""

    def script(port: int, count: int, _: float) -> State | Icmp:
        if port in (50003, 50004):
            return State.LOCAL_FAULT if port == 50003 or not count else State.CLOSED
        return HOST_UNREACHABLE if port >= 50032 else State.CLOSED

    found, _ = await swept(script, PORTS)
    assert found.which(Observed.UNTESTED).texts() == ("50003", "50032-50063")
    assert found.obstacles == (
        Obstacle(words(HOST_UNREACHABLE), True, PortSet.parse("50032-50063")),
        Obstacle("as scripted: local-fault", False, PortSet.parse("50003")),
    )
    assert (found.edges, found.refusals) == ((), {})
    assert found.host_answers


async def test_a_limit_on_refusals_leaves_silence_among_them() -> None:
    """All is refused, but once a second in words: more often than that only where ports are asked again."""
    told: list[float] = []

    def script(_: int, __: int, at: float) -> State:
        if told and at < told[-1] + 1.0:
            return State.FILTERED
        told.append(at)
        return State.REJECTED

    found, _ = await swept(script, "50000-51999")
    assert found.alternations >= MANY


def test_reasons_beyond_a_byte_are_told_together() -> None:
    reasons = Reasons()
    for port in range(50000, 50300):
        reasons.note(Outcome(Target(ADDRESS, port), State.LOCAL_FAULT, Phase.CONNECT, 0.0, 0.0, detail=f"late {port}"))
    found = reasons.obstacles(PortSet.parse("50000-50299"), bytes(300))
    assert (found[0].what, str(found[0].ports)) == ("other reasons", "50254-50299")
    assert len(found) == 255


def test_our_own_stack_s_word_is_not_somebody_else_s() -> None:
    reasons = Reasons()
    outcome = Outcome(Target(ADDRESS, 50000), State.REJECTED, Phase.CONNECT, 0.0, 3.1, sent=Sent.HELD, detail="ARP")
    reasons.note(outcome)
    assert reasons.obstacles(PortSet.parse("50000"), bytes(1)) == (Obstacle("ARP", False, PortSet.parse("50000")),)


async def test_where_nothing_answers_there_is_no_edge() -> None:
    found, _ = await swept(lambda *_: State.FILTERED, PORTS)
    assert (found.edges, found.answered) == ((), False)


async def test_ports_of_the_range_are_no_neighbours_where_it_has_a_hole() -> None:
    found, _ = await swept(lambda port, *_: State.CLOSED if port < 50100 else State.FILTERED, "50000-50009,50200-50209")
    assert found.edges == ((50009, 50200),)


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


@pytest.mark.parametrize(("seconds", "at_edges"), [(0.4, False), (2.5, True)])
async def test_ctrl_c_does_not_make_it_be_at_the_edges(seconds: float, at_edges: bool) -> None:
    clock = HeldClock()
    told: list[Status] = []
    task = asyncio.create_task(sweep(Scripted(clock, upper_half), [order(PORTS)], clock, told.append))
    await clock.advance(seconds)
    task.cancel()
    await clock.advance(0.0)
    await task
    assert told[-1].at_edges is at_edges
