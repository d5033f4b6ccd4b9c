"""A master secret server behind a firewall, on a held clock: what is shut is known, and so is what must be found."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from agent.ground.path import Check
from agent.ground.ports import NO_PORTS, PortSet
from agent.judge.verdict import Judgement
from agent.survey.manners import Manners
from agent.survey.range.far import Greet
from probes.outcome import Outcome, Target
from probes.registry import Kind
from probes.state import State
from probes.wire.icmp import Icmp
from tests.agent.seen import ROUTER, outcome, path
from tests.agent.survey.mapped import both, judgement
from tests.agent.survey.network import Answer, Mapper, Network, Site
from tests.fakes.table import MSDTC_PORT, SCHEDULER_PORT, SSO_PORT, TABLE

REFUSAL = outcome(State.REJECTED, icmp=Icmp(4, 3, 13, ROUTER))
DYNAMIC = "49152-65535"
LISTENERS = (SCHEDULER_PORT, SSO_PORT, MSDTC_PORT)
SYNS = (0.0, 1.0, 3.0, 7.0)  # when Linux sends them, in seconds


class World:
    """`drops`, `refuses` and `resets` are what the firewall does; a `stealthy` host is silent where nobody listens.

    `loss`: of packets, each way. `limit`: how many refusals are told, or connections passed, a second.
    """

    def __init__(self, *, stealthy: bool = False, loss: float = 0.0, seed: int = 0) -> None:
        self.drops, self.refuses, self.resets = NO_PORTS, NO_PORTS, NO_PORTS
        self.stealthy = stealthy
        self.down = False
        self.shuns = False
        self.loss = loss
        self.tells: float | None = None  # refusals a second
        self.passes: float | None = None  # connections a second
        self.host_resets: float | None = None  # RSTs of the host a second
        self.pinhole = (
            0.0  # seconds that the service's own port passes after its mapper was asked, and nothing else does
        )
        self._open_until = 0.0
        self._random = Random(seed)
        self.network = Network(rest=self.answer)
        self.network.script(135, lambda _: self.mapper(), kind=Kind.MAPPER)
        self._buckets: dict[str, tuple[float, float]] = {}
        self._asked = 0
        self._later: tuple[int, Callable[[], None]] | None = None

    def after(self, attempts: int, change: Callable[[], None]) -> None:
        """Change the world once so many plain connections were asked for."""
        self._later = attempts, change

    def mapper(self) -> Answer:
        self._open_until = self.network.now + self.pinhole
        return State.FILTERED if self.down or self.shuns or self._lost(3.0) else Mapper(TABLE)

    def answer(self, target: Target) -> Answer:
        """To a plain connection."""
        self._asked += 1
        if self._later is not None and self._asked == self._later[0]:
            self._later[1]()
        if self.down or self.shuns or self._lost(target.timeout) or self._over("passes", self.passes):
            return State.FILTERED
        return self._firewall(target.port) or self._host(target.port)

    def _firewall(self, port: int) -> State | Outcome | None:
        if self.pinhole and port != SSO_PORT:
            return State.CLOSED
        if self.pinhole and self.network.now > self._open_until:
            return State.CLOSED
        if port in self.drops:
            return State.FILTERED
        if port in self.refuses:
            return State.FILTERED if self._over("tells", self.tells) else REFUSAL
        return State.CLOSED if port in self.resets else None

    def _host(self, port: int) -> State:
        if port in (135, *LISTENERS):
            return State.OPEN
        silent = self.stealthy or self._over("resets", self.host_resets)
        return State.FILTERED if silent else State.CLOSED

    def _lost(self, timeout: float) -> bool:
        """Every SYN within the deadline, or the answer to it."""
        tries = sum(at < timeout for at in SYNS)
        return all(self._random.random() >= (1 - self.loss) ** 2 for _ in range(tries)) if self.loss else False

    def _over(self, name: str, rate: float | None) -> bool:
        """A token bucket of six, as a router's limit on what it says."""
        if rate is None:
            return False
        tokens, at = self._buckets.get(name, (6.0, 0.0))
        tokens = min(6.0, tokens + rate * (self.network.now - at))
        self._buckets[name] = max(0.0, tokens - 1), self.network.now
        return tokens < 1

    def site(self, manners: Manners, ports: str = DYNAMIC, greet: Greet | None = None) -> Site:
        ranged = path(Check.RPC_RANGE, ports)
        fixed = both()
        return Site(self.network, [*fixed, replace(ranged, matchers=fixed[0].matchers)], manners, greet)


async def ranged(site: Site) -> Judgement:
    """What one round came to for the range."""
    return judgement(await site.round(), Check.RPC_RANGE)


async def over(site: Site, rounds: int) -> Sequence[Judgement]:
    """What several rounds came to, a minute apart."""
    return [judgement(results, Check.RPC_RANGE) for results in await site.rounds(rounds)]


def texts(ports: PortSet) -> str:
    return ",".join(ports.texts())
