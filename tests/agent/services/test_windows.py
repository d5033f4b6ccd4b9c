"""Windows' services as psutil shows them: made-up ones, anywhere. `tests/wine/services.sh` looks at real ones."""

from collections.abc import Callable, Iterable, Iterator

import psutil
import pytest

from agent.services.windows import STATUS, TRIES, Registered, sighted
from agent.sso.seen import HOST_INSTANCES, Condition, Service, Sighting

NAME = "ENTSSO"
DENIED = psutil.AccessDenied(msg="not for you")
NO_SERVICE = psutil.NoSuchProcess(None, NAME, "service 'ENTSSO' does not exist")  # type: ignore[arg-type]
CREATED = 1_800_000_000.1234567

Status = tuple[str, int | None] | Exception


class MadeUp:
    """A service: status and process number at each reading of both, the last for ever."""

    def __init__(self, name: str, *readings: Status) -> None:
        self._name = name
        self._readings = list(readings)

    def name(self) -> str:
        return self._name

    def status(self) -> str:
        return self._now()[0]

    def pid(self) -> int | None:
        _, pid = self._now()
        if len(self._readings) > 1:
            self._readings.pop(0)
        return pid

    def _now(self) -> tuple[str, int | None]:
        now = self._readings[0]
        if isinstance(now, Exception):
            raise now
        return now


def created(pid: int) -> float:
    return CREATED + pid


def running(name: str, pid: int) -> Service:
    return Service(name, Condition.RUNNING, f"{pid}/{CREATED + pid!r}", pid, CREATED + pid)


def sight(*services: Registered, created: Callable[[int], float] = created) -> Sighting:
    by_name = {one.name().casefold(): one for one in services}

    def get(name: str) -> Registered:
        if name.casefold() not in by_name:
            raise NO_SERVICE
        return by_name[name.casefold()]

    return sighted(NAME, HOST_INSTANCES, get, lambda: services, created)


def own(*readings: Status, created: Callable[[int], float] = created) -> Service:
    return sight(MadeUp(NAME, *readings), created=created).service


def test_a_service_runs_with_the_process_that_it_has() -> None:
    assert own(("running", 7)) == running(NAME, 7)


def test_creation_times_that_differ_by_the_least_are_two_incarnations() -> None:
    least = 1_800_000_000.0000002
    assert least != 1_800_000_000.0
    one = own(("running", 7), created=lambda _: 1_800_000_000.0)
    other = own(("running", 7), created=lambda _: least)
    assert one.incarnation != other.incarnation


@pytest.mark.parametrize(
    ("status", "detail"),
    [
        ("stopped", "stopped"),
        ("start_pending", "starting"),
        ("stop_pending", "stopping"),
        ("paused", "paused"),
        ("pause_pending", "pausing"),
        ("continue_pending", "resuming"),
    ],
)
def test_whatever_is_not_at_work_is_stopped_and_says_on_which_way(status: str, detail: str) -> None:
    service = own((status, 7))
    assert (service.condition, service.detail) == (Condition.STOPPED, detail)
    assert (service.pid, service.started) == (None, None)
    assert own((status, None)) == Service(NAME, Condition.STOPPED, detail=detail)


ON_ITS_WAY = ("start_pending", "stop_pending", "paused", "pause_pending", "continue_pending")


@pytest.mark.parametrize("status", ON_ITS_WAY)
def test_on_its_way_it_is_the_same_process_as_at_work(status: str) -> None:
    """It may take minutes to start, and fetch the secret in them: it began when its process did."""
    assert own((status, 7)).incarnation == own(("running", 7)).incarnation


def test_a_service_that_stopped_has_no_process_whatever_number_is_said() -> None:
    assert own(("stopped", 7)) == Service(NAME, Condition.STOPPED, detail="stopped")


@pytest.mark.parametrize("status", ON_ITS_WAY)
def test_on_its_way_without_a_process_it_has_no_incarnation(status: str) -> None:
    def gone(pid: int) -> float:
        raise psutil.NoSuchProcess(pid)

    assert own((status, 7), created=gone).incarnation is None


@pytest.mark.parametrize("status", ON_ITS_WAY)
def test_a_process_on_its_way_that_may_not_be_seen_is_not_taken_for_none(status: str) -> None:
    def denied(pid: int) -> float:
        raise DENIED

    assert own((status, 7), created=denied).condition is Condition.FORBIDDEN


def test_a_process_that_begins_while_it_is_looked_at_is_looked_at_again() -> None:
    service = own(("start_pending", None), ("start_pending", 7))
    assert (service.condition, service.incarnation) == (Condition.STOPPED, running(NAME, 7).incarnation)


def test_all_of_psutil_s_words_are_known() -> None:
    """As psutil 7.2's psutil/arch/windows/services.c has them, but "unknown"."""
    pending = {"start_pending", "stop_pending", "pause_pending", "continue_pending"}
    assert set(STATUS) == {"running", "stopped", "paused", *pending}


@pytest.mark.parametrize("status", ["unknown", "", "RUNNING", "\x1b[2J" * 200])
def test_a_word_that_is_not_one_of_them(status: str) -> None:
    service = own((status, 7))
    assert service.condition is Condition.FAILED
    assert service.incarnation is None
    assert service.detail.startswith("its status is given as ")
    assert service.detail.isprintable()
    assert len(service.detail) <= 400


def test_no_such_service() -> None:
    assert sight() == Sighting(Service(NAME, Condition.ABSENT))
    assert own(NO_SERVICE) == Service(NAME, Condition.ABSENT), "removed while it was looked at"


def test_a_restart_while_it_is_looked_at_is_looked_at_again() -> None:
    assert own(("running", 7), ("running", 8)) == running(NAME, 8)


def test_a_stop_while_it_is_looked_at_is_seen() -> None:
    stopping = Service(NAME, Condition.STOPPED, running(NAME, 7).incarnation, detail="stopping")
    assert own(("running", 7), ("stop_pending", 7)) == stopping
    assert own(("running", 7), ("stopped", None)) == Service(NAME, Condition.STOPPED, detail="stopped")


def test_a_process_that_ends_while_it_is_looked_at_is_not_the_service_s() -> None:
    def gone_once(pid: int) -> float:
        if pid == 7:
            raise psutil.NoSuchProcess(pid)
        return created(pid)

    assert own(("running", 7), ("running", 8), created=gone_once) == running(NAME, 8)


def test_a_service_that_never_holds_still_is_given_up() -> None:
    asked: list[int] = []

    def count(pid: int) -> float:
        asked.append(pid)
        return created(pid)

    service = own(*(("running", pid) for pid in range(1, 100)), created=count)
    assert service.condition is Condition.FAILED
    assert service.incarnation is None
    assert len(asked) == TRIES


@pytest.mark.parametrize("pid", [None, 0])
def test_one_that_is_said_to_run_without_a_process(pid: int | None) -> None:
    service = own(("running", pid))
    assert service.condition is Condition.FAILED
    assert "said to run" in service.detail


TROUBLES = [
    (DENIED, Condition.FORBIDDEN),
    (PermissionError(13, "Access is denied"), Condition.FORBIDDEN),
    (OSError(1722, "The RPC server is unavailable"), Condition.FAILED),
    (RuntimeError("\x1b[2J" * 200), Condition.FAILED),
    (SystemError(), Condition.FAILED),
]


@pytest.mark.parametrize(("error", "condition"), TROUBLES)
def test_whatever_the_service_manager_says_is_a_condition(error: Exception, condition: Condition) -> None:
    def refusing(_: str) -> Registered:
        raise error

    def processless(_: int) -> float:
        raise error

    unasked = sighted(NAME, HOST_INSTANCES, refusing, lambda: [MadeUp("BTSSvc$A", ("running", 8))], created)
    assert unasked.instances == {"BTSSvc$A": running("BTSSvc$A", 8)}
    for service in (unasked.service, own(error), own(("running", 7), created=processless)):
        assert service.condition is condition
        assert 0 < len(service.detail) <= 300
        assert service.detail.isprintable()


def test_host_instances_are_found_by_pattern_whatever_their_case() -> None:
    names = ["BTSSvc$Receive", "btssvc$Send", "BTSSvc", "xBTSSvc$Send", NAME]
    sighting = sight(*(MadeUp(name, ("running", pid)) for pid, name in enumerate(names, 1)))
    assert sighting.service == running(NAME, 5)
    assert sighting.instances == {name: running(name, pid) for pid, name in enumerate(names[:2], 1)}
    assert sighting.listed


def test_one_that_cannot_be_read_does_not_hide_the_others() -> None:
    sighting = sight(
        MadeUp("BTSSvc$Denied", DENIED),
        MadeUp("BTSSvc$Removed", NO_SERVICE),
        MadeUp("BTSSvc$Odd", ("running", 7), OSError(6, "The handle is invalid")),
        MadeUp("BTSSvc$Stopped", ("stopped", None)),
        MadeUp("BTSSvc$Last", ("running", 9)),
        MadeUp(NAME, ("running", 8)),
    )
    assert {name: each.condition for name, each in sighting.instances.items()} == {
        "BTSSvc$Denied": Condition.FORBIDDEN,
        "BTSSvc$Removed": Condition.ABSENT,
        "BTSSvc$Odd": Condition.FAILED,
        "BTSSvc$Stopped": Condition.STOPPED,
        "BTSSvc$Last": Condition.RUNNING,
    }
    assert sighting.service == running(NAME, 8)


@pytest.mark.parametrize(("error", "_"), TROUBLES)
def test_a_list_that_cannot_be_read_tells_of_no_host_instance_and_hides_no_service(error: Exception, _: object) -> None:
    def listed() -> Iterator[Registered]:
        yield MadeUp("BTSSvc$A", ("running", 8))
        raise error

    def get(_: str) -> Registered:
        return MadeUp(NAME, ("running", 7))

    assert sighted(NAME, HOST_INSTANCES, listed=listed, get=get, created=created) == Sighting(
        running(NAME, 7), listed=False
    )


def test_a_look_asks_for_one_list() -> None:
    lists: list[int] = []

    def listed() -> Iterable[Registered]:
        lists.append(1)
        return [MadeUp("BTSSvc$A", ("stopped", None))]

    sighted(NAME, HOST_INSTANCES, lambda _: MadeUp(NAME, ("stopped", None)), listed, created)
    assert len(lists) == 1
