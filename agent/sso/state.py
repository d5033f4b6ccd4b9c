"""What it comes to: design's table, first match. The states are a metric's label and part of the JSON's schema."""

from enum import StrEnum

from agent.sso.memory import Memory, Spans
from agent.sso.seen import Condition, Service


class SsoState(StrEnum):
    """The closed list."""

    UNKNOWN = "unknown"
    SERVICE_STOPPED = "service-stopped"
    NORMAL = "normal"
    ON_CACHE = "on-cache"
    CACHE_LOST = "cache-lost"


class Why(StrEnum):
    """Which row of the table it was: part of the JSON's schema. What can be said follows from it."""

    NO_PART = "no-part"  # no SSO service is expected on this machine
    ABSENT = "absent"
    FORBIDDEN = "forbidden"
    SEVERAL = "several"
    FAILED = "failed"
    PASSIVE = "passive"  # a cluster's node that does not hold the cluster's name
    STANDBY = "standby"  # a stand-in asks nothing of the master
    STOPPED = "stopped"
    OPEN = "open"
    ITSELF = "itself"  # this machine is the master secret server
    NOT_ASKED = "not-asked"  # not in this process, or not with a definite answer
    STALE = "stale"  # the newest definite answer is too old
    NEVER = "never"  # no contact was ever seen
    SAME = "same"  # shut; the service is the one of the last contact
    LOST = "lost"  # shut; it began in the outage, and somebody watched
    ELSEWHERE = "elsewhere"  # shut; it began in the outage, and a stand-in may have been made master since
    JUST_BEGUN = "just-begun"  # shut; it began in the outage, and the way was not asked since
    UNWATCHED = "unwatched"  # shut; it began when nobody watched


STATE = {
    Why.NO_PART: SsoState.UNKNOWN,
    Why.ABSENT: SsoState.UNKNOWN,
    Why.FORBIDDEN: SsoState.UNKNOWN,
    Why.SEVERAL: SsoState.UNKNOWN,
    Why.FAILED: SsoState.UNKNOWN,
    Why.PASSIVE: SsoState.UNKNOWN,
    Why.STANDBY: SsoState.UNKNOWN,
    Why.STOPPED: SsoState.SERVICE_STOPPED,
    Why.OPEN: SsoState.NORMAL,
    Why.ITSELF: SsoState.NORMAL,
    Why.NOT_ASKED: SsoState.UNKNOWN,
    Why.STALE: SsoState.UNKNOWN,
    Why.NEVER: SsoState.UNKNOWN,
    Why.SAME: SsoState.ON_CACHE,
    Why.LOST: SsoState.CACHE_LOST,
    Why.ELSEWHERE: SsoState.UNKNOWN,
    Why.JUST_BEGUN: SsoState.UNKNOWN,
    Why.UNWATCHED: SsoState.UNKNOWN,
}

# Shut, by a newest definite answer that counts.
SHUT = (Why.NEVER, Why.SAME, Why.LOST, Why.ELSEWHERE, Why.JUST_BEGUN, Why.UNWATCHED)

_UNSEEN = {
    Condition.FORBIDDEN: Why.FORBIDDEN,
    Condition.SEVERAL: Why.SEVERAL,
    Condition.FAILED: Why.FAILED,
}
UNSEEN = (Why.ABSENT, *_UNSEEN.values())


def unseen(memory: Memory, service: Service) -> Why | None:
    """Why the service cannot be seen to run; None: it runs. One that was there before and is not now is stopped."""
    if service.condition is Condition.ABSENT:
        return Why.ABSENT if memory.life is None else Why.STOPPED
    if service.condition is Condition.STOPPED:
        return Why.STOPPED
    return _UNSEEN.get(service.condition)


def by_way(memory: Memory, now: float, spans: Spans) -> Why:
    """Of a service that runs, by the way to the master secret. `now` is monotonic."""
    contact, outage, life = memory.contact, memory.outage, memory.life
    if outage is None:
        return _without_outage(memory, now, spans)
    if not spans.holds(now - outage.newest, memory):
        return Why.STALE
    if contact is None:
        return Why.NEVER
    if life is None or life.incarnation is None:
        return Why.UNWATCHED
    if life.incarnation == contact.incarnation:
        return Why.SAME
    if life.not_before is None or life.not_before < outage.began:
        return Why.UNWATCHED
    if now - outage.newest > spans.brief + (outage.newest - outage.asked):  # rounds may take their time
        return Why.STALE  # it may have found a way meanwhile
    return Why.LOST if outage.asked >= life.first else Why.JUST_BEGUN


def _without_outage(memory: Memory, now: float, spans: Spans) -> Why:
    contact = memory.contact
    if contact is None or contact.found is None:
        return Why.NOT_ASKED
    return Why.OPEN if spans.holds(now - contact.found, memory) else Why.STALE
