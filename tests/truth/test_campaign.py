"""What is played again, and how many cases there are at a time."""

import itertools
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.lab.namespace import LabCommandError

from . import campaign as campaigns
from .campaign import Played, campaign, drawn, excused, once
from .case import Case
from .compare import Judged, compare
from .draw import draw
from .grade import Grade, said
from .stage import NoAnswerError
from .teller import told


def test_a_case_that_came_to_nothing_is_played_again() -> None:
    plays = itertools.count(1)

    def look(case: Case, folder: Path) -> Sequence[Judged]:
        if next(plays) == 1:
            raise LabCommandError("no agent")
        return compare(case, told(case))

    played = once(draw(1, 1), look)
    assert (played.failure, bool(played.judged), played.again) == ("", True, "it came to nothing")


def test_a_case_that_never_comes_to_anything_is_told_of() -> None:
    folders = []

    def look(case: Case, folder: Path) -> Sequence[Judged]:
        folders.append(folder)
        raise NoAnswerError("exit code 4")

    played = once(draw(1, 1), look)
    assert (played.failure, played.judged) == ("no answer: exit code 4", [])
    assert len(set(folders)) == 2


def test_a_program_of_ours_that_broke_off_is_told_of_and_gets_no_second_chance() -> None:
    plays = itertools.count(1)

    def look(case: Case, folder: Path) -> Sequence[Judged]:
        if next(plays) == 1:
            raise NoAnswerError("exit code 1: Traceback (most recent call last)")
        return compare(case, told(case))

    assert once(draw(1, 1), look).failure


def judged(grade: Grade) -> Judged:
    return Judged("1/1", "MSS sql 203.0.113.2", "sql: open", said("inconclusive/local-fault"), grade)


def plays(monkeypatch: pytest.MonkeyPatch, *shown: tuple[Sequence[Grade], bool]) -> Played:
    """What comes of a case of which one play after the other shows these grades, on a machine that is busy or not."""
    each = iter(shown)

    def play(case: Case, look: object) -> Played:
        grades, busy = next(each)
        return Played(case, [*map(judged, grades)], busy=busy)

    monkeypatch.setattr(campaigns, "_played", play)
    return once(draw(1, 1))


@pytest.mark.parametrize("false", [Grade.FALSE_BLOCKED, Grade.FALSE_REACHABLE])
def test_what_is_false_is_not_put_aside_by_another_play(monkeypatch: pytest.MonkeyPatch, false: Grade) -> None:
    played = plays(monkeypatch, ([false, Grade.UNFOUNDED, Grade.OWN], True), ([Grade.RIGHT], False))
    assert false in {each.grade for each in played.judged}


def test_what_a_busy_machine_left_open_is_played_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    for open_one in (Grade.UNFOUNDED, Grade.OWN):
        played = plays(monkeypatch, ([open_one], True), ([Grade.RIGHT], True))
        assert ([each.grade for each in played.judged], bool(played.again)) == ([Grade.RIGHT], True)


def test_who_blames_a_busy_machine_that_is_not_is_unfounded(monkeypatch: pytest.MonkeyPatch) -> None:
    played = plays(monkeypatch, ([Grade.OWN], False), ([Grade.OWN], False))
    assert [each.grade for each in played.judged] == [Grade.UNFOUNDED]
    assert excused(judged(Grade.OWN), busy=True).grade is Grade.OWN


def test_so_many_are_played_at_a_time_until_it_is_enough() -> None:
    running, most, lock = 0, 0, threading.Lock()

    def look(case: Case, folder: Path) -> Sequence[Judged]:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.05)
        with lock:
            running -= 1
        return compare(case, told(case))

    ended: list[str] = []
    played = campaign(drawn(3, itertools.count()), 3, lambda: len(ended) >= 6, look)
    ended.extend(each.case.name for each in played)
    assert most <= 3
    assert 6 <= len(ended) <= 9
    assert len(set(ended)) == len(ended)
