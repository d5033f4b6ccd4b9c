"""What the ways to the SSO databases cost, in sentences."""

from agent.sso.reach import Reach
from agent.sso.standing import Standing
from agent.sso.state import Why
from agent.sso.ways import Way
from agent.sso.words.added import Added, To
from agent.sso.words.facts import listed, names_of, plural, told

OFFLINE = (
    "A service that loses its database goes offline after about 5 min, and one that starts without it tries 12 times, "
    "every 5 s, and fails (10513)."
)


def of_databases(standing: Standing) -> Added:
    """What it costs that one is not reached, or may not be."""
    if standing.why is Why.PASSIVE:
        yield To.WORKS, failover(standing)
        return
    shut, unsure, opened = (by_way(standing, way) for way in (Way.SHUT, Way.UNSURE, Way.OPEN))
    if unsure:
        yield To.SEEN, f"Whether the SSO database is reached is not known: {told(unsure)}."
    if not shut:
        return
    starts = standing.why is Why.STOPPED and standing.master.way is Way.OPEN
    first = "Before that, mend" if starts else "Mend"
    yield To.FAILS, f"The SSO {_which(shut)} not reached: {told(shut)}. {OFFLINE}"
    yield To.REMEDY, f"{first} the way to {listed(names_of(shut))}: `probe once` says what is shut."
    if opened or unsure:
        names = listed(names_of([*opened, *unsure]))
        yield To.REMEDY, f"Which one the service uses, `ssomanage -displaydb` tells; not shown to be shut: {names}."
    elif standing.why in (Why.OPEN, Why.ITSELF, Why.SAME):
        yield To.WORKS, "That lasts until the service goes offline for want of its database."


def failover(standing: Standing) -> str:
    """Whether this node could take over, as far as its own paths show."""
    shut, unsure = (by_way(standing, way) for way in (Way.SHUT, Way.UNSURE))
    beside = "its ways to the processing servers are among its other paths."
    if shut and len(shut) == len(standing.databases):
        return f"A failover to this node would not work: it does not reach the SSO database {told(shut)}."
    if shut or unsure:
        return f"Whether a failover to this node would work is not known: {told([*shut, *unsure])}."
    if not standing.databases:
        return f"A failover to this node needs no SSO database of another host; {beside}"
    return f"A failover to this node would find its SSO database: the way is open; {beside}"


def by_way(standing: Standing, way: Way) -> list[Reach]:
    """The databases that are reached so."""
    return [each for each in standing.databases if each.way is way]


def databases_in_short(standing: Standing) -> str:
    """For the headline: only what is wrong."""
    shut = by_way(standing, Way.SHUT)
    if not shut or standing.why is Why.PASSIVE:
        return ""
    return f"; the SSO {_which(shut)} not reached"


def _which(shut: list[Reach]) -> str:
    return plural(len(shut), "database is", "databases are")
