"""Many cases, several at a time: most of their time is waiting. What came of each is told as soon as it is known."""

import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path

from tests.lab.namespace import LabCommandError

from .case import Case
from .compare import Judged, compare
from .draw import draw
from .follow import follow
from .grade import FALSE, Grade
from .lag import Lag
from .stage import NoAnswerError, play

OURS = "Traceback"  # what a program of this project says that came to an end where it should not have

Look = Callable[[Case, Path], Sequence[Judged]]


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a case. `failure`: why there is no document. `lag`: of this machine, in seconds.

    `busy`: it was too slow to blame anybody for what was left open. `again`: why it was played for a second time.
    """

    case: Case
    judged: Sequence[Judged] = ()
    lag: float = 0.0
    busy: bool = False
    seconds: float = 0.0
    failure: str = ""
    again: str = ""


def look(case: Case, folder: Path) -> Sequence[Judged]:
    """Have it probed, and grade what was published."""
    return follow(case, folder) if case.rounds else compare(case, play(case, folder))


def once(case: Case, look: Look = look) -> Played:
    """Play it, and for a second time where the first showed little; what is false in the first is never put aside."""
    played = _played(case, look)
    if why := _worth_another(played):
        played = replace(_played(case, look), again=why)
    return replace(played, judged=[excused(each, busy=played.busy) for each in played.judged])


def _worth_another(played: Played) -> str:
    """Why a play shows so little that there should be another; empty: it stands."""
    if played.failure:
        return "" if OURS in played.failure else "it came to nothing"
    grades = {each.grade for each in played.judged}
    if grades & FALSE:
        return ""
    left_open = Grade.OWN in grades or (Grade.UNFOUNDED in grades and played.busy)
    return "the machine was too busy" if left_open else ""


def excused(judged: Judged, *, busy: bool) -> Judged:
    """What was left open counts for nothing on a machine that was too slow, and only there. What is false stays so."""
    if judged.grade is Grade.UNFOUNDED and busy:
        return replace(judged, grade=Grade.OWN)
    if judged.grade is Grade.OWN and not busy:
        return replace(judged, grade=Grade.UNFOUNDED, why="it blames a busy machine, which was not busy")
    return judged


def campaign(cases: Iterator[Case], at_once: int, until: Callable[[], bool], look: Look = look) -> Iterator[Played]:
    """Begin case after case, so many at a time, until that is so; all that were begun come to an end."""
    with ThreadPoolExecutor(at_once) as pool:
        running: set[Future[Played]] = set()
        while True:
            while len(running) < at_once and not until() and (case := next(cases, None)) is not None:
                running.add(pool.submit(once, case, look))
            if not running:
                return
            ended, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (each.result() for each in ended)


def drawn(seed: int, numbers: Iterator[int]) -> Iterator[Case]:
    return (draw(seed, number) for number in numbers)


def _played(case: Case, look: Look) -> Played:
    began = time.monotonic()
    with Lag() as lag, tempfile.TemporaryDirectory(prefix="truth-") as folder:
        try:
            judged = look(case, Path(folder))
        except LabCommandError as error:
            return Played(case, failure=f"the lab: {error}")
        except (NoAnswerError, subprocess.TimeoutExpired) as error:
            return Played(case, failure=f"no answer: {error}")
    return Played(case, judged, lag.worst, lag.is_busy, time.monotonic() - began)
