"""A machine with an SSO service, a way to its master secret server, and an agent that follows both: made up, on a held
clock, with the truth beside it.

Services and the way change when the test says so. The agent looks every five seconds, and asks the way every minute.
The service fetches the secret when it starts, and asks again every 30 seconds; without a way it gets none.
"""

import json

from agent.ground.path import Check, Direction, Path
from agent.ground.ports import PortSet
from agent.ground.roles import Role
from agent.judge.result import Result
from agent.judge.verdict import Cause, Judgement, Verdict
from agent.sso.memory import Memory, Spans
from agent.sso.reach import Found
from agent.sso.seen import Condition, Service, Sighting
from agent.sso.standing import Observed, Standing, Told, follow
from agent.sso.stored import Remembered, restore, store
from agent.sso.ways import Way

from .standing import host, part

LOOKED, INTERVAL, TOOK, POLLED = 5, 60, 2, 30
SPANS = Spans(stands=300, brief=120)
VERDICTS = {
    Way.OPEN: Judgement(Verdict.REACHABLE),
    Way.SHUT: Judgement(Verdict.UNREACHABLE, Cause.NO_ANSWER),
    Way.UNSURE: Judgement(Verdict.INCONCLUSIVE, Cause.LOCAL_FAULT),
}
PATH = Path("BTS01", "MSS", Check.RPC_ENDPOINT, Direction.OUTBOUND, "dynamic", ("192.0.2.31",), PortSet())


class World:
    """All times in whole seconds. `now` is monotonic, `ahead` what the clock on the wall shows beyond it."""

    def __init__(self, *, way: Way = Way.OPEN, service: str | None = "A") -> None:
        self.now, self.ahead = 10_000, 1_800_000_000
        self.way = way
        self.service = service
        self.instances = {"BTSSvc$One": "i1"}
        self.condition: Condition | None = None  # what a look comes to in place of the truth
        self.has_secret = False
        self._polled = -POLLED
        self.memory = Memory()
        self.newest: Found | None = None
        self.standby: Way | None = None  # None: the file has no stand-in
        self.standing: Standing | None = None
        self._asked = self.now + 1  # when the next round begins
        self._round: tuple[int, Way] | None = None  # when it ends, and what it is going to find
        self._file = ""
        self.is_watched = True
        self.asks = True  # the agent can

    def passes(self, seconds: int) -> "World":
        """With everything that happens in it."""
        for _ in range(seconds):
            self.now += 1
            self._poll()
            if self.is_watched:
                self._ask()
                if self.now % LOOKED == 0:
                    self.look()
        return self

    def runs(self, incarnation: str | None) -> "World":
        """As that from now on; None: stopped. Another process has nothing in its memory."""
        self.service, self.has_secret, self._polled = incarnation, False, self.now - POLLED
        self._poll()
        return self

    def turns(self, way: Way) -> "World":
        self.way = way
        return self

    def seen_as(self, condition: Condition | None) -> "World":
        """What the system says of the service from now on; None: the truth."""
        self.condition = condition
        return self

    def with_stand_in(self, way: Way) -> "World":
        """The file names one, and the way to its mapper is so."""
        self.standby = way
        return self

    def instance(self, name: str, incarnation: str | None) -> "World":
        self.instances = {**self.instances, name: incarnation} if incarnation else {}
        return self

    def agent_ends(self) -> "World":
        """Killed: what was written last is all that stays."""
        self._file = json.dumps(store(Remembered("BTS01", "ENTSSO", self.memory)))
        self.is_watched, self.newest, self.standing, self._round = False, None, None, None
        return self

    def agent_starts(self) -> "World":
        self.memory = restore(json.loads(self._file), Remembered("BTS01", "ENTSSO", Memory())).memory
        self.is_watched, self._asked = True, self.now + 3
        self.look()
        return self

    def forgets(self) -> "World":
        """The state file is gone, or was none."""
        self.memory = Memory()
        return self

    def clock_steps(self, seconds: int) -> "World":
        self.ahead += seconds
        return self

    def sleeps(self, seconds: int, *, counted: bool) -> "World":
        """The machine is suspended. Windows counts that time in its monotonic clock, Linux does not."""
        self.ahead += 0 if counted else seconds
        self.now += seconds if counted else 0
        self._asked = max(self._asked, self.now)
        return self

    def reboots(self, incarnation: str | None, uptime: int) -> "World":
        """Everything begins anew, the monotonic clock too. The agent has ended before."""
        self.ahead += self.now - uptime
        self.now, self._asked, self._polled = uptime, uptime + 3, uptime - POLLED
        return self.runs(incarnation)

    def look(self) -> None:
        """The agent's: at the service, and at what the way came to."""
        newest: dict[tuple[str, Check], Found | None] = {("MSS", Check.RPC_ENDPOINT): self.newest}
        stand_ins = (host("MSS2", role=Role.MASTER_SECRET_STANDBY),) if self.standby else ()
        if self.standby:
            newest["MSS2", Check.EPM] = Found(Result(PATH, VERDICTS[self.standby], (), 0.0, 0.0), self.now)
        seen = Observed(self._sighting(), newest, Told(), (self.now, self.now), self.now, SPANS)
        self.memory, self.standing = follow(part(standbys=stand_ins), self.memory, seen)

    @property
    def why(self) -> str:
        assert self.standing is not None
        return self.standing.why.name

    def _poll(self) -> None:
        if self.service is not None and self.now - self._polled >= POLLED:
            self._polled = self.now
            self.has_secret |= self.way is Way.OPEN

    def _ask(self) -> None:
        """A round that begins now has its answer TOOK seconds later."""
        if self.now >= self._asked:
            self._round = self.now + TOOK, self.way if self.asks else Way.UNSURE
            self._asked += INTERVAL
        if self._round is not None and self.now >= self._round[0]:
            result = Result(PATH, VERDICTS[self._round[1]], (), self.now + self.ahead - TOOK, TOOK)
            self.newest, self._round = Found(result, self.now), None

    def _sighting(self) -> Sighting:
        condition = self.condition or (Condition.RUNNING if self.service else Condition.STOPPED)
        service = Service("ENTSSO", condition, self.service if condition is Condition.RUNNING else None)
        instances = {name: Service(name, Condition.RUNNING, each) for name, each in self.instances.items()}
        return Sighting(service, instances)
