"""Whether the master secret, or the SSO database, can be reached from here, by the newest verdicts of its paths.

Of a master secret server its SSO service's own port decides: registered, and connects. Where its endpoint mapper
refuses to say where that is, or the configuration requires no service there, the mapper alone has to do.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from agent.judge.fold import BAD
from agent.judge.verdict import Cause, Judgement, Verdict
from agent.path import Check
from agent.result import Result


class Way(StrEnum):
    """OPEN: shown to work; SHUT: shown not to work, whatever the reason; UNSURE: neither, or not asked yet."""

    OPEN = "open"
    SHUT = "shut"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Found:
    """The newest result of a path, and when it was found (monotonic)."""

    result: Result
    found: float

    @property
    def began(self) -> float:
        """When its first attempt began (monotonic)."""
        return self.found - self.result.seconds


@dataclass(frozen=True, slots=True)
class Reach:
    """Of all hosts of one kind together. `peers`: those that are reached; without one, those that were asked.

    `found` and `began` are monotonic, `at` is when it was found in UTC. `by_mapper`: that the service's own port
    connects is not shown. `said`: peer by peer, what the verdict is where the way is not open.
    """

    way: Way
    peers: tuple[str, ...] = ()
    began: float = 0.0
    found: float = 0.0
    at: float = 0.0
    by_mapper: bool = False
    said: Mapping[str, str] | None = None


NOT_ASKED = Reach(Way.UNSURE)

Newest = Mapping[tuple[str, Check], Found]


def master_reach(peers: Iterable[str], newest: Newest) -> Reach:
    """`newest`: the outbound results so far, by peer and check."""
    return _together([_of_master(peer, newest) for peer in peers])


def database_reach(peers: Iterable[str], newest: Newest) -> list[Reach]:
    """One each."""
    return [_together([_of(peer, newest.get((peer, Check.SQL)))]) for peer in peers]


def asked_of(peer: str, newest: Newest) -> Found | None:
    """The result that decides about a master secret server.

    Without its mapper nobody finds the service: a mapper that is shut decides where the service's port is not known.
    """
    endpoint, mapper = newest.get((peer, Check.RPC_ENDPOINT)), newest.get((peer, Check.EPM))
    if endpoint is None or mapper is None:
        return endpoint or mapper
    judged = endpoint.result.judgement
    unsure = way_of_judgement(judged) is Way.UNSURE and way_of_judgement(mapper.result.judgement) is Way.SHUT
    return mapper if unsure or judged.cause is Cause.QUERY_REFUSED else endpoint


def way_of_judgement(judged: Judgement) -> Way:
    """By one verdict. A mapper that refuses the query is there, and the way to it is open."""
    if judged.verdict is Verdict.REACHABLE or judged.cause is Cause.QUERY_REFUSED:
        return Way.OPEN
    return Way.SHUT if judged.verdict in BAD else Way.UNSURE


def _of_master(peer: str, newest: Newest) -> Reach:
    found = asked_of(peer, newest)
    return _of(peer, found, by_mapper=found is not None and _is_of_mapper(found.result))


def _is_of_mapper(result: Result) -> bool:
    """A mapper that refuses the query says so of the service's port too, which was not tried then."""
    return result.path.check is Check.EPM or result.judgement.cause is Cause.QUERY_REFUSED


def _of(peer: str, found: Found | None, *, by_mapper: bool = False) -> Reach:
    if found is None:
        return Reach(Way.UNSURE, (peer,), said={peer: "not asked yet"})
    result = found.result
    judged = result.judgement
    way = way_of_judgement(judged)
    said = {} if way is Way.OPEN else {peer: f"{judged.verdict} / {judged.cause}" if judged.cause else judged.verdict}
    at = result.started + result.seconds
    return Reach(way, (peer,), found.began, found.found, at, by_mapper=by_mapper and way is Way.OPEN, said=said)


def _together(reaches: Sequence[Reach]) -> Reach:
    """Any one that is open will do, the newest first; it is shut only if all of them are, as old as the oldest."""
    if not reaches:
        return NOT_ASKED
    said = {peer: words for reach in reaches for peer, words in (reach.said or {}).items()}
    opened = [reach for reach in reaches if reach.way is Way.OPEN]
    if opened:
        best = max(opened, key=lambda reach: (not reach.by_mapper, reach.found))
        peers = tuple(peer for reach in opened for peer in reach.peers)
        return Reach(Way.OPEN, peers, best.began, best.found, best.at, best.by_mapper, said)
    shut = all(reach.way is Way.SHUT for reach in reaches)
    oldest = min(reaches, key=lambda reach: reach.found)
    peers = tuple(peer for reach in reaches for peer in reach.peers)
    way = Way.SHUT if shut else Way.UNSURE
    return Reach(way, peers, min(reach.began for reach in reaches), oldest.found, oldest.at, said=said)
