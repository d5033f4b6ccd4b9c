"""How late the loop was while an attempt was in flight, on a loop whose time is held."""

import pytest

from probes.engine.late import BEAT, REMEMBERED, WORTH_KEEPING, Lateness
from tests.held import HeldLoop

SECOND = 1.0


@pytest.fixture
def loop() -> HeldLoop:
    return HeldLoop()


@pytest.fixture
def beats() -> list[float]:
    return []


@pytest.fixture
def lateness(loop: HeldLoop, beats: list[float]) -> Lateness:
    return Lateness(loop.loop, lambda: beats.append(loop.time()))


def stalled(loop: HeldLoop, late: float) -> None:
    """One beat comes so much too late; BEAT passes before it was due."""
    loop.stall(BEAT + late)
    loop.turn()


def test_beats_only_between_start_and_stop(loop: HeldLoop, lateness: Lateness, beats: list[float]) -> None:
    loop.advance(SECOND)
    assert beats == []
    lateness.start()
    lateness.start()
    loop.advance(SECOND)
    assert loop.waiting == 1
    lateness.stop()
    lateness.stop()
    assert loop.waiting == 0
    loop.advance(SECOND)
    assert len(beats) == pytest.approx(SECOND / BEAT, abs=1)


def test_a_loop_on_time_is_not_late(loop: HeldLoop, lateness: Lateness) -> None:
    lateness.start()
    loop.advance(SECOND)
    assert lateness.since(loop.time() - SECOND) == pytest.approx(0.0)
    assert lateness.last == pytest.approx(0.0)


def test_a_stall_overlaps_what_began_before_it(loop: HeldLoop, lateness: Lateness) -> None:
    began = loop.time()
    lateness.start()
    loop.advance(SECOND)
    stalled(loop, 0.4)
    loop.advance(SECOND)
    assert lateness.since(began) == pytest.approx(0.4)


def test_a_stall_is_over_for_what_began_after_it(loop: HeldLoop, lateness: Lateness) -> None:
    lateness.start()
    stalled(loop, 0.4)
    loop.advance(0.001)
    assert lateness.since(loop.time()) == pytest.approx(0.0)


def test_of_a_stall_only_what_an_attempt_was_in_flight_for_counts(loop: HeldLoop, lateness: Lateness) -> None:
    """An attempt may begin inside a callback that takes long: before that nobody had to listen for it."""
    lateness.start()
    loop.stall(BEAT + 0.35)
    began = loop.time()
    loop.stall(0.05)
    assert lateness.since(began) == pytest.approx(0.05)
    loop.turn()
    assert lateness.since(began) == pytest.approx(0.05)


def test_a_stall_counts_before_the_late_beat_has_come(loop: HeldLoop, lateness: Lateness) -> None:
    began = loop.time()
    lateness.start()
    loop.stall(BEAT + 0.4)
    assert lateness.since(began) == pytest.approx(0.4)


def test_of_several_stalls_the_longest_counts(loop: HeldLoop, lateness: Lateness) -> None:
    began = loop.time()
    lateness.start()
    for late in (0.1, 0.5, 0.2, 0.3):
        stalled(loop, late)
    assert lateness.since(began) == pytest.approx(0.5)
    assert lateness.last == pytest.approx(0.3)


def test_a_later_attempt_hears_of_the_stalls_that_it_met_only(loop: HeldLoop, lateness: Lateness) -> None:
    lateness.start()
    stalled(loop, 0.5)
    loop.advance(0.001)
    between = loop.time()
    stalled(loop, 0.2)
    loop.advance(0.001)
    stalled(loop, 0.3)
    assert lateness.since(between) == pytest.approx(0.3, abs=0.002)


def test_many_small_stalls_do_not_push_out_a_great_one(loop: HeldLoop, lateness: Lateness) -> None:
    began = loop.time()
    lateness.start()
    stalled(loop, 0.8)
    for _ in range(3 * REMEMBERED):
        stalled(loop, 2 * WORTH_KEEPING)
    assert lateness.since(began) == pytest.approx(0.8)


def test_a_pause_between_attempts_is_no_stall(loop: HeldLoop, lateness: Lateness) -> None:
    lateness.start()
    lateness.stop()
    loop.stall(60.0)
    began = loop.time()
    lateness.start()
    loop.advance(SECOND)
    assert lateness.since(began) == pytest.approx(0.0)
    assert lateness.since(began - 30.0) == pytest.approx(0.0)


def test_stopped_in_its_own_beat_it_stays_stopped(loop: HeldLoop) -> None:
    beating: Lateness = Lateness(loop.loop, lambda: beating.stop())
    beating.start()
    loop.advance(SECOND)
    assert loop.waiting == 0
