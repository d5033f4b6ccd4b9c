"""What is remembered of contact with the master secret, of outages, and of the life of the SSO service.

Two folds, `saw_service` and `saw_way`, and the states follow from what they leave. All spans are measured with the
monotonic clock, which no step of the machine's time moves, and which goes on over restarts of the agent as long as the
machine runs. That it is the same run of the machine is known by the service's process: if that is the one that was seen
last, so is the machine's run. Otherwise what was measured before counts for nothing (`_resumed`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from agent.sso.reach import Moment, Reach
from agent.sso.seen import Condition, Sighting
from agent.sso.ways import Way

MOST_NAMES = 1_000  # of host instances, or of peers
AT_REST = (Condition.STOPPED, Condition.ABSENT)
CONCLUSIVE = (Condition.RUNNING, *AT_REST)


@dataclass(frozen=True, slots=True)
class Contact:
    """The newest contact with the master secret. `at` is UTC, `found` monotonic (None: in another run of the machine).

    `incarnation`: the service's, known to have run when the way was found open; `instances`: those of host instances,
    None of one that could not be read, and None where they could not be listed. `held`: for how many seconds the way
    was seen open while that incarnation ran.
    """

    at: float
    found: float | None
    peers: tuple[str, ...]
    by_mapper: bool = False
    incarnation: str | None = None
    instances: Mapping[str, str | None] | None = field(default_factory=dict)
    held: float = 0.0


@dataclass(frozen=True, slots=True)
class Outage:
    """No way to the master secret. `since` is UTC, when it was found first; the others are monotonic.

    `began`: since when it is asked without a gap, of all master secret servers; `until`: when it was found last, of
    each; `asked`: when the oldest of the attempts behind that began.
    """

    since: float
    began: float
    until: Mapping[str, float]
    asked: float

    @property
    def newest(self) -> float:
        """Since when it is not known any better: of the server that was found so longest ago."""
        return min(self.until.values())


@dataclass(frozen=True, slots=True)
class Life:
    """Of the service's newest incarnation; None: it did not run. Monotonic times.

    `first`, `last`: when it was seen; `not_before`: when something else was seen in its place. None: nobody saw it
    begin. `served`: a stand-in was not shut off meanwhile, which may have been made master by hand.
    """

    incarnation: str | None
    first: float
    last: float
    not_before: float | None = None
    served: bool = False


@dataclass(frozen=True, slots=True)
class Memory:
    """`resuming`: it comes from a file, and whether the machine still runs as it did then is not known yet.

    `unasked`: likewise, and the way has come to nothing definite since.
    """

    contact: Contact | None = None
    outage: Outage | None = None
    life: Life | None = None
    resuming: bool = False
    unasked: bool = False

    def resumed(self) -> "Memory":
        """As it is when it comes from a file."""
        return replace(self, resuming=True, unasked=True)

    def by_another_clock(self) -> "Memory":
        """As it is where monotonic times begin anew: who ran is known, and nothing of when."""
        contact = replace(self.contact, found=None) if self.contact else None
        return replace(
            self, contact=contact, outage=None, life=Life(self.life.incarnation, 0.0, 0.0) if self.life else None
        )


@dataclass(frozen=True, slots=True)
class Spans:
    """In seconds. `stands`: for how long what was found counts. `brief`: not asked for longer is not watched."""

    stands: float
    brief: float

    def holds(self, age: float, memory: Memory) -> bool:
        """Whether what was found so long ago still counts: not for long while the agent has yet to ask again."""
        return 0 <= age <= (self.brief if memory.unasked else self.stands)


def saw_service(memory: Memory, sighting: Sighting, began: float, ended: float) -> Memory:
    """A look that began and ended then (monotonic). One that shows nothing changes nothing.

    What was seen was there at some moment in between: so it counts from the end on, and as gone from the beginning.
    """
    service = sighting.service
    if service.condition not in CONCLUSIVE or (memory.life is None and service.condition is Condition.ABSENT):
        return memory
    seen = service.incarnation
    if memory.resuming:
        memory = _resumed(memory, seen, began)
    life = memory.life
    if life is None:
        return replace(memory, life=Life(seen, ended, began))
    if life.incarnation == seen:
        return replace(memory, life=replace(life, last=began))
    return replace(memory, life=Life(seen, ended, began, not_before=life.last))


def _resumed(memory: Memory, seen: str | None, began: float) -> Memory:
    """The first look after a restart of the agent: is all as it was?"""
    life = memory.life
    if life is not None and seen is not None and life.incarnation == seen and life.last <= began:
        return replace(memory, resuming=False)
    # Another process, or none: nobody saw it begin, and it may even be another run of the machine.
    contact = replace(memory.contact, found=None) if memory.contact else None
    return Memory(contact, unasked=memory.unasked)


def saw_way(memory: Memory, reach: Reach, sighting: Sighting, spans: Spans) -> Memory:
    """Only what is definite changes anything, and the same result only once."""
    if reach.way is Way.OPEN:
        return _met(memory, reach, sighting, spans)
    if reach.way is Way.SHUT:
        return _missed(memory, reach, spans)
    return memory


def _met(memory: Memory, reach: Reach, sighting: Sighting, spans: Spans) -> Memory:
    before, life = memory.contact, memory.life
    if before is not None and before.found == reach.found and memory.outage is None:
        return memory
    # Whoever was not seen before the attempt began may have started behind it.
    incarnation = life.incarnation if life is not None and life.first <= reach.began else None
    held = 0.0
    if before is not None and incarnation is not None and before.incarnation == incarnation:
        held = before.held + _span(memory, before.found, reach, spans)
    met = Contact(reach.at, reach.found, reach.peers, reach.by_mapper, incarnation, _instances(sighting), held)
    return replace(memory, contact=met, outage=None, unasked=False)


def _instances(sighting: Sighting) -> Mapping[str, str | None] | None:
    """Those that do not rest, as many as are remembered."""
    if not sighting.listed:
        return None
    awake = {name: each.incarnation for name, each in sighting.instances.items() if each.condition not in AT_REST}
    return dict(sorted(awake.items())[:MOST_NAMES])


def _span(memory: Memory, before: float | None, reach: Reach, spans: Spans) -> float:
    """How much longer the way was open, if it was all the time."""
    if memory.outage is not None or before is None or not _follows(before, Moment(reach.began, reach.found), spans):
        return 0.0
    return reach.found - before


def _follows(before: float, after: Moment, spans: Spans) -> bool:
    """Whether hardly anything can have happened between a finding and the attempt behind the next one."""
    return before <= after.found and after.began - before <= spans.brief


def _missed(memory: Memory, reach: Reach, spans: Spans) -> Memory:
    outage, each = memory.outage, reach.each or {}
    until = {peer: moment.found for peer, moment in each.items()}
    if outage is not None and outage.until == until:
        return memory
    if outage is not None and _goes_on(outage, each, spans):
        return replace(memory, outage=replace(outage, until=until, asked=reach.began), unasked=False)
    since = outage.since if outage is not None and outage.until.keys() == until.keys() else reach.at
    return replace(memory, outage=Outage(since, max(until.values()), until, reach.began), unasked=False)


def _goes_on(outage: Outage, each: Mapping[str, Moment], spans: Spans) -> bool:
    """Of the same servers, without a gap at any."""
    known = outage.until
    return known.keys() == each.keys() and all(_follows(known[peer], each[peer], spans) for peer in known)
