"""From hosts to addresses: one permit for every pair of them, and a question where there is none."""

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from agent.ground.text import plain
from agent.permit.flow import Permit, Side, Spot, Wanted
from probes.resolve import Answer

SHORT = 100  # letters of what a name service says


class Settled(NamedTuple):
    """Permits of one source and one destination each; `questions`: why there are not more."""

    permits: tuple[Permit, ...]
    questions: tuple[str, ...]


def canonical(text: str) -> str | None:
    """An address in its usual spelling and without a scope, whatever stands in that; None: it is a name."""
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return str(getattr(found, "ipv4_mapped", None) or found)


def version(address: str) -> int | None:
    """4 or 6; None: it is a name."""
    known = canonical(address)
    return None if known is None else ipaddress.ip_address(known).version


def names_in(wanted: Iterable[Wanted]) -> list[str]:
    """What has to be looked up, each once."""
    sides = (side for each in wanted for side in (each.source, each.destination))
    return list(
        dict.fromkeys(text for side in sides for text in (*side.addresses, *side.own) if canonical(text) is None)
    )


def settled(wanted: Iterable[Wanted], answers: Mapping[str, Answer] | None) -> Settled:
    """`answers` by name; None: names stay as they are."""
    permits: list[Permit] = []
    questions: dict[str, None] = {}
    for each in wanted:
        sources, destinations = (_spots(side, answers) for side in (each.source, each.destination))
        for side in (each.source, each.destination):
            questions |= dict.fromkeys((*_unresolved(side, answers), *_doubted(side, answers)))
        found = [*_pairs(each, sources, destinations)]
        permits += found
        if sources and destinations and not found:
            questions[f"{each.source.name} and {each.destination.name}: no addresses that can speak to one another"] = (
                None
            )
    return Settled(tuple(permits), tuple(questions))


def _pairs(each: Wanted, sources: list[Spot], destinations: list[Spot]) -> Iterator[Permit]:
    """IPv4 speaks to IPv4 only. Of a name that nobody looked up all is possible."""
    whys = tuple((why, each.ports) for why in each.whys)
    for source in sources:
        for destination in destinations:
            known = {version(source.address), version(destination.address)} - {None}
            if source.address != destination.address and len(known) < 2:
                one = known.pop() if known else None
                yield Permit((source,), (destination,), each.protocol, one, each.need, whys, each.answers)


def _spots(side: Side, answers: Mapping[str, Answer] | None) -> list[Spot]:
    doubtful = _strange(side, answers) if answers is not None else ()
    found = dict.fromkeys(address for text in side.addresses for address in _addresses(text, answers))
    found = {address: None for address in found if address not in doubtful}
    return [Spot(side.name, address, side.zone, side.machines) for address in found]


def _addresses(text: str, answers: Mapping[str, Answer] | None) -> list[str]:
    known = canonical(text)
    if known is not None:
        return [known]
    if answers is None:
        return [text]
    found = answers[text].found if text in answers else ()
    return [address for address in map(canonical, found) if address is not None]


def _strange(side: Side, answers: Mapping[str, Answer] | None) -> list[str]:
    """What a document tells, and the configuration's own addresses and names do not lead to."""
    known = {address for text in side.own for address in _addresses(text, answers)}
    return [text for text in side.addresses if text not in known] if side.own else []


def _doubted(side: Side, answers: Mapping[str, Answer] | None) -> Iterator[str]:
    """A document is but a file: whoever wrote it does not choose for whom a firewall is opened."""
    for text in _strange(side, answers):
        names = plain(", ".join(each for each in side.own if canonical(each) is None), SHORT)
        if answers is None:
            yield f"{text} is told to be an address of {side.name}, which nobody looked up ({names}): see that it is"
        else:
            yield (
                f"{text} is told to be an address of {side.name}, and {names} does not lead there now: its rules are "
                "missing; write it in the configuration if it is right"
            )


def _unresolved(side: Side, answers: Mapping[str, Answer] | None) -> Iterator[str]:
    for text in side.addresses if answers is not None else ():
        if not _addresses(text, answers):
            why = plain(answers[text].detail, SHORT) if answers and text in answers else "nobody asked"
            yield f"{plain(text, SHORT)}, an address of {side.name}, is not known ({why}): its rules are missing"
