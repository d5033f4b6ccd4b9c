"""Sentences that stand beside a row's: of the way, of the cluster, of host instances, of processing servers.

Each function gives what is added to which part of the words.
"""

from collections.abc import Iterator
from enum import StrEnum

from agent.sso.cluster import Holding
from agent.sso.part import Place
from agent.sso.reach import Reach
from agent.sso.standing import Standing
from agent.sso.state import UNSEEN, Why
from agent.sso.ways import Way
from agent.sso.words.facts import listed, said

ASKS_AGAIN = 60.0  # seconds: the service asks for the master secret server every 30 s or every 60 s; sources differ


class To(StrEnum):
    """Which part of the words: the names of its fields."""

    SEEN = "seen"
    WORKS = "works"
    FAILS = "fails"
    AVOID = "avoid"
    REMEDY = "remedy"


Added = Iterator[tuple[To, str]]

STARTING = "starting"  # how a service's detail says so
WHICH = "which of them the service asks, `ssomanage -displaydb` tells"

KEEP = "Do not restart {service}, host instances or {here} before there is a way to {masters}."

# By what the verdict on the way to the master secret server is, where that is no definite answer.
HINTS = {
    "not asked": "Wait for the first round of the agent, or run `probe once --peer {peer}`.",
    "pending": "Wait for the first round of the agent, or run `probe once --peer {peer}`.",
    "inconclusive / not-registered": "Start the SSO service of {peer}; if it runs, `probe endpoints {peer}` lists what "
    "is registered there: correct `rpc.services`.",
    "inconclusive / no-known-listener": "Mend the path to the endpoint mapper of {peer} first.",
    "inconclusive / local-fault": "Mend this machine first: the paths to {peer} could not be tried.",
    "inconclusive / middlebox": "Find out which device answers in the place of {peer}.",
    "inconclusive / lossy-path": "Look for packet loss on the way to {peer}.",
}
HINT = "`probe once --peer {peer}` says what is not known, and what to do."

START = {
    Way.OPEN: "Start {service} on {here}: the way to {reached} is open. Then start the host instances that do not run.",
    Way.SHUT: "A start does no harm, but the service gets no secret, or does not start at all, before the way to "
    "{masters} is open: mend that.",
    Way.UNSURE: "Find out whether there is a way to {masters}, then start {service} on {here}.",
}
WAY = {
    Way.OPEN: "The way to {reached} is open.",
    Way.SHUT: "There is no way to {masters}{said}{outage}.",
    Way.UNSURE: "Whether there is a way to {masters} is not known{said}.",
}


def of_way(standing: Standing, facts: dict[str, str]) -> Added:
    """Where the row's own words do not depend on the way to the master secret server, and should."""
    if standing.part.place is not Place.PROCESSING:
        return
    why, way = standing.why, standing.master.way
    if why in UNSEEN or why is Why.STOPPED:
        yield To.SEEN, WAY[way].format_map(facts)
        if standing.master.by_mapper:
            yield To.SEEN, "Only its endpoint mapper answered: that the service's own port connects is not shown."
    if why in UNSEEN and way is not Way.OPEN:
        yield To.AVOID, KEEP.format_map(facts)
    if why is Why.STOPPED:
        yield To.REMEDY, START[way].format_map(facts)
    if why is Why.STOPPED and standing.service.detail == STARTING:
        yield To.REMEDY, "It is starting, which can take about 3 min: wait for that."
    if why is Why.NOT_ASKED:
        yield from ((To.REMEDY, hint) for hint in _hints(standing.master))
    if why is Why.OPEN and way is Way.UNSURE:
        yield To.SEEN, f"The newest answer is not definite{said(standing.master)}."
    if why is Why.OPEN and way is Way.OPEN and standing.master.said:
        yield To.FAILS, f"Not every master secret server is reached{said(standing.master)}; {WHICH}."


def of_contact(standing: Standing) -> Added:
    """That the way was open does not show that the service used it."""
    contact = standing.contact
    if standing.why is Why.SAME and contact is not None and contact.held < ASKS_AGAIN:
        yield (
            To.SEEN,
            "In this run of the service the way was seen open for less than 60 s: the service asks every 30 to 60 s, "
            "and may not have fetched the secret in so short a time.",
        )


def _hints(master: Reach) -> Iterator[str]:
    peers: dict[str, list[str]] = {}
    for peer, text in (master.said or {}).items():
        peers.setdefault(HINTS.get(text, HINT), []).append(peer)
    return (hint.format(peer=listed(names, "or")) for hint, names in peers.items())


def of_cluster(standing: Standing) -> Added:
    """A node whose service runs and that does not hold the cluster's name."""
    if standing.why is Why.ITSELF and standing.part.is_node and standing.holding is Holding.ELSEWHERE:
        yield (
            To.FAILS,
            "This node does not hold the cluster's name, though its service runs: started by hand, nobody finds it "
            "(0x800706D9). A name that still leads to the address of before a failover would look the same.",
        )
        yield To.REMEDY, "If the cluster runs the service on another node, stop it here."


def of_instances(standing: Standing) -> Added:
    """Host instances that are not what they were at the last contact, where the way has been shut since."""
    if standing.outage is None:
        return
    if standing.restarted:
        names = listed(standing.restarted)
        yield To.FAILS, f"Host instances (re)started since the last contact, which may lack the secret: {names}."
    if standing.halted:
        names = listed(standing.halted)
        yield To.FAILS, f"Host instances stopped since, which cannot be started with success now: {names}."


def of_processing(standing: Standing) -> Added:
    """What the processing servers tell, where the service of the master is at work."""
    if standing.why is not Why.ITSELF:
        return
    opened, shut, unsure = (listed(telling(standing, way)) for way in (Way.OPEN, Way.SHUT, Way.UNSURE))
    if opened:
        yield To.SEEN, f"Reached from {opened}."
    if unsure:
        untold = "that takes an agent there, and the key of this site"
        yield To.SEEN, f"Whether it is reached from {unsure} is not told: {untold}."
    if shut:
        cached = "they work on with cached copies of the secret, if they have them"
        yield To.FAILS, f"Not reached from {shut}: {cached}."
        yield To.AVOID, f"Do not restart ENTSSO or host instances on {shut} before that is mended."
        yield To.REMEDY, f"Mend the way from {shut}: `probe once` there says what is shut."


def telling(standing: Standing, way: Way) -> list[str]:
    """The processing servers that tell this of their way here."""
    return [peer for peer, found in standing.processing.items() if found is way]
