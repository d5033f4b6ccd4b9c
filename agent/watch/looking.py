"""A look around for what SSO depends on: this machine's services and names, and what its paths came to."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from agent.found.ledger import Ledger
from agent.ground.path import Check, Direction, Path
from agent.judge.verdict import Judgement, Verdict
from agent.services.look import look
from agent.site.whoami import this_machine
from agent.sso.cluster import Holding, holding, spelled
from agent.sso.part import Part
from agent.sso.reach import Found, Newest
from agent.sso.seen import Condition, Service, Sighting
from agent.sso.standing import Told
from agent.sso.ways import decide_of, way_of
from probes.aside import aside
from probes.resolve import Resolver, literal

LONGEST = 30.0  # seconds that the system may take to answer
OF_SERVICE = (Check.EPM, Check.RPC_ENDPOINT)

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
    async with asyncio.timeout(LONGEST):
        machine = await aside(this_machine, "machine")
    own = frozenset(map(spelled, machine.addresses))
    names = [name for host in part.clusters for name in host.addresses if literal(name) is None]
    answers = await asyncio.gather(*(resolver.resolve(name, timeout) for name in names))
    resolved = {name: tuple(answer.addresses) for name, answer in zip(names, answers, strict=True)}
    return Names(holding(part.clusters, own, resolved), own, resolved)


class Eyes:
    """Looks at services aside, one look at a time: a system that does not answer must hold up nobody."""

    def __init__(self, service: str, monotonic: Callable[[], float], look: Look = look) -> None:
        self._service = service
        self._monotonic = monotonic
        self._look = look
        self._looking: asyncio.Future[Sighting] | None = None
        self._began = monotonic()
        self.looked = self._began, self._began  # when the newest look began and ended

    async def look(self) -> Sighting:
        """What is seen; that the system did not say, when it takes too long. The next one then waits on for it."""
        try:
            if self._looking is None:
                self._began = self._monotonic()
                self._looking = aside(partial(self._look, self._service), "look")
            looking = self._looking
            done, _ = await asyncio.wait({looking}, timeout=LONGEST)
            if not done:
                return _failed(self._service, f"it did not answer for {LONGEST:.0f} s")
            if self._looking is looking:  # nobody else waited for it, too, and began another one
                self._looking = None
            seen = looking.result()
        except Exception as error:  # whatever it is, it must not pass for a service that is not there
            return _failed(self._service, type(error).__name__)
        self.looked = self._began, self._monotonic()
        return seen


def _failed(service: str, detail: str) -> Sighting:
    return Sighting(Service(service, Condition.FAILED, detail=detail), listed=False)


def newest_of(ledger: Ledger, planned: Iterable[Path]) -> Newest:
    """What the paths from here have come to so far. `planned`: all of the configuration, asked in this run or not."""
    return {(path.peer, path.check): _found(ledger, path) for path in planned if path.direction is Direction.OUTBOUND}


def _found(ledger: Ledger, path: Path) -> Found | None:
    result, at = ledger.newest(path), ledger.found_at(path)
    return Found(result, at, ledger.asked_at(path)) if result is not None and at is not None else None


def told_of(ledger: Ledger, paths: Iterable[Path]) -> Told:
    """Whether peers reach this machine, by their own word. A peer is not in it before it has told anything."""
    inwards = [path for path in paths if path.direction is Direction.INBOUND]
    told = {(path.peer, path.check): _told(ledger, path) for path in inwards}
    ways = {
        peer: decide_of(peer, told).way
        for peer in dict.fromkeys(peer for (peer, check), judged in told.items() if judged and check in OF_SERVICE)
    }
    ranges = {peer: way_of(judged) for (peer, check), judged in told.items() if check is Check.RPC_RANGE and judged}
    return Told(ways, ranges)


def _told(ledger: Ledger, path: Path) -> Judgement | None:
    result = ledger.newest(path)
    return None if result is None or result.verdict is Verdict.PENDING else result.judgement
