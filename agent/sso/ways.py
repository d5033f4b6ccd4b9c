"""Whether a way is open, by verdicts: of one path, and of the two that lead to a master secret server.

Of such a server its SSO service's own port decides: registered, and connects. Without its endpoint mapper nobody finds
that port: a mapper that is shut decides where the port is not known, and leaves it open what a port that connects is
worth, as one with a fixed number may. A mapper that refuses to tell the port has to do alone, as it does where the
configuration plans no path to the port. What peers tell of their ways here is judged alike.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from agent.ground.path import Check
from agent.judge.fold import BAD
from agent.judge.verdict import Cause, Judgement, Verdict


class Way(StrEnum):
    """OPEN: shown to work; SHUT: shown not to work, whatever the reason; UNSURE: neither, or not asked yet."""

    OPEN = "open"
    SHUT = "shut"
    UNSURE = "unsure"


class Decided(NamedTuple):
    """`by_mapper`: the endpoint mapper alone decided."""

    way: Way
    by_mapper: bool = False


def way_of(judged: Judgement | None) -> Way:
    """By one verdict; None: there is none yet. A mapper that refuses the query is there, and the way to it is open."""
    if judged is None:
        return Way.UNSURE
    if judged.verdict is Verdict.REACHABLE or judged.cause is Cause.QUERY_REFUSED:
        return Way.OPEN
    return Way.SHUT if judged.verdict in BAD else Way.UNSURE


def decide(endpoint: Judgement | None, mapper: Judgement | None, *, alone: bool) -> Decided:
    """Of a master secret server, or one address of it. `alone`: no path to the service's own port is planned."""
    by_mapper = Decided(way_of(mapper), by_mapper=True)
    if alone:
        return by_mapper
    if endpoint is not None and endpoint.cause is Cause.QUERY_REFUSED:
        return by_mapper if mapper is not None else Decided(Way.OPEN, by_mapper=True)
    own = Decided(way_of(endpoint))
    if by_mapper.way is not Way.SHUT or own.way is Way.SHUT:
        return own
    return by_mapper if own.way is Way.UNSURE else Decided(Way.UNSURE, by_mapper=True)


def decide_of(peer: str, judged: Mapping[tuple[str, Check], Judgement | None]) -> Decided:
    """Of a master secret server by both verdicts, by peer and check; None: planned, and there is none yet."""
    endpoint, mapper = (peer, Check.RPC_ENDPOINT), (peer, Check.EPM)
    return decide(judged.get(endpoint), judged.get(mapper), alone=endpoint not in judged)


def together(ways: list[Way]) -> Way:
    """Of several that can stand for one another: any that is open will do, and only all of them are shut together."""
    if Way.OPEN in ways:
        return Way.OPEN
    return Way.SHUT if ways and set(ways) == {Way.SHUT} else Way.UNSURE
