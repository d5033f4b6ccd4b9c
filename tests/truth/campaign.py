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
from .grade import Grade
from .lag import Lag
from .stage import NoAnswerError, play

AGAIN = 2  # plays of a case whose evidence went unused while the machine was late

Look = Callable[[Case, Path], Sequence[Judged]]


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a case. `failure`: why there is no document. `lag`: of this machine, in seconds.

    `busy`: it was too slow to blame anybody for what was left open.
    """

    case: Case
    judged: Sequence[Judged] = ()
    lag: float = 0.0
    busy: bool = False
    seconds: float = 0.0
    failure: str = ""


def look(case: Case, folder: Path) -> Sequence[Judged]:
    """Have it probed, and grade what was published."""
    return follow(case, folder) if case.rounds else compare(case, play(case, folder))


def once(case: Case, look: Look = look) -> Played:
    """Play it, and again where it came to nothing, or this machine was too busy to blame anybody for what it left."""
    for _ in range(AGAIN):
        played = _played(case, look)
        left_open = any(each.grade is Grade.UNFOUNDED for each in played.judged)
        if not played.failure and not (left_open and played.busy):
            break
    return replace(played, judged=[excused(each, busy=played.busy) for each in played.judged])


def excused(judged: Judged, *, busy: bool) -> Judged:
    """What was left open on a machine that was too slow. What is false stays so."""
    if judged.grade is Grade.UNFOUNDED and busy:
        return replace(judged, grade=Grade.OWN)
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
