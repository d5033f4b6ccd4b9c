"""Where there are no Windows services, a process by its name stands for one, so that all of this can be tested.

A name is what psutil says: Linux keeps 15 characters of it, and psutil takes the rest from the command line. Processes
that the system hides altogether (as Linux does with `hidepid=2`) are not there.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Protocol

import psutil

from agent.ground.text import plain
from agent.services.life import Life, alive
from agent.services.trouble import TROUBLE, refused, unseen
from agent.sso.seen import Condition, Service, Sighting

MOST_NAMED = 5  # process numbers in a sentence

Living = Callable[[int], Life | None]
GONE = (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError)


class Process(Protocol):
    """A process as psutil lists it. Its name is asked anew each time."""

    @property
    def pid(self) -> int: ...
    def name(self) -> str: ...


@dataclass(slots=True)
class _Named:
    """All processes of one name, which they may spell differently."""

    name: str
    processes: list[Process] = field(default_factory=list)


def seen(service: str, instances: str) -> Sighting:
    """What runs now under these names."""
    return sighted(service, instances, psutil.process_iter, alive)


def sighted(service: str, instances: str, listed: Callable[[], Iterable[Process]], living: Living) -> Sighting:
    """One look at all processes."""
    try:
        named, nameless = _by_name(listed())
    except TROUBLE as error:
        return Sighting(unseen(service, error), listed=False)
    one = _together(service, _running(named.get(service.casefold(), _Named(service)), living))
    if one.condition is Condition.ABSENT and nameless:
        one = _perhaps(service, nameless)
    wanted = (some for key, some in named.items() if fnmatchcase(key, instances.casefold()))
    others = (_together(plain(some.name), _running(some, living)) for some in wanted)
    there = {other.name: other for other in others if other.condition is not Condition.ABSENT}
    return Sighting(one, there, listed=not nameless)


def _by_name(processes: Iterable[Process]) -> tuple[dict[str, _Named], list[Exception]]:
    """By name without case; and why there are processes without a name."""
    named: dict[str, _Named] = {}
    nameless: list[Exception] = []
    for process in processes:
        try:
            name = process.name()
        except GONE:
            continue
        except TROUBLE as error:
            nameless.append(error)
            continue
        named.setdefault(name.casefold(), _Named(name)).processes.append(process)
    return named, nameless


def _running(some: _Named, living: Living) -> list[Service]:
    """One for each process that runs, or of which that could not be seen."""
    each = (_one(some.name, process, living) for process in some.processes)
    return [service for service in each if service is not None]


def _one(name: str, process: Process, living: Living) -> Service | None:
    """None for a process that ended meanwhile; its number may be another's by now, so that its name is asked again."""
    try:
        life = living(process.pid)
        if life is None or process.name().casefold() != name.casefold():
            return None
    except GONE:
        return None
    except TROUBLE as error:
        return unseen(name, error, process.pid)
    return Service(name, Condition.RUNNING, life.incarnation, process.pid, life.started)


def _together(name: str, each: list[Service]) -> Service:
    match each:
        case []:
            return Service(name, Condition.ABSENT)
        case [one]:
            return Service(name, one.condition, one.incarnation, one.pid, one.started, one.detail)
    return Service(name, Condition.SEVERAL, detail=f"the processes {_numbers(each)} have this name")


def _numbers(each: list[Service]) -> str:
    numbers = [str(one.pid) for one in each]
    if len(numbers) <= MOST_NAMED:
        return f"{', '.join(numbers[:-1])} and {numbers[-1]}"
    return f"{', '.join(numbers[:MOST_NAMED])} and {len(numbers) - MOST_NAMED} more"


def _perhaps(name: str, nameless: list[Exception]) -> Service:
    """Any of the processes without a name could be it."""
    condition = Condition.FORBIDDEN if any(map(refused, nameless)) else Condition.FAILED
    why = unseen(name, nameless[0]).detail
    return Service(name, condition, detail=plain(f"the names of {len(nameless)} processes cannot be read: {why}"))
