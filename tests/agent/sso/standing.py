"""Parts, services, contacts, ways and standings for tests, with everything filled in that a test does not care about.

A processing server BTS01 with one master secret server, MSS, and one SSO database, SQL01. `standing(why)` is one in
which the rest agrees with `why`; whatever is given by name takes its place.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TypedDict, Unpack

from agent.ground.roles import Role
from agent.site.topology import Host, Node
from agent.sso.availability import Addresses, AddressState, Availability, seen_from_itself
from agent.sso.cluster import Holding
from agent.sso.memory import Contact, Outage
from agent.sso.part import Part, Place
from agent.sso.reach import NOT_ASKED, Reach
from agent.sso.seen import Condition, Service
from agent.sso.standing import Standing
from agent.sso.state import Why
from agent.sso.ways import Way

NOW = 1_767_261_600.0  # 2026-01-01T10:00:00Z
HOUR = 3600.0
INSTANCE = "BTSSvc$BizTalkServerApplication"

CONDITION = {
    Why.ABSENT: Condition.ABSENT,
    Why.NO_PART: Condition.ABSENT,
    Why.FORBIDDEN: Condition.FORBIDDEN,
    Why.SEVERAL: Condition.SEVERAL,
    Why.FAILED: Condition.FAILED,
    Why.STOPPED: Condition.STOPPED,
    Why.PASSIVE: Condition.STOPPED,
}
PLACE = {
    Why.NO_PART: Place.NONE,
    Why.PASSIVE: Place.MASTER,
    Why.ITSELF: Place.MASTER,
    Why.STANDBY: Place.STANDBY,
}
HERE = {Why.PASSIVE: "NODE2", Why.ITSELF: "MSS"}
SHUT = (Why.NEVER, Why.SAME, Why.LOST, Why.ELSEWHERE, Why.JUST_BEGUN, Why.UNWATCHED)
NO_CONTACT = (Why.NO_PART, Why.NOT_ASKED, Why.NEVER)


class Fields(TypedDict, total=False):
    """What of a standing may be given by name."""

    service: Service
    contact: Contact | None
    outage: Outage | None
    master: Reach
    databases: tuple[Reach, ...]
    processing: Mapping[str, Way]
    restarted: tuple[str, ...]
    halted: tuple[str, ...]
    addresses: Addresses
    availability: Availability
    holding: Holding
    backup_confirmed: date | None
    since: float | None
    ranges: Mapping[str, Way]
    stale: tuple[str, ...]


def host(name: str = "MSS", *addresses: str, nodes: tuple[str, ...] = (), role: Role = Role.MASTER_SECRET) -> Host:
    return Host(name, (role,), addresses or (name,), tuple(Node(each, (each,)) for each in nodes))


def part(
    place: Place = Place.PROCESSING,
    *,
    here: str = "BTS01",
    masters: tuple[Host, ...] | None = None,
    standbys: tuple[Host, ...] = (),
    databases: tuple[str, ...] = ("SQL01",),
    processing: tuple[str, ...] = ("BTS01", "BTS02"),
    clusters: tuple[Host, ...] = (),
    secret_of: tuple[str, ...] = (),
) -> Part:
    asking = (host(),) if masters is None else masters
    return Part(
        here=here,
        place=place,
        masters=asking if place is Place.PROCESSING else (),
        standbys=standbys,
        databases=tuple(host(each, role=Role.SSO_DATABASE) for each in databases if place is not Place.NONE),
        processing=processing if place is Place.MASTER else (),
        clusters=clusters if place is Place.MASTER else (),
        secret_of=secret_of,
    )


def service(condition: Condition = Condition.RUNNING, name: str = "ENTSSO", detail: str = "") -> Service:
    if condition is not Condition.RUNNING:
        return Service(name, condition, detail=detail)
    return Service(name, condition, "boot:4711:1", 4711, NOW - 24 * HOUR, detail)


def contact(
    at: float = NOW - HOUR, *, held: float = 600.0, incarnation: str | None = "boot:4711:1", by_mapper: bool = False
) -> Contact:
    instances = {INSTANCE: "boot:4712:1"}
    return Contact(at, 100.0, ("MSS",), by_mapper, incarnation, instances, held)


def outage(since: float = NOW - HOUR / 2) -> Outage:
    return Outage(since, 1000.0, {"MSS": 2800.0}, 2799.0)


def reach(way: Way = Way.OPEN, peer: str = "MSS", *, said: str | None = None, by_mapper: bool = False) -> Reach:
    words = {Way.OPEN: None, Way.SHUT: "blocked / silent-drop", Way.UNSURE: "inconclusive / not-registered"}
    seen = said or words[way]
    return Reach(way, (peer,), 2799.0, 2800.0, NOW - 30, by_mapper, {peer: seen} if seen else {})


def standing(why: Why = Why.OPEN, of: Part | None = None, **fields: Unpack[Fields]) -> Standing:
    """At the time NOW."""
    of = of or _part(why)
    asks = bool(of.masters)
    way = Way.SHUT if why in SHUT else Way.OPEN
    seen = Standing(
        part=of,
        why=why,
        service=service(CONDITION.get(why, Condition.RUNNING)),
        contact=None if why in NO_CONTACT or not asks else contact(),
        outage=outage() if why in SHUT else None,
        master=reach(Way.UNSURE if why is Why.NOT_ASKED else way) if asks else NOT_ASKED,
        databases=tuple(reach(peer=each.name) for each in of.databases),
        processing=dict.fromkeys(of.processing, Way.OPEN),
        restarted=(),
        halted=(),
        addresses={each.name: {"192.0.2.31": _address(way)} for each in of.masters},
        availability=_availability(of, way),
        holding=Holding.ELSEWHERE if why is Why.PASSIVE else Holding.UNKNOWN,
        since=NOW - HOUR / 2,
    )
    return replace(seen, **fields)


def _part(why: Why) -> Part:
    place = PLACE.get(why, Place.PROCESSING)
    cluster = (host(nodes=("NODE1", "NODE2")),) if why is Why.PASSIVE else ()
    return part(place, here=HERE.get(why, "BTS01"), clusters=cluster)


def _availability(of: Part, way: Way) -> Availability:
    if of.place is Place.MASTER:
        return seen_from_itself(of.clusters)
    return Availability.AVAILABLE if way is Way.OPEN else Availability.NOT_AVAILABLE


def _address(way: Way) -> AddressState:
    return AddressState.REACHABLE if way is Way.OPEN else AddressState.UNREACHABLE
