"""What is played again, and how many cases there are at a time."""

import itertools
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from tests.lab.namespace import LabCommandError

from .campaign import AGAIN, campaign, drawn, once
from .case import Case
from .compare import Judged, compare
from .draw import draw
from .stage import NoAnswerError
from .teller import told


def test_a_case_that_came_to_nothing_is_played_again() -> None:
    plays = itertools.count(1)

    def look(case: Case, folder: Path) -> Sequence[Judged]:
        if next(plays) == 1:
            raise LabCommandError("no agent")
        return compare(case, told(case))

    played = once(draw(1, 1), look)
    assert (played.failure, bool(played.judged)) == ("", True)


def test_a_case_that_never_comes_to_anything_is_told_of() -> None:
    folders = []

    def look(case: Case, folder: Path) -> Sequence[Judged]:
        folders.append(folder)
        raise NoAnswerError("exit code 4")

    played = once(draw(1, 1), look)
    assert (played.failure, played.judged) == ("no answer: exit code 4", [])
    assert len(set(folders)) == AGAIN


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
