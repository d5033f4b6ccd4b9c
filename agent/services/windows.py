"""Windows' services, as its service manager has them.

What is judged here is whatever has a status and a process number, so that it can be tested anywhere; only how to get
at it needs Windows.
"""

import sys
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from typing import Protocol

import psutil

from agent.ground.text import plain
from agent.services.trouble import TROUBLE, unseen
from agent.sso.seen import Condition, Service, Sighting

# Everything that psutil says of a service's status but "unknown". A service that is on its way to or from work gives
# no answers that could be relied on, so it counts as stopped, and the detail says on which way it is. Its process is
# there all the same, and may hold the secret already, or still: so its incarnation is told.
STATUS = {
    "running": (Condition.RUNNING, ""),
    "stopped": (Condition.STOPPED, "stopped"),
    "start_pending": (Condition.STOPPED, "starting"),
    "stop_pending": (Condition.STOPPED, "stopping"),
    "paused": (Condition.STOPPED, "paused"),
    "pause_pending": (Condition.STOPPED, "pausing"),
    "continue_pending": (Condition.STOPPED, "resuming"),
}

GONE = "stopped"  # without a process

TRIES = 3  # a service can be restarted while it is looked at, and hardly ever three times in a row
UNSTEADY = "it is said to run, and its process was gone or another one each time that it was looked at"

Created = Callable[[int], float]  # when a process was created, in UTC seconds; psutil's errors


class Registered(Protocol):
    """A service that the service manager has. Every question asks it anew."""

    def name(self) -> str: ...
    def status(self) -> str: ...
    def pid(self) -> int | None: ...


def sighted(
    service: str,
    instances: str,
    get: Callable[[str], Registered],
    listed: Callable[[], Iterable[Registered]],
    created: Created,
) -> Sighting:
    """One look. Of many services, one that cannot be read does not hide the others."""
    own = _own(service, get, created)
    try:
        found = {one.name(): one for one in listed()}
    except TROUBLE:
        return Sighting(own, listed=False)
    wanted = (name for name in found if fnmatchcase(name.casefold(), instances.casefold()))
    return Sighting(own, {name: observed(name, found[name], created) for name in wanted})


def _own(name: str, get: Callable[[str], Registered], created: Created) -> Service:
    try:
        registered = get(name)
    except TROUBLE as error:
        return _without(name, error)
    return observed(name, registered, created)


def observed(name: str, registered: Registered, created: Created) -> Service:
    """One service. Errors of the system are conditions."""
    try:
        for _ in range(TRIES):
            service = _once(name, registered, created)
            if service is not None:
                return service
    except TROUBLE as error:
        return _without(name, error)
    return Service(name, Condition.FAILED, detail=UNSTEADY)


def _without(name: str, error: Exception) -> Service:
    """psutil says of a service that there is none as it says it of a process."""
    absent = isinstance(error, psutil.NoSuchProcess)
    return Service(name, Condition.ABSENT) if absent else unseen(name, error)


def _once(name: str, registered: Registered, created: Created) -> Service | None:
    """None if it changed meanwhile: a process number alone may be another process's by now."""
    status, pid = registered.status(), registered.pid()
    condition, detail = STATUS.get(status, (Condition.FAILED, f"its status is given as {plain(status)}"))
    if condition is Condition.FAILED or status == GONE:
        return Service(name, condition, detail=detail)
    since = _since(pid, created)
    if (registered.status(), registered.pid()) != (status, pid):
        return None
    incarnation = None if since is None else f"{pid}/{since!r}"
    if condition is Condition.STOPPED:
        return Service(name, condition, incarnation, detail=detail)
    return Service(name, condition, incarnation, pid, since, detail) if incarnation else None


def _since(pid: int | None, created: Created) -> float | None:
    """None for a process that is not there, whatever the service manager still says."""
    try:
        return created(pid) if pid else None
    except psutil.NoSuchProcess:
        return None


if sys.platform == "win32":

    def seen(service: str, instances: str) -> Sighting:
        """What the service manager has."""
        return sighted(service, instances, psutil.win_service_get, psutil.win_service_iter, _created)

    def _created(pid: int) -> float:
        return psutil.Process(pid).create_time()
