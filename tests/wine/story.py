"""A cut path, restarts and a stop, as an agent on Windows tells them. Exits 1 on a difference.

    python story.py FOLDER    where configuration, log and state may be

Started by story.sh. It makes and removes services ENTSSO and BTSSvc$Test, and does nothing where there is one of the
former already. The master secret server and the database are on loopback, and a cut closes their ports.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pywintypes
import win32serviceutil

from agent.services.look import look
from agent.sso.seen import Condition, Service
from agent.watch.watch import EVERY
from tests.wine import services
from tests.wine.story_agent import PATIENCE, Agent, until
from tests.wine.story_far import Far

assert sys.platform == "win32"  # the type checker then leaves this file out elsewhere

OWN, INSTANCE = services.OWN, services.INSTANCE

# The whole story, as the log must have it; what is the same before and after the agent was killed is no change.
TOLD = [
    ("unknown", "not-asked"),
    ("normal", "open"),
    ("on-cache", "same"),
    ("unknown", "just-begun"),
    ("cache-lost", "lost"),
    ("normal", "open"),
    ("on-cache", "same"),
    ("unknown", "not-asked"),
    ("unknown", "unwatched"),
    ("service-stopped", "stopped"),
    ("unknown", "just-begun"),
    ("cache-lost", "lost"),
]


class Story:
    """What happens to the machine, and what must be said of it each time."""

    def __init__(self, compared: services.Comparisons, folder: Path) -> None:
        self._compared = compared
        self._far = Far()
        self._agent = Agent(folder, self._far)
        self._folder = folder

    def play(self) -> None:
        """From an open way to a service that is stopped."""
        self._one_clock()
        for name in (OWN, INSTANCE):
            services.install(name, self._folder)
            services.start(name)
        self._far.open()
        self._agent.start()
        self._normal()
        self._far.close()
        self._on_cache()
        self._cache_lost()
        self._far.open()
        self._mended()
        self._unwatched()
        self._stopped()

    def told(self) -> list[tuple[str, str]]:
        """The states that the log has, each with its reason."""
        return self._agent.changes()

    def end(self) -> None:
        """Whatever there is of it."""
        self._agent.kill()
        self._far.close()

    def _one_clock(self) -> None:
        """What is written by one process is compared by the next."""
        before = time.monotonic()
        command = (sys.executable, "-c", "import time; print(time.monotonic())")
        there = float(subprocess.run(command, capture_output=True, check=True, timeout=PATIENCE).stdout)
        after = time.monotonic()
        self._compared.same("two processes have one monotonic clock", before <= there <= after, True)
        print(f"        {before:.3f} here, {there:.3f} there, {after:.3f} here: {time.get_clock_info('monotonic')}")

    def _normal(self) -> None:
        said = self._agent.until("normal", "open")
        seen = look(OWN).service
        self._compared.same("the service that is told", said["service"]["pid"], seen.pid)
        self._compared.same("what is kept of it", self._agent.kept()["memory"]["life"]["incarnation"], seen.incarnation)
        until(lambda: self._agent.kept()["memory"]["contact"], "a contact is written")
        self._restart_is("yes", 0)
        self._outlives("normal", "open")

    def _on_cache(self) -> None:
        self._agent.until("on-cache", "same")
        self._restart_is("no", 1)
        self._shown()
        self._outlives("on-cache", "same")
        services.stop(INSTANCE)
        until(lambda: self._agent.sso()["halted"], "the host instance that was stopped is told")
        self._compared.same("stopped host instances", self._agent.sso()["halted"], [INSTANCE])
        services.start(INSTANCE)
        until(lambda: self._agent.sso()["restarted"], "the host instance that was restarted is told")
        self._compared.same("restarted host instances", self._agent.sso()["restarted"], [INSTANCE])
        self._compared.same("that changes no state", self._agent.state(), "on-cache")

    def _cache_lost(self) -> None:
        before = look(OWN).service.pid
        services.stop(OWN)
        services.start(OWN)
        said = self._agent.until("cache-lost", "lost")
        self._compared.same("the service is another process", said["service"]["pid"] not in (None, before), True)
        self._restart_is("no", 1)
        self._outlives("cache-lost", "lost")

    def _mended(self) -> None:
        self._agent.until("normal", "open")
        self._restart_is("yes", 0)

    def _unwatched(self) -> None:
        """The service is restarted while there is neither an agent nor a way."""
        self._far.close()
        self._agent.until("on-cache", "same")
        self._agent.kill()
        services.stop(OWN)
        services.start(OWN)
        self._agent.start()
        self._agent.until("unknown", "unwatched")
        self._outlives("unknown", "unwatched")

    def _stopped(self) -> None:
        services.stop(OWN)
        said = self._agent.until("service-stopped", "stopped")
        self._compared.same("how Windows puts it", said["service"]["detail"], "stopped")
        self._restart_is("no", 1)
        self._outlives("service-stopped", "stopped")
        time.sleep(2 * EVERY)  # so that it is seen not to run after the way was found shut
        services.start(OWN)
        self._agent.until("cache-lost", "lost")

    def _restart_is(self, answer: str, code: int) -> None:
        self._compared.same("the state in the metrics and in the API", self._agent.state(), self._agent.sso()["state"])
        found, text = self._agent.ask("safe-to-restart")
        self._compared.same("safe to restart", (text.partition(":")[0], found), (answer, code))
        _quote(text)

    def _outlives(self, state: str, why: str) -> None:
        """The agent is killed and started: until it has asked again it says what it said before, and afterwards."""
        said = self._agent.sso()
        self._agent.kill()
        self._agent.start()
        found = {self._agent.state()}
        while not self._agent.has_asked():
            found.add(self._agent.state())
        self._compared.same("killed and started again: all that is said until it has asked", found, {state})
        again = self._agent.until(state, why)
        self._compared.same("since when", again["since"], said["since"])

    def _shown(self) -> None:
        """By a person's `once`."""
        code, text = self._agent.ask("once", "--format", "json")
        self._compared.same("once", (code, json.loads(text)["sso"]["state"]), (1, "on-cache"))
        _quote(self._agent.ask("once")[1])


def _quote(text: str) -> None:
    for line in text.splitlines():
        print(f"        | {line}")


def main() -> int:
    compared = services.Comparisons()
    before = look(OWN).service
    if before != Service(OWN, Condition.ABSENT):
        print(f"FAILED  nothing was done: there is a service of this name already, {before!r}")
        return 1
    story = Story(compared, Path(sys.argv[1]))
    try:
        story.play()
        for name in (OWN, INSTANCE):
            services.stop(name)
            win32serviceutil.RemoveService(name)
        compared.same("what the log told", story.told(), TOLD)
    except (psutil.Error, pywintypes.error, subprocess.SubprocessError, OSError, LookupError, ValueError) as error:
        print(f"FAILED  {error!r}")
        return 1
    finally:
        story.end()
    print(f"{compared.differences} differences")
    return 1 if compared.differences else 0


if __name__ == "__main__":
    sys.exit(main())
