"""Whether the master secret, or the SSO database, can be reached from here, by the newest results of its paths."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from agent.ground.path import Check
from agent.judge.result import Result
from agent.judge.verdict import Judgement
from agent.sso.ways import Decided, Way, decide, decide_of, together, way_of

NOBODY_ASKED = "not asked"


@dataclass(frozen=True, slots=True)
class Found:
    """The newest result of a path, and when it was found (monotonic). `asked`: when its round began, where known."""

    result: Result
    found: float
    asked: float | None = None

    @property
    def began(self) -> float:
        """When its first attempt began, at the earliest (monotonic)."""
        return self.found - self.result.seconds if self.asked is None else self.asked

    @property
    def at(self) -> float:
        """When it was found (UTC)."""
        return self.result.started + self.result.seconds


Newest = Mapping[tuple[str, Check], Found | None]  # by peer and check; None: planned, and nothing is found yet


class Moment(NamedTuple):
    """Of a finding, monotonic: when its attempt began, and when it was found."""

    began: float
    found: float


@dataclass(frozen=True, slots=True)
class Reach:
    """Of all hosts of one kind together. `peers`: those that are reached; without one, those that were asked.

    `began` and `found` are monotonic: of the finding that decides, and of several that are shut those of the oldest.
    `each`: of every peer that is shut. `at`: when it was so (UTC), of several that are shut when the last one was found
    so. `by_mapper`: that the service's own port connects is not shown. `said`: peer by peer, what the verdict is where
    the way is not open.
    """

    way: Way
    peers: tuple[str, ...] = ()
    began: float = 0.0
    found: float = 0.0
    at: float = 0.0
    by_mapper: bool = False
    said: Mapping[str, str] | None = None
    each: Mapping[str, Moment] | None = None


NOT_ASKED = Reach(Way.UNSURE)


def master_reach(peers: Iterable[str], newest: Newest) -> Reach:
    """`newest`: the outbound results so far."""
    return _together([_of_master(peer, newest) for peer in peers])


def database_reach(peers: Iterable[str], newest: Newest) -> list[Reach]:
    """One each."""
    return [_together([_of_database(peer, newest.get((peer, Check.SQL)))]) for peer in peers]


def of_addresses(peer: str, newest: Newest) -> dict[str, Decided]:
    """Of each address of a master secret server, or of each name that gave none; nothing before there is a result."""
    endpoint, mapper = _pair(peer, newest)
    own, by_mapper = _by_address(endpoint), _by_address(mapper)
    alone = (peer, Check.RPC_ENDPOINT) not in newest
    return {each: decide(own.get(each), by_mapper.get(each), alone=alone) for each in {**own, **by_mapper}}


def asked_of(peer: str, newest: Newest) -> Found | None:
    """The result that decides about a master secret server."""
    endpoint, mapper = _pair(peer, newest)
    decided = [*of_addresses(peer, newest).values()] or [_as_a_whole(peer, newest)]
    way = together([each.way for each in decided])
    return mapper if mapper is not None and any(each.by_mapper for each in decided if each.way is way) else endpoint


def _pair(peer: str, newest: Newest) -> tuple[Found | None, Found | None]:
    return newest.get((peer, Check.RPC_ENDPOINT)), newest.get((peer, Check.EPM))


def _by_address(found: Found | None) -> dict[str, Judgement]:
    return {each.address or each.name: each.judgement for each in found.result.addresses} if found else {}


def _as_a_whole(peer: str, newest: Newest) -> Decided:
    """By the verdicts of the paths: a round that broke by a fault of ours has no addresses."""
    return decide_of(peer, {key: found.result.judgement if found else None for key, found in newest.items()})


def _of_master(peer: str, newest: Newest) -> Reach:
    decided = of_addresses(peer, newest) or {"": _as_a_whole(peer, newest)}
    way = together([each.way for each in decided.values()])
    found = asked_of(peer, newest)
    deciding = [each for each in decided.values() if each.way is way]
    by_mapper = way is Way.OPEN and all(each.by_mapper for each in deciding)
    where = next((address for address, each in decided.items() if each.way is way), "")
    return _reach(peer, way, found, _by_address(found).get(where), by_mapper=by_mapper)


def _of_database(peer: str, found: Found | None) -> Reach:
    judged = _by_address(found)
    whole = found.result.judgement if found else None
    ways = {address: way_of(each) for address, each in judged.items()}
    way = together([*ways.values()]) if ways else way_of(whole)
    return _reach(peer, way, found, next((judged[address] for address, each in ways.items() if each is way), None))


def _reach(peer: str, way: Way, found: Found | None, judged: Judgement | None, *, by_mapper: bool = False) -> Reach:
    """`judged`: of an address to which the way is so; None: take that of the path."""
    if found is None:
        return Reach(way, (peer,), said={peer: NOBODY_ASKED})
    of = judged or found.result.judgement
    said = {} if way is Way.OPEN else {peer: f"{of.verdict} / {of.cause}" if of.cause else str(of.verdict)}
    each = {peer: Moment(found.began, found.found)} if way is Way.SHUT else None
    return Reach(way, (peer,), found.began, found.found, found.at, by_mapper, said, each)


def _together(reaches: Sequence[Reach]) -> Reach:
    if not reaches:
        return NOT_ASKED
    way = together([reach.way for reach in reaches])
    said = {peer: words for reach in reaches for peer, words in (reach.said or {}).items()}
    deciding = [reach for reach in reaches if way is not Way.OPEN or reach.way is way]
    peers = tuple(peer for reach in deciding for peer in reach.peers)
    if way is Way.OPEN:
        best = max(deciding, key=lambda reach: (not reach.by_mapper, reach.found))
        return Reach(way, peers, best.began, best.found, best.at, best.by_mapper, said)
    each = {peer: moment for reach in reaches for peer, moment in (reach.each or {}).items()}
    began, found = min(reach.began for reach in reaches), min(reach.found for reach in reaches)
    at = max(reaches, key=lambda reach: reach.found).at
    return Reach(way, peers, began, found, at, said=said, each=each if way is Way.SHUT else None)
