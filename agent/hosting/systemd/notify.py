"""What the agent tells systemd: a datagram of `NAME=value` lines to the socket that systemd named (sd_notify(3))."""

import socket
import time
from collections import deque
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass

from agent.ground.text import plain
from agent.hosting.systemd.pulse import Pulse
from agent.log.log import log

OFTEN, SELDOM = 0.1, 10.0  # seconds between two beats, at least and at most
PART = 3  # beats within the time that the watchdog gives us: one may get lost
LONGEST_END = 90.0  # seconds for which more time to end is asked for
LONGEST_STATUS = 300  # characters
MOST_UNSAID = 8
MICRO = 1_000_000
FAMILY: int | None = getattr(socket, "AF_UNIX", None)  # not on Windows


@dataclass(frozen=True, slots=True)
class Invited:
    """`place`: where systemd listens. `watchdog`: seconds after which it takes our silence for death; None: never."""

    place: str
    watchdog: float | None = None


def invitation(environ: MutableMapping[str, str], pid: int) -> Invited | None:
    """What systemd asked this process to do. It is taken out: no child of ours is to answer in our place."""
    place, usec, whom = (environ.pop(name, "") for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"))
    if FAMILY is None or place[:1] not in {"/", "@"}:
        return None
    is_ours = whom in {"", str(pid)}
    wanted = int(usec) / MICRO if usec.isascii() and usec.isdigit() else 0.0
    return Invited(place, wanted if wanted and is_ours else None)


class Voice:
    """Says what it is given, in order. What cannot be said now is said before the next word, or never."""

    def __init__(self, place: str) -> None:
        self._place = "\0" + place[1:] if place.startswith("@") else place
        self._unsaid: deque[bytes] = deque(maxlen=MOST_UNSAID)
        self._told = False

    @property
    def unsaid(self) -> int:
        """How much waits to be said."""
        return len(self._unsaid)

    def say(self, *lines: str) -> None:
        """Neither blocks nor raises."""
        self._unsaid.append("\n".join(lines).encode(errors="replace"))
        try:
            with _opened() as out:
                while self._unsaid:
                    out.sendto(self._unsaid[0], self._place)
                    self._unsaid.popleft()
        except BlockingIOError:
            return  # it is busy: its queue is full
        except (OSError, ValueError) as error:
            self._tell(error)

    def _tell(self, error: Exception) -> None:
        if not self._told:
            self._told = True
            log.warning("systemd cannot be told how the agent is", extra={"fields": {"why": plain(str(error))}})


def _opened() -> socket.socket:
    """It does not wait. OSError."""
    if FAMILY is None:
        raise OSError("there are no such sockets here")
    made = socket.socket(FAMILY, socket.SOCK_DGRAM)
    made.setblocking(False)
    return made


class Notify:
    """A `Life`. `look`: how the agent is; asked in the event loop, at each beat. `monotonic`: in seconds."""

    def __init__(
        self, invited: Invited, look: Callable[[], Pulse], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._voice = Voice(invited.place)
        self._watched = invited.watchdog is not None
        self._look = look
        self._monotonic = monotonic
        self._status = ""
        self._lives = self._sees = True
        self._listens = False
        self._ends_since: float | None = None
        self.period = max(OFTEN, min(SELDOM, (invited.watchdog or SELDOM * PART) / PART))

    def listening(self, urls: Sequence[str]) -> None:
        """See `Life`."""
        self._listens = True
        self._ready()

    def reloading(self) -> None:
        """See `Life`. What is still to start, or ends, does not count as running."""
        if self._runs:
            self._voice.say("RELOADING=1", f"MONOTONIC_USEC={int(self._monotonic() * MICRO)}")

    def reloaded(self, mistakes: Sequence[str]) -> None:
        """See `Life`. The mistakes are in what is seen of the agent."""
        if self._runs:
            self._ready()

    def beat(self) -> None:
        """No word of a loop that turns with nothing in it: the watchdog then ends this process, and starts it anew."""
        if self._ends_since is not None:
            self._ask_for_time(self._ends_since)
            return
        if not self._listens:
            return  # there is nothing yet to look at, and systemd has another deadline for that
        now = self._see()
        if self._lives and not now.lives:
            log.error("no rounds are made any more; systemd is not told that this agent lives")
        self._lives = now.lives
        words = [*(["WATCHDOG=1"] if self._watched and now.lives else []), *self._news(now)]
        if words:
            self._voice.say(*words)

    def stopping(self) -> None:
        """See `Life`."""
        self._ends_since = self._monotonic()
        self._voice.say("STOPPING=1", "STATUS=ending")

    @property
    def _runs(self) -> bool:
        return self._listens and self._ends_since is None

    def _ready(self) -> None:
        self._voice.say("READY=1", *self._news(self._see()))

    def _see(self) -> Pulse:
        """That it cannot be described is no reason to end it."""
        try:
            return self._look()
        except Exception as error:
            if self._sees:
                log.error("how the agent is cannot be told", exc_info=error)
            self._sees = False
            return Pulse(lives=True, line=self._status)

    def _ask_for_time(self, since: float) -> None:
        """As long as the loop turns something is being done; but not for ever."""
        if self._monotonic() - since < LONGEST_END:
            self._voice.say(f"EXTEND_TIMEOUT_USEC={int(2 * self.period * MICRO) + MICRO}")

    def _news(self, now: Pulse) -> list[str]:
        if now.line == self._status:
            return []
        self._status = now.line
        return [status(now.line)]


def status(line: str) -> str:
    """What `systemctl status` shows of it."""
    return f"STATUS={plain(line, LONGEST_STATUS)}"
