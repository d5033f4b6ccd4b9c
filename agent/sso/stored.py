"""What is remembered, as values that a file can hold, and back. What a file says is doubted: it may be damaged, old, or
another host's.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import isfinite

from pydantic import TypeAdapter, ValidationError

from agent.ground.text import plain
from agent.sso.memory import MOST_NAMES, Memory
from agent.sso.state import SsoState, Why

LATEST = 253_402_300_799.0  # the last second that a date can name: the year 9999
LONGEST = 300  # characters of a name or an incarnation


@dataclass(frozen=True, slots=True)
class Remembered:
    """`memory` of `service` on `host`, which asks `masters`; the newest state, why, and since when it is so (UTC)."""

    host: str
    service: str
    memory: Memory
    state: SsoState | None = None
    since: float | None = None
    why: Why | None = None
    masters: tuple[str, ...] = ()
    clock: str = ""  # by which monotonic times are meant


_FORM: TypeAdapter[Remembered] = TypeAdapter(Remembered)


def store(remembered: Remembered) -> dict[str, object]:
    """For a file."""
    stored: dict[str, object] = _FORM.dump_python(remembered, mode="json")
    return stored


def restore(stored: Mapping[str, object], of: Remembered) -> Remembered:
    """What `store` wrote for the same service of the same host as `of`. Raises ValueError when it is not that.

    Where others are asked for the secret, only the last contact with one that still is counts, and the service's own
    life; and by another clock no span.
    """
    try:
        found = _FORM.validate_json(json.dumps(dict(stored)), strict=True)
    except RecursionError:
        raise ValueError("nested deeper than anything of ours") from None
    except ValidationError as error:
        first = error.errors()[0]
        wrong = f"not what is known of SSO: {'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise ValueError(plain(wrong)) from None
    if (found.host.casefold(), found.service.casefold()) != (of.host.casefold(), of.service.casefold()):
        raise ValueError(plain(f"of service {found.service} on {found.host}"))
    _check(found)
    if found.clock != of.clock:
        found = replace(found, clock=of.clock, memory=found.memory.by_another_clock())
    if set(found.masters) != set(of.masters):
        # Who is asked in another place, too, was reached where it was asked then; of any other nothing is known.
        known = found.memory.contact if set(found.masters) <= set(of.masters) else None
        contact = replace(known, found=None) if known else None
        return replace(of, memory=Memory(contact, None, found.memory.life).resumed())
    found = replace(found, masters=of.masters)
    return replace(found, memory=found.memory.resumed())


def _check(found: Remembered) -> None:
    if any(not isfinite(number) for number in _times(found)):
        raise ValueError("a time that is none")
    if any(not 0 <= number <= LATEST for number in _dates(found)):
        raise ValueError("a date that is none")
    contact, outage = found.memory.contact, found.memory.outage
    if outage is not None and not 0 < len(outage.until) <= MOST_NAMES:
        raise ValueError("an outage of nobody, or of more than there are")
    is_long = contact is not None and max(len(contact.instances or ()), len(contact.peers)) > MOST_NAMES
    if is_long or any(len(text) > LONGEST for text in _texts(found)):
        raise ValueError("longer than anything of ours")


def _times(found: Remembered) -> Iterator[float]:
    memory = found.memory
    if memory.contact is not None:
        yield memory.contact.held
        yield from () if memory.contact.found is None else (memory.contact.found,)
    if memory.outage is not None:
        yield from (memory.outage.began, *memory.outage.until.values(), memory.outage.asked)
    if memory.life is not None:
        yield from (memory.life.first, memory.life.last)
        yield from () if memory.life.not_before is None else (memory.life.not_before,)


def _dates(found: Remembered) -> Iterator[float]:
    memory = found.memory
    yield from () if found.since is None else (found.since,)
    yield from () if memory.contact is None else (memory.contact.at,)
    yield from () if memory.outage is None else (memory.outage.since,)


def _texts(found: Remembered) -> Iterator[str]:
    contact, life = found.memory.contact, found.memory.life
    yield from (*found.masters, *(found.memory.outage.until if found.memory.outage else ()))
    if contact is not None:
        instances = contact.instances or {}
        yield from (*contact.peers, *instances, *filter(None, instances.values()), contact.incarnation or "")
    if life is not None:
        yield life.incarnation or ""
