"""Processes by their names: made-up ones, for what no test can bring about with real ones."""

from collections.abc import Callable, Iterable, Iterator

import psutil
import pytest

from agent.services.life import Life
from agent.services.processes import Process, sighted
from agent.sso.seen import HOST_INSTANCES, Condition, Service, Sighting

NAME = "ENTSSO"
DENIED = psutil.AccessDenied(msg="not for you")
VANISHED = psutil.NoSuchProcess(7)

Names = str | Exception


class MadeUp:
    """A process: what it says of its name each time, the last of it for ever."""

    def __init__(self, pid: int, *names: Names) -> None:
        self.pid = pid
        self._names = list(names)

    def name(self) -> str:
        said = self._names.pop(0) if len(self._names) > 1 else self._names[0]
        if isinstance(said, Exception):
            raise said
        return said


def life_of(pid: int) -> Life:
    return Life(f"boot/{pid}/1", 1.0)


def running(name: str, pid: int) -> Service:
    return Service(name, Condition.RUNNING, f"boot/{pid}/1", pid, 1.0)


def sight(*processes: Process, living: Callable[[int], Life | None] = life_of) -> Sighting:
    return sighted(NAME, HOST_INSTANCES, lambda: processes, living)


def raising(error: Exception) -> Callable[[int], Life | None]:
    def living(pid: int) -> Life | None:
        raise error

    return living


def test_one_process_of_the_name_is_the_service() -> None:
    assert sight(MadeUp(6, "ENTSSO2"), MadeUp(7, "ENTSSO"), MadeUp(8, "ENTSS")) == Sighting(running(NAME, 7))


def test_names_do_not_depend_on_case_and_the_service_keeps_the_asked_one() -> None:
    assert sight(MadeUp(7, "entsso")).service == running(NAME, 7)


def test_none_of_the_name() -> None:
    assert sight(MadeUp(6, "sleep")) == Sighting(Service(NAME, Condition.ABSENT))


@pytest.mark.parametrize(
    ("count", "detail"),
    [
        (2, "the processes 1 and 2 have this name"),
        (3, "the processes 1, 2 and 3 have this name"),
        (5, "the processes 1, 2, 3, 4 and 5 have this name"),
        (305, "the processes 1, 2, 3, 4, 5 and 300 more have this name"),
    ],
)
def test_which_of_several_is_meant_is_not_known(count: int, detail: str) -> None:
    service = sight(*(MadeUp(pid, NAME) for pid in range(1, count + 1))).service
    assert service == Service(NAME, Condition.SEVERAL, detail=detail)


def test_host_instances_are_found_by_pattern_each_under_its_own_name() -> None:
    names = ["BTSSvc$Receive", "btssvc$Send", "BTSSvc$", "BTSSvc", "xBTSSvc$Send"]
    sighting = sight(*(MadeUp(pid, name) for pid, name in enumerate(names)))
    assert sighting.instances == {name: running(name, pid) for pid, name in enumerate(names[:3])}
    assert sighting.listed


def test_two_of_a_host_instance_are_several_whatever_their_case() -> None:
    (instance,) = sight(MadeUp(1, "BTSSvc$A"), MadeUp(2, "btssvc$a")).instances.values()
    assert instance == Service("BTSSvc$A", Condition.SEVERAL, detail="the processes 1 and 2 have this name")


def test_a_name_is_made_harmless() -> None:
    assert list(sight(MadeUp(1, "BTSSvc$\x1b[2J")).instances) == ["BTSSvc$\\x1b[2J"]


@pytest.mark.parametrize("gone", [VANISHED, psutil.ZombieProcess(7), FileNotFoundError(), ProcessLookupError()])
def test_a_process_that_vanishes_is_not_there(gone: Exception) -> None:
    assert sight(MadeUp(7, gone)) == Sighting(Service(NAME, Condition.ABSENT)), "before its name was read"
    assert sight(MadeUp(7, NAME, gone)) == Sighting(Service(NAME, Condition.ABSENT)), "while it was looked at"
    assert sight(MadeUp(7, NAME), living=raising(gone)) == Sighting(Service(NAME, Condition.ABSENT))


def test_a_zombie_does_not_run() -> None:
    sighting = sight(MadeUp(7, NAME), MadeUp(8, "BTSSvc$A"), living=lambda _: None)
    assert sighting == Sighting(Service(NAME, Condition.ABSENT))


def test_a_number_that_is_another_process_s_by_now_is_not_the_service() -> None:
    assert sight(MadeUp(7, NAME, "sleep")).service.condition is Condition.ABSENT


def test_beside_one_that_vanished_the_other_is_found() -> None:
    assert sight(MadeUp(7, NAME, VANISHED), MadeUp(8, NAME)).service == running(NAME, 8)


def test_a_name_that_may_not_be_read_could_be_it() -> None:
    sighting = sight(MadeUp(6, "sleep"), MadeUp(7, DENIED), MadeUp(8, DENIED))
    detail = "the names of 2 processes cannot be read: not for you"
    assert sighting == Sighting(Service(NAME, Condition.FORBIDDEN, detail=detail), listed=False)


def test_but_not_where_it_is_found() -> None:
    assert sight(MadeUp(7, DENIED), MadeUp(8, NAME)).service == running(NAME, 8)


def test_what_may_not_be_read_of_a_process_that_has_the_name() -> None:
    service = sight(MadeUp(7, NAME), living=raising(DENIED)).service
    assert service == Service(NAME, Condition.FORBIDDEN, pid=7, detail="not for you")


def test_one_that_cannot_be_read_counts_beside_another() -> None:
    def living(pid: int) -> Life:
        if pid == 7:
            raise DENIED
        return life_of(pid)

    sighting = sight(MadeUp(7, NAME), MadeUp(8, NAME), MadeUp(9, "BTSSvc$A"), living=living)
    assert sighting.service.condition is Condition.SEVERAL
    assert sighting.instances == {"BTSSvc$A": running("BTSSvc$A", 9)}


TROUBLES = [
    (DENIED, Condition.FORBIDDEN),
    (PermissionError(13, "Permission denied"), Condition.FORBIDDEN),
    (psutil.TimeoutExpired(1), Condition.FAILED),
    (OSError(5, "Input/output error"), Condition.FAILED),
    (ValueError("\x1b[2J" * 100), Condition.FAILED),
    (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "odd"), Condition.FAILED),
    (RuntimeError("no such line"), Condition.FAILED),
    (IndexError(), Condition.FAILED),
    (OverflowError("too large"), Condition.FAILED),
    (SystemError("returned NULL without setting an exception"), Condition.FAILED),
]


@pytest.mark.parametrize(("error", "condition"), TROUBLES)
def test_whatever_the_system_says_is_a_condition(error: Exception, condition: Condition) -> None:
    def listed() -> Iterator[Process]:
        yield MadeUp(1, "sleep")
        raise error

    nothing = sighted(NAME, HOST_INSTANCES, listed, life_of)
    nameless = sight(MadeUp(7, error))
    lifeless = sight(MadeUp(7, NAME), living=raising(error))
    nameless_then = sight(MadeUp(7, NAME, error))
    for sighting in (nothing, nameless, lifeless, nameless_then):
        assert sighting.service.condition is condition
        assert 0 < len(sighting.service.detail) <= 300
        assert sighting.service.detail.isprintable()
    assert (nothing.listed, nameless.listed, lifeless.listed) == (False, False, True)


def test_a_list_that_cannot_be_read_tells_of_no_host_instance() -> None:
    def listed() -> Iterable[Process]:
        raise DENIED

    sighting = sighted(NAME, HOST_INSTANCES, listed, life_of)
    assert sighting == Sighting(Service(NAME, Condition.FORBIDDEN, detail="not for you"), listed=False)
