"""What the sentences about SSO are filled with: names, times and verdicts of a standing, bounded and made plain."""

from collections.abc import Iterable, Sequence

from agent.ground.duration import about
from agent.ground.text import plain, timestamp
from agent.sso.cluster import Holding
from agent.sso.memory import Contact
from agent.sso.reach import Reach
from agent.sso.seen import Condition, Service
from agent.sso.standing import Standing
from agent.sso.ways import Way

MOST = 5  # names in one list
LONGEST = 64  # letters of a name
DETAIL = 160  # letters of what a system says
SET_BACK = 1.0  # seconds by which a time may be ahead before the clock is taken to have been set back

HOLDING = {
    Holding.HERE: "It holds the cluster's name.",
    Holding.ELSEWHERE: "It does not hold the cluster's name, so the service rests here, as it must; whether another "
    "node runs it is seen on that node only.",
    Holding.UNKNOWN: "Which node holds the cluster's name is not known; if it is this one, the service should run.",
}


def facts_of(standing: Standing, now: float) -> dict[str, str]:
    """The fields of every sentence. `now` is UTC."""
    part, service, contact = standing.part, standing.service, standing.contact
    masters = [host.name for host in part.masters]
    began = _began(service.started, now)
    return {
        "here": name(part.here),
        "service": name(service.name),
        "detail": detail(service),
        "stopped": "is not there any more" if service.condition is Condition.ABSENT else "does not run",
        "began": began,
        "run": f" This run began{began}." if began else "",
        "shown": ", by its endpoint mapper alone" if contact is not None and contact.by_mapper else "",
        "masters": listed(masters, "or") or "the master secret server",
        "reached": listed(standing.master.peers) or "the master secret server",
        "said": said(standing.master),
        "outage": _first(standing.outage.since, now) if standing.outage else "",
        "no_way": _no_way(standing, now),
        "standbys": listed([host.name for host in part.standbys] + [part.here] * part.is_standby, "or"),
        "contact": _contact(contact, now),
        "clusters": listed(host.name for host in part.clusters) or "the master secret server",
        "holding": HOLDING[standing.holding],
        "processing": listed(part.processing) or "the processing servers",
    }


def name(text: str) -> str:
    """From the network or the system: harmless, and bounded."""
    return plain(text, LONGEST)


def detail(service: Service) -> str:
    """In brackets: how the system put it."""
    put = plain(service.detail, DETAIL).rstrip(". ")
    return f" ({put})" if put else ""


def listed(names: Iterable[str], last: str = "and") -> str:
    """`A`, `A and B`, `A, B, C, D, E and 3 more`; of none nothing."""
    return joined([name(each) for each in names], last)


def joined(texts: Sequence[str], last: str = "and") -> str:
    """The same of texts that are bounded and plain."""
    shown = list(texts)
    if len(shown) > MOST:
        shown[MOST:] = [f"{len(shown) - MOST} more"]
        last = "and"
    return f" {last} ".join(filter(None, (", ".join(shown[:-1]), *shown[-1:])))


def plural(count: int, one: str, more: str) -> str:
    """The form of a word that `count` asks for."""
    return one if count == 1 else more


def is_known(at: float | None, now: float) -> bool:
    """Whether a time can be told: one that lies ahead was found before the clock was set back."""
    return at is not None and 0 <= at <= now + SET_BACK


def moment(at: float, now: float) -> str:
    """Of a time that is known: when, and how long ago."""
    return f"{timestamp(at)}, {about(max(0.0, now - at))} ago"


def said(reach: Reach) -> str:
    """In brackets: what the verdicts are where the way is not open. The name of a single peer goes without saying."""
    verdicts = dict(reach.said or {})
    if not verdicts:
        return ""
    alone = [*verdicts] == [*reach.peers] and len(verdicts) == 1
    return f" ({joined([name(text) if alone else f'{name(peer)}: {name(text)}' for peer, text in verdicts.items()])})"


def told(reaches: Iterable[Reach]) -> str:
    """Each with what its verdict is: `SQL01 (blocked / silent-drop) and SQL02 (unreachable / no-answer)`."""
    return joined([f"{listed(reach.peers)}{said(reach)}" for reach in reaches])


def names_of(reaches: Iterable[Reach]) -> list[str]:
    """Of the peers, in their order."""
    return [peer for reach in reaches for peer in reach.peers]


def _no_way(standing: Standing, now: float) -> str:
    masters = listed((host.name for host in standing.part.masters), "or") or "the master secret server"
    since = _first(standing.outage.since, now) if standing.outage else ""
    seen = said(standing.master)
    if standing.master.way is Way.SHUT:
        return f"There is no way to {masters}{seen}{since}."
    return f"By the newest definite answer there was no way to {masters}{since}; now it is not known{seen}."


def _first(at: float, now: float) -> str:
    return f", first found so at {moment(at, now)}" if is_known(at, now) else ""


def _began(at: float | None, now: float) -> str:
    return f" ({moment(at, now)})" if at is not None and is_known(at, now) else ""


def _contact(contact: Contact | None, now: float) -> str:
    if contact is None:
        return "No contact is remembered: this agent has not seen the way open."
    way = f"The way to {listed(contact.peers)}" if contact.peers else "The way"
    how = ", by the endpoint mapper alone: that the SSO service's own port connects was not shown" * contact.by_mapper
    if not is_known(contact.at, now):
        return f"{way} was seen open before; when is not known, as the clock was set back{how}."
    unseen = " Whether the service ran then is not known." if contact.incarnation is None else ""
    return f"{way} was last seen open at {moment(contact.at, now)}{how}.{unseen}"
