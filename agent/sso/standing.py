"""How a machine stands in the SSO system: everything that is published and said of it, as one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from agent.ground.path import Check
from agent.sso.availability import Addresses, Availability, addresses_of, seen_from_afar, seen_from_itself
from agent.sso.cluster import Holding
from agent.sso.dns import misled
from agent.sso.memory import AT_REST, Contact, Memory, Outage, Spans, saw_service, saw_way
from agent.sso.part import Part, Place
from agent.sso.reach import Found, Newest, Reach, database_reach, master_reach
from agent.sso.seen import Service, Sighting
from agent.sso.state import STATE, SsoState, Why, by_way, unseen
from agent.sso.ways import Way, way_of


@dataclass(frozen=True, slots=True)
class Standing:
    """`since`: when `state` began, UTC; None: not known.

    `master`: of the master secret servers together, `databases`: of each SSO database. `processing`: by processing
    server, what it told of the way to this machine, where this is the master, and `ranges` likewise of the dynamic
    range. `stale`: masters and databases of which a name leads to where the service is not. `restarted`: host instances
    that are not the ones of the last contact, `halted`: those that were there then and do not run now.
    """

    part: Part
    why: Why
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
    holding: Holding = Holding.UNKNOWN
    backup_confirmed: date | None = None
    since: float | None = None
    ranges: Mapping[str, Way] = field(default_factory=dict)
    stale: tuple[str, ...] = ()

    @property
    def state(self) -> SsoState:
        return STATE[self.why]


@dataclass(frozen=True, slots=True)
class Told:
    """What peers told of their ways here: `ways` to the SSO service, `ranges` to the dynamic ports."""

    ways: Mapping[str, Way] = field(default_factory=dict)
    ranges: Mapping[str, Way] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Observed:
    """What `stand` goes by. `newest`: outbound results; `told`: by peer, what it found of the way to this machine.

    `looked`: when the look at services began and ended; `now`: when all of this is known. All are monotonic.
    """

    sighting: Sighting
    newest: Newest
    told: Told
    looked: tuple[float, float]
    now: float
    spans: Spans
    holding: Holding = Holding.UNKNOWN


def follow(part: Part, memory: Memory, seen: Observed, backup: date | None = None) -> tuple[Memory, Standing]:
    """What is remembered after one more look, and how the machine stands then. `backup`: when it was confirmed."""
    memory = saw_service(memory, seen.sighting, *seen.looked)
    memory = saw_way(memory, _master_reach(part, seen.newest), seen.sighting, seen.spans)
    if memory.life is not None and any(way is not Way.SHUT for way in _stand_ins(part, seen.newest)):
        memory = replace(memory, life=replace(memory.life, served=True))
    return memory, stand(part, memory, seen, backup)


def _master_reach(part: Part, newest: Newest) -> Reach:
    return master_reach((host.name for host in part.masters), newest)


def stand(part: Part, memory: Memory, seen: Observed, backup: date | None = None) -> Standing:
    """How the machine stands by what is remembered. Results that are too old count as if there were none."""
    service = seen.sighting.service
    master = part.place is Place.MASTER
    newest = {key: found if _counts(found, seen) else None for key, found in seen.newest.items()}
    addresses = addresses_of(part.masters, newest)
    contact = None if master else memory.contact
    restarted, halted = _instances(contact, seen.sighting)
    return Standing(
        part=part,
        why=_why(part, memory, seen),
        service=service,
        contact=contact,
        outage=None if master else memory.outage,
        master=_master_reach(part, newest),
        databases=tuple(database_reach((host.name for host in part.databases), newest)),
        processing={peer: seen.told.ways.get(peer, Way.UNSURE) for peer in part.processing},
        ranges={peer: way for peer, way in seen.told.ranges.items() if peer in part.processing},
        stale=tuple(misled(part.masters, part.databases, newest)),
        restarted=restarted,
        halted=halted,
        addresses=addresses,
        availability=seen_from_itself(part.clusters) if master else seen_from_afar(part.masters, addresses),
        holding=seen.holding,
        backup_confirmed=backup,
    )


def _counts(found: Found | None, seen: Observed) -> bool:
    return found is not None and seen.now - found.found <= seen.spans.stands


def _why(part: Part, memory: Memory, seen: Observed) -> Why:
    if part.place is Place.NONE:
        return Why.NO_PART
    missing = unseen(memory, seen.sighting.service)
    rests = missing is Why.STOPPED and seen.sighting.service.incarnation is None
    if rests and part.is_node and seen.holding is not Holding.HERE:
        return Why.PASSIVE
    if missing is not None:
        return missing
    if part.place is Place.MASTER:
        return Why.ITSELF
    if part.place is Place.STANDBY:
        return Why.STANDBY
    why = by_way(memory, seen.now, seen.spans)
    return Why.ELSEWHERE if why is Why.LOST and _may_be_served(part, memory, seen.newest) else why


def _may_be_served(part: Part, memory: Memory, newest: Newest) -> bool:
    """Whether a stand-in, this machine maybe, may have been made master by hand; one that was not asked may, too."""
    served = memory.life is not None and memory.life.served
    return part.is_standby or served or len(_stand_ins(part, newest)) < len(part.standbys)


def _stand_ins(part: Part, newest: Newest) -> list[Way]:
    """The ways to the endpoint mappers of those that were asked."""
    found = (newest.get((host.name, Check.EPM)) for host in part.standbys)
    return [way_of(each.result.judgement) for each in found if each is not None]


def _instances(contact: Contact | None, sighting: Sighting) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """One that cannot be seen now, or could not be then, is neither."""
    if contact is None or contact.instances is None or not sighting.listed:
        return (), ()
    then = {name: each for name, each in contact.instances.items() if each is not None}
    now = {name: each for name, each in sighting.instances.items() if contact.instances.get(name, "") is not None}
    restarted = [name for name, each in now.items() if each.incarnation and each.incarnation != then.get(name)]
    halted = [
        name for name in then if name not in now or (now[name].condition in AT_REST and not now[name].incarnation)
    ]
    return tuple(sorted(restarted)), tuple(sorted(halted))
