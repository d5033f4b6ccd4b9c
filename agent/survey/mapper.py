"""Ask the endpoint mapper of an address, and connect to what it names while that conversation stays open.

Firewalls that understand RPC open the port that a mapper named, for as long as the conversation with the mapper lasts.
The whole table is read at the first time, hourly, and while a service is not found; otherwise only the services looked
for are asked for.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace

from agent.ground.path import Matcher, Path
from agent.judge.registration import Registration
from agent.survey.memory import Keys, MapperMemory
from agent.survey.view import View
from probes.epm import Consultation, Key, Ports, Registered
from probes.outcome import Outcome
from probes.state import State
from probes.wire.ept_lookup import Entry

# Of one service. A mapper that names more than any service has must not make a scanner of us.
MOST_KEYS, MOST_PORTS = 16, 8

Consult = Callable[[Consultation], Awaitable[Outcome]]
Knock = Callable[[int], Awaitable[Outcome]]


async def ask_mapper(
    view: View, path: Path, memory: MapperMemory, matched: set[str], consult: Consult, knock: Knock, now: float
) -> None:
    """Leave in `view` what the mapper of its address has registered, and the outcomes of the ports that it names.

    `path` is one that carries matchers; `matched` are the services that were ever found at this peer.
    """
    answer = await _ask(path, memory, consult, knock, now, full=memory.is_due(now) or not _all_known(path, memory))
    if answer is not None and answer.entries is None and _missing(path, memory, answer):
        answer = await _ask(path, memory, consult, knock, now, full=True)  # it may be registered anew
    if answer is None:
        # Asked before in this round, and not to be heard any more: what it named then is not known to hold now.
        view.registration = replace(view.registration, still={}) if view.registration else None
        return
    named = _by_service(memory.keys, answer.ports)
    memory.named = frozenset(port for each in path.matchers if each.required for port in named.get(each.service, ()))
    matched |= {service for service, ports in named.items() if ports}
    view.registration = Registration(
        named,
        required=tuple(each.service for each in path.matchers if each.required),
        known=frozenset(matched | {each.service for each in path.matchers if each.confirmed}),
        still=_still(memory.keys, answer.still),
        natural=memory.natural,
    )


async def shut_before(memory: MapperMemory, knock: Knock, now: float) -> set[int] | None:
    """Ports named the last time that are silent or refused now, before the mapper is asked again.

    Looked at hourly; None when it is not time.
    """
    if memory.read_at is None or not memory.is_due(now):
        return None
    outcomes = await asyncio.gather(*(knock(port) for port in sorted(memory.named)))
    return {each.target.port for each in outcomes if each.state in (State.FILTERED, State.REJECTED)}


async def _ask(
    path: Path, memory: MapperMemory, consult: Consult, knock: Knock, now: float, *, full: bool
) -> Registered | None:
    """One conversation; None when the mapper could not be asked, or would not answer."""
    found = dict(memory.keys)

    def choose(entries: Sequence[Entry]) -> set[Key]:
        found.clear()
        found.update(keys_of(path.matchers, entries, path.elsewhere))
        return set().union(*found.values())

    async def meanwhile(ports: Ports) -> bool:
        named = _by_service(found, ports)
        wanted = {port for each in path.matchers if each.required for port in named.get(each.service, ())}
        outcomes = await asyncio.gather(*(knock(port) for port in sorted(wanted)))
        return any(outcome.state is not State.OPEN for outcome in outcomes)

    known = set().union(*memory.keys.values())
    outcome = await consult(Consultation(full, known, choose, meanwhile, path.elsewhere))
    answer = outcome.answer
    if not isinstance(answer, Registered):
        return None
    if answer.entries is not None:
        memory.read(answer.entries, found, now)
    return answer


def keys_of(matchers: Sequence[Matcher], entries: Sequence[Entry], elsewhere: Collection[str] = ()) -> Keys:
    """As what each service is registered over TCP; a service that is not there, or is `elsewhere`, has none."""
    keys: dict[str, set[Key]] = {each.service: set() for each in matchers}
    for entry in entries:
        tower = entry.tower
        if tower is None or tower.interface is None or tower.tcp_port is None:
            continue
        if str(tower.address) in elsewhere:
            continue
        for each in matchers:
            if each.matches(entry.annotation, tower.interface.uuid):
                keys[each.service].add(Key(tower.interface, entry.object))
    return {service: frozenset(sorted(found, key=str)[:MOST_KEYS]) for service, found in keys.items()}


def _all_known(path: Path, memory: MapperMemory) -> bool:
    """As what every service that must be there is registered."""
    return all(memory.keys.get(each.service) for each in path.matchers if each.required)


def _missing(path: Path, memory: MapperMemory, answer: Registered) -> bool:
    named = _by_service(memory.keys, answer.ports)
    return any(each.required and not named.get(each.service) for each in path.matchers)


def _still(keys: Keys, ports: Ports | None) -> dict[str, tuple[int, ...]] | None:
    """None: not asked again; nothing at all: asked again, and not answered."""
    return _by_service(keys, ports) if ports else None if ports is None else {}


def _by_service(keys: Keys, ports: Ports) -> dict[str, tuple[int, ...]]:
    named = {
        service: dict.fromkeys(port for key in sorted(found, key=str) for port in ports.get(key, ()))
        for service, found in keys.items()
    }
    return {service: tuple(found)[:MOST_PORTS] for service, found in named.items()}
