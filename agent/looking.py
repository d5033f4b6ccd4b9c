"""A look around for what SSO depends on: this machine's services and names, and what its paths came to."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from agent.judge.verdict import Verdict
from agent.ledger import Ledger
from agent.path import Check, Direction, Path
from agent.services.look import look
from agent.sso.cluster import Holding, holding
from agent.sso.part import Part
from agent.sso.reach import Found, Newest, Way, way_of_judgement
from agent.sso.seen import Condition, Service, Sighting
from agent.whoami import this_machine
from probes.resolve import Resolver, literal

LONGEST = 30.0  # seconds that the system may take to answer

Look = Callable[[str], Sighting]


@dataclass(frozen=True, slots=True)
class Names:
    """Of the clusters of which this machine is a node. `own`: its addresses; `resolved`: what each name gives."""

    holding: Holding = Holding.UNKNOWN
    own: Collection[str] = ()
    resolved: Mapping[str, Collection[str]] = field(default_factory=dict)


async def names_of(part: Part, resolver: Resolver, timeout: float) -> Names:
    """Nothing is asked for a machine that is no node. `timeout`: seconds a name may take."""
    if not part.clusters:
        return Names()
    machine = await asyncio.to_thread(this_machine)
    own = frozenset(filter(None, map(literal, machine.addresses)))
    names = [name for host in part.clusters for name in host.addresses if literal(name) is None]
    answers = await asyncio.gather(*(resolver.resolve(name, timeout) for name in names))
    resolved = {name: tuple(answer.addresses) for name, answer in zip(names, answers, strict=True)}
    return Names(holding(part.clusters, own, resolved), own, resolved)


class Eyes:
    """Looks at services in a thread, one look at a time: a system that does not answer must hold up nobody."""

    def __init__(self, service: str, monotonic: Callable[[], float], look: Look = look) -> None:
        self._service = service
        self._monotonic = monotonic
        self._look = look
        self._looking: asyncio.Task[Sighting] | None = None
        self.began = monotonic()  # of the newest look

    async def look(self) -> Sighting:
        """What is seen; that the system did not say, when it takes too long. The next one then waits on for it."""
        if self._looking is None:
            self.began = self._monotonic()
            self._looking = asyncio.create_task(asyncio.to_thread(self._look, self._service))
        done, _ = await asyncio.wait({self._looking}, timeout=LONGEST)
        if not done:
            return _failed(self._service, f"it did not answer for {LONGEST:.0f} s")
        task, self._looking = self._looking, None
        try:
            return task.result()
        except Exception as error:  # whatever it is, it must not pass for a service that is not there
            return _failed(self._service, type(error).__name__)


def _failed(service: str, detail: str) -> Sighting:
    return Sighting(Service(service, Condition.FAILED, detail=detail), listed=False)


def newest_of(ledger: Ledger, paths: Iterable[Path]) -> Newest:
    """What the paths from here have come to so far."""
    found: dict[tuple[str, Check], Found] = {}
    for path in paths:
        result, at = ledger.newest(path), ledger.found_at(path)
        if path.direction is Direction.OUTBOUND and result is not None and at is not None:
            found[path.peer, path.check] = Found(result, at)
    return found


def told_of(ledger: Ledger, paths: Iterable[Path]) -> dict[str, Way]:
    """By peer: whether it reaches the SSO service here, by its own word. Who has not told is not in it."""
    told: dict[str, Way] = {}
    for check in (Check.EPM, Check.RPC_ENDPOINT):  # the latter says more
        for path in paths:
            result = ledger.newest(path) if (path.direction, path.check) == (Direction.INBOUND, check) else None
            if result is not None and result.verdict is not Verdict.PENDING:
                told[path.peer] = way_of_judgement(result.judgement)
    return told
