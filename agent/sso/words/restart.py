"""Whether the SSO service, host instances and the machine can be restarted without harm, and why.

Each thing that a restart needs gives an answer of its own, and the worst of them decides. A yes needs everything shown;
what is not known, or too old, is no yes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from agent.sso.cluster import Holding
from agent.sso.part import Place
from agent.sso.standing import Standing
from agent.sso.state import SHUT, UNSEEN, SsoState, Why
from agent.sso.ways import Way
from agent.sso.words.added import WHICH, telling
from agent.sso.words.databases import by_way, failover
from agent.sso.words.facts import detail, listed, name, names_of, said, told


class Answer(StrEnum):
    """The worst first."""

    NO = "no"
    UNKNOWN = "unknown"
    YES = "yes"


@dataclass(frozen=True, slots=True)
class Restart:
    """`why`: what keeps it from a yes, the worst first; of a yes what it rests on, and what to look to."""

    answer: Answer
    why: tuple[str, ...]


Reason = tuple[Answer, str]

ORDER = [*Answer]

UNSEEN_WORDS = {
    Why.ABSENT: "there is no such service",
    Why.FORBIDDEN: "this account may not see it",
    Why.SEVERAL: "several processes have its name",
    Why.FAILED: "the system does not say",
}
SHOWN = "This goes by connections alone: logins, rights and BizTalk's own databases are not tried."
FAILS = "a service that starts without it tries 12 times, every 5 s, and fails (10513)"
MEANWHILE = (
    "While it restarts, which can take about 3 min, {asking} work on with cached copies of the secret: restart nothing "
    "there meanwhile."
)
PORT = (
    "Unless its port is fixed, the service listens on another port of the dynamic range afterwards: see first "
    "that what {asking} find on the way here shows no block in that range."
)
STALE = (
    "A name of {masters} in the file gives no address, or one that does not answer, and a service that starts asks by "
    "name."
)
ITS_OWN = "The SSO database is on this machine, and whether SQL Server serves it is not tried."
NO_DATABASE = "The file names no SSO database, so whether it is reached is not asked."
RANGE = (
    "{peers} found a part of the dynamic range shut on the way here: unless its port is fixed, the service listens on "
    "another port after a restart, and that may be a shut one."
)
STAND_IN = (
    "Whether the service of a stand-in could fetch the secret again is not asked. Until it is made master by hand "
    "nobody asks it for the secret, and then it needs a backup of it."
)


def restart(standing: Standing) -> Restart:
    """One answer for the service, host instances and the machine alike: each releases what is cached."""
    reasons = sorted(_reasons(standing), key=lambda reason: ORDER.index(reason[0]))
    worst = reasons[0][0]
    kept = ORDER if worst is Answer.YES else ORDER[:-1]
    return Restart(worst, tuple(sentence for answer, sentence in reasons if answer in kept))


def _reasons(standing: Standing) -> Iterator[Reason]:
    place = standing.part.place
    if standing.why is Why.NO_PART or place is Place.NONE:
        yield Answer.UNKNOWN, f"No SSO service is expected on {name(standing.part.here)}, and nothing is asked for it."
    elif standing.why is Why.PASSIVE:
        yield from _passive(standing)
    else:
        yield from OF_PLACE[place](standing)
        yield from _service(standing)
        yield from _databases(standing)
        yield Answer.YES, SHOWN


def _processing(standing: Standing) -> Iterator[Reason]:
    masters = listed((host.name for host in standing.part.masters), "or") or "the master secret server"
    way, seen = standing.master.way, said(standing.master)
    if standing.why is Why.STALE:
        yield Answer.UNKNOWN, f"What is known of the way to {masters} is too old to count{seen}."
    elif way is Way.SHUT or standing.why in SHUT:
        when = "is" if way is Way.SHUT else "was, by the newest definite answer,"
        yield Answer.NO, f"There {when} no way to {masters}{seen}: a service that starts now gets no secret."
        yield from _cached(standing)
    elif way is Way.UNSURE or standing.why is Why.NOT_ASKED:
        yield Answer.UNKNOWN, f"Whether there is a way to {masters} is not known{seen}."
    elif standing.master.by_mapper:
        only = "only the endpoint mapper answered, and that the SSO service's own port connects is not shown"
        yield Answer.UNKNOWN, f"Of {listed(standing.master.peers)} {only}."
    else:
        if standing.master.said:
            yield Answer.UNKNOWN, f"Not every master secret server is reached{seen}; {WHICH}."
        if standing.stale:
            yield Answer.UNKNOWN, STALE.format(masters=listed(standing.stale))
        yield Answer.YES, f"The way to {listed(standing.master.peers)} is open."


def _cached(standing: Standing) -> Iterator[Reason]:
    """What a restart would cost on top."""
    if standing.state is SsoState.ON_CACHE:
        yield Answer.NO, "A restart of the service, of host instances or of the machine releases the cached secret."
    if standing.state is SsoState.CACHE_LOST:
        yield Answer.NO, "The cached secret is gone already; host instances that still work would not start again."


def _service(standing: Standing) -> Iterator[Reason]:
    service = name(standing.service.name)
    if standing.why in UNSEEN:
        yield Answer.UNKNOWN, f"{service} cannot be seen: {UNSEEN_WORDS[standing.why]}{detail(standing.service)}."
    if standing.why is Why.STOPPED:
        yield (
            Answer.YES,
            f"{service} does not run now{detail(standing.service)}: what comes is a start, which can take about 3 min.",
        )


def _databases(standing: Standing) -> Iterator[Reason]:
    shut, unsure, opened = (by_way(standing, way) for way in (Way.SHUT, Way.UNSURE, Way.OPEN))
    if not standing.databases:
        yield Answer.UNKNOWN, ITS_OWN if standing.part.has_database else NO_DATABASE
    elif len(shut) == len(standing.databases):
        yield Answer.NO, f"No SSO database is reached, {told(shut)}: {FAILS}."
    else:
        if shut:
            uses = "and which of them the service uses is not known (`ssomanage -displaydb` tells)"
            yield Answer.UNKNOWN, f"Not every SSO database is reached, {uses}: {told(shut)}."
        if unsure:
            yield Answer.UNKNOWN, f"Whether the SSO database is reached is not known: {told(unsure)}."
        if opened:
            yield Answer.YES, f"The way to the SSO database is open: {listed(names_of(opened))}."


def _master(standing: Standing) -> Iterator[Reason]:
    """It has the secret itself; what it costs, others pay."""
    asking = listed(standing.part.processing) or "the processing servers"
    if standing.part.is_node and standing.why is Why.ITSELF and standing.holding is Holding.ELSEWHERE:
        yield Answer.UNKNOWN, "The service runs on this node, and by its addresses the cluster's name is on another."
    yield Answer.YES, MEANWHILE.format(asking=asking)
    yield Answer.YES, PORT.format(asking=asking)
    shut = [peer for peer, way in standing.ranges.items() if way is Way.SHUT]
    if shut:
        yield Answer.UNKNOWN, RANGE.format(peers=listed(shut))
    yield from _asking(standing)
    if standing.part.is_node:
        yield (
            Answer.YES,
            "Take the cluster's SSO resource offline and online (`Stop-ClusterResource`, `Start-ClusterResource`), or "
            "move it to another node first: a service that is stopped by hand counts as failed there.",
        )
    if standing.backup_confirmed is None:
        yield Answer.YES, "Nobody has confirmed that the master secret is backed up (`sso.backup_confirmed`)."


def _asking(standing: Standing) -> Iterator[Reason]:
    shut, unsure = (listed(telling(standing, way)) for way in (Way.SHUT, Way.UNSURE))
    if shut:
        yield (
            Answer.YES,
            f"Not reached from {shut}: that is so before it and after; restart nothing there.",
        )
    if unsure:
        yield Answer.YES, f"Whether it is reached from {unsure} is not told."


def _standby(standing: Standing) -> Iterator[Reason]:
    yield Answer.UNKNOWN, STAND_IN


def _passive(standing: Standing) -> Iterator[Reason]:
    if standing.holding is not Holding.ELSEWHERE:
        yield Answer.UNKNOWN, "The service does not run here, and which node holds the cluster's name is not known."
    yield Answer.YES, "The service rests on this node, and nobody is served from here."
    yield Answer.YES, "While the node restarts it cannot take over: see first that another one has the resource online."
    yield Answer.YES, failover(standing)


OF_PLACE = {Place.PROCESSING: _processing, Place.MASTER: _master, Place.STANDBY: _standby}
