"""The life of the service, as the service control manager is told of it."""

import pytest

from agent.hosting.windows.conditions import Failure
from agent.hosting.windows.course import HINT, TICK, Course, Phase, Report
from agent.hosting.windows.names import LONGEST_SHUTDOWN, LONGEST_SILENCE, LONGEST_START, LONGEST_STOP


class Played:
    """A course, and the time."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.course = Course(self.now)

    def after(self, seconds: float, *, beats: bool = False) -> Report:
        """In ticks, up to the first last word."""
        end = self.now + seconds
        report = self.tick()
        while self.now < end and report.phase is not Phase.STOPPED:
            self.now += TICK
            if beats:
                self.course.beat()
            report = self.tick()
        return report

    def tick(self) -> Report:
        return self.course.tick(self.now)


@pytest.fixture
def starting() -> Played:
    return Played()


@pytest.fixture
def running() -> Played:
    played = Played()
    played.course.listening()
    played.tick()
    return played


def test_the_first_word_is_said_at_once(starting: Played) -> None:
    assert starting.tick() == Report(Phase.STARTING, 1)


def test_while_it_starts_the_checkpoint_grows_more_often_than_promised(starting: Played) -> None:
    before = starting.tick().checkpoint
    assert starting.after(HINT / 2).checkpoint > before


def test_it_runs_when_it_listens_and_not_before(starting: Played) -> None:
    assert starting.after(LONGEST_START / 2).phase is Phase.STARTING
    starting.course.listening()
    assert starting.tick() == Report(Phase.RUNNING)


def test_a_start_that_takes_too_long_is_a_failure(starting: Played) -> None:
    assert starting.after(LONGEST_START).phase is Phase.STARTING
    assert starting.after(2 * TICK) == Report(Phase.STOPPED, 0, Failure.START_TOO_LONG, cut_short=True)


@pytest.mark.parametrize("failure", list(Failure))
def test_an_agent_that_ends_by_itself_has_failed(starting: Played, failure: Failure) -> None:
    starting.course.ended(failure)
    assert starting.tick() == Report(Phase.STOPPED, 0, failure)


def test_a_loop_that_turns_runs_for_ever(running: Played) -> None:
    assert running.after(100 * LONGEST_SILENCE, beats=True) == Report(Phase.RUNNING)


def test_a_loop_that_stands_still_is_a_failure_after_a_minute(running: Played) -> None:
    running.course.beat()
    assert running.after(LONGEST_SILENCE).phase is Phase.RUNNING
    assert running.after(2 * TICK) == Report(Phase.STOPPED, 0, Failure.STUCK, cut_short=True)


def test_a_machine_that_slept_for_a_night_is_none(running: Played) -> None:
    """Both threads slept; which of them wakes first is chance."""
    for _ in range(10):
        running.now += 8 * 3600
        assert running.tick() == Report(Phase.RUNNING)
        running.course.beat()
        running.now += TICK
        assert running.tick() == Report(Phase.RUNNING)


def test_a_clock_that_goes_back_does_no_harm(running: Played) -> None:
    running.now -= 3600
    assert running.tick() == Report(Phase.RUNNING)
    assert running.after(LONGEST_SILENCE / 2, beats=True) == Report(Phase.RUNNING)


def test_told_to_stop_it_stops_and_has_not_failed(running: Played) -> None:
    running.course.told_to_stop(LONGEST_STOP)
    assert running.tick() == Report(Phase.STOPPING, 1)
    running.course.ended(Failure.FAULT)
    assert running.tick() == Report(Phase.STOPPED)


def test_the_time_to_stop_begins_when_it_is_told_to(running: Played) -> None:
    assert running.after(LONGEST_START, beats=True) == Report(Phase.RUNNING)
    running.course.told_to_stop(LONGEST_STOP)
    assert running.after(LONGEST_STOP).phase is Phase.STOPPING


@pytest.mark.parametrize("limit", [LONGEST_STOP, LONGEST_SHUTDOWN])
def test_an_agent_that_does_not_end_is_ended_and_nothing_starts_it_again(running: Played, limit: float) -> None:
    running.course.told_to_stop(limit)
    assert running.after(limit).phase is Phase.STOPPING
    assert running.after(2 * TICK) == Report(Phase.STOPPED, cut_short=True)


def test_a_shutdown_while_it_stops_leaves_less_time(running: Played) -> None:
    running.course.told_to_stop(LONGEST_STOP)
    running.course.told_to_stop(LONGEST_SHUTDOWN)
    assert running.after(LONGEST_SHUTDOWN + 2 * TICK).phase is Phase.STOPPED


def test_a_stop_leaves_a_shutdown_no_more_time(running: Played) -> None:
    running.course.told_to_stop(LONGEST_SHUTDOWN)
    running.course.told_to_stop(LONGEST_STOP)
    assert running.after(LONGEST_SHUTDOWN + 2 * TICK).phase is Phase.STOPPED


def test_it_stops_within_ten_seconds_and_a_shutdown_within_five() -> None:
    """The last words to the log included."""
    assert LONGEST_STOP + TICK < 10
    assert LONGEST_SHUTDOWN + TICK <= 5
