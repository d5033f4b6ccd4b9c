"""Compare a look at two services with what they say of themselves. Exits 1 on a difference.

    python services.py FOLDER    where the services may write

Started by services.sh. It makes and removes a service ENTSSO, and does nothing where there is one already.
"""

import sys
import time
from pathlib import Path

import psutil
import pywintypes
import win32service
import win32serviceutil

from agent.services.look import look
from agent.services.secret_changes import last_secret_change
from agent.sso.seen import Condition, Service

assert sys.platform == "win32"  # the type checker then leaves this file out elsewhere

OWN, INSTANCE = "ENTSSO", "BTSSvc$Test"
PATIENCE = 60  # seconds, for each thing that a service is asked for
CLASS = str(Path(__file__).with_name("stand_in_service")) + ".StandIn"


class Comparisons:
    """What was compared, and how often it differed."""

    def __init__(self) -> None:
        self.differences = 0

    def same(self, what: str, found: object, due: object) -> None:
        """A line of its own for each."""
        if found == due:
            print(f"same    {what}: {found!r}")
        else:
            self.differences += 1
            print(f"DIFFERS {what}: found {found!r}, due {due!r}")

    def running(self, what: str, service: Service, folder: Path) -> str | None:
        """Its incarnation, after comparing all of it with what the service wrote of itself."""
        pid, created = (folder / f"{service.name}.txt").read_text("ascii").split()
        self.same(
            what,
            (service.condition, service.pid, service.started, service.incarnation),
            (Condition.RUNNING, int(pid), float(created), f"{pid}/{created}"),
        )
        return service.incarnation


def install(name: str, folder: Path) -> None:
    win32serviceutil.InstallService(CLASS, name, f"Stand-in for {name}")
    win32serviceutil.SetServiceCustomOption(name, "Folder", str(folder))


def start(name: str) -> None:
    win32serviceutil.StartService(name)
    win32serviceutil.WaitForServiceStatus(name, win32service.SERVICE_RUNNING, PATIENCE)


def stop(name: str) -> None:
    win32serviceutil.ControlService(name, win32service.SERVICE_CONTROL_STOP)
    win32serviceutil.WaitForServiceStatus(name, win32service.SERVICE_STOPPED, PATIENCE)


def pause(name: str) -> None:
    win32serviceutil.ControlService(name, win32service.SERVICE_CONTROL_PAUSE)
    win32serviceutil.WaitForServiceStatus(name, win32service.SERVICE_PAUSED, PATIENCE)


def resume(name: str) -> None:
    win32serviceutil.ControlService(name, win32service.SERVICE_CONTROL_CONTINUE)
    win32serviceutil.WaitForServiceStatus(name, win32service.SERVICE_RUNNING, PATIENCE)


def kill(name: str) -> None:
    """End its process behind the service manager's back; wine's does not hear of it, and goes on naming the process."""
    process = psutil.Process(look(name).service.pid)
    process.kill()
    process.wait(PATIENCE)


def compare(compared: Comparisons, folder: Path) -> None:
    """From no service to none again."""
    for name in (OWN, INSTANCE):
        install(name, folder)
    compared.same("installed", look(OWN).service, Service(OWN, Condition.STOPPED, detail="stopped"))

    for name in (OWN, INSTANCE):
        start(name)
    seen = look(OWN)
    first = compared.running("started", seen.service, folder)
    compared.same("its name does not depend on case", look(OWN.lower()).service.incarnation, first)
    compared.same("all host instances that are listed", (seen.listed, list(seen.instances)), (True, [INSTANCE]))
    instance = compared.running("the host instance", seen.instances[INSTANCE], folder)
    print(f"        one look took {cost():.1f} ms")

    pause(OWN)
    paused = Service(OWN, Condition.STOPPED, first, detail="paused")
    compared.same("paused, and the same process", look(OWN).service, paused)
    resume(OWN)
    compared.same("resumed, and still the same process", look(OWN).service.incarnation, first)

    stop(OWN)
    seen = look(OWN)
    compared.same("stopped", seen.service, Service(OWN, Condition.STOPPED, detail="stopped"))
    compared.same("the host instance runs on", seen.instances[INSTANCE].incarnation, instance)

    start(OWN)
    second = compared.running("started again", look(OWN).service, folder)
    compared.same("that is another incarnation", second != first, True)

    for name in (OWN, INSTANCE):
        stop(name)
        win32serviceutil.RemoveService(name)
    seen = look(OWN)
    compared.same("removed", seen.service, Service(OWN, Condition.ABSENT))
    compared.same("and the host instance", (seen.listed, dict(seen.instances)), (True, {}))

    install(OWN, folder)
    start(OWN)
    kill(OWN)
    ended = look(OWN).service
    print(f"        its process was ended: {ended!r}")
    compared.same("a process that ended does not run", (ended.condition is Condition.RUNNING, ended.pid), (False, None))
    compared.same("the last change of a secret, by a log without any", last_secret_change(), None)


def cost(looks: int = 20) -> float:
    """Milliseconds for one look."""
    began = time.perf_counter()
    for _ in range(looks):
        look(OWN)
    return (time.perf_counter() - began) / looks * 1000


def main() -> int:
    compared = Comparisons()
    before = look(OWN).service
    if before != Service(OWN, Condition.ABSENT):
        print(f"FAILED  nothing was done: there is a service of this name already, {before!r}")
        return 1
    try:
        compare(compared, Path(sys.argv[1]))
    except (psutil.Error, pywintypes.error, OSError, LookupError) as error:
        print(f"FAILED  {error!r}")
        return 1
    print(f"{compared.differences} differences")
    return 1 if compared.differences else 0


if __name__ == "__main__":
    sys.exit(main())
