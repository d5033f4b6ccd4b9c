"""The same permits as each host's own firewall has them: what may come in, from whom, at which of its addresses."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agent.ground.ports import PortSet
from agent.permit.flow import Need, Permit, Protocol, Why, addresses
from agent.permit.settled import version

NAMED = 12  # hexadecimal digits of a rule's name


@dataclass(frozen=True, slots=True)
class Inward:
    """One rule of one host. `local` are its own addresses, or those of a cluster that may be with it."""

    machine: str
    remote: tuple[str, ...]
    local: tuple[str, ...]
    protocol: Protocol
    ports: PortSet
    need: Need
    whys: tuple[Why, ...]

    @property
    def name(self) -> str:
        """The same for the same rule: whoever applies it again replaces it, and nothing else."""
        told = "|".join((self.machine, *self.remote, "to", *self.local, self.protocol, *self.ports.texts()))
        return f"ssoreach-{hashlib.sha256(told.encode()).hexdigest()[:NAMED]}"


def by_machine(permits: Iterable[Permit]) -> dict[str, list[Inward]]:
    """By host or node, in the order of appearance. Answers need no rule there: a Windows firewall keeps track."""
    found: dict[str, list[Inward]] = {}
    for permit in permits:
        if not permit.answers:
            for inward in _inwards(permit):
                found.setdefault(inward.machine, []).append(inward)
    return found


def unnumbered(permits: Iterable[Permit]) -> list[str]:
    """Sentences on permits that a firewall by addresses cannot have: they have names."""
    return list(dict.fromkeys(_named(permit) for permit in permits if not _is_numbered(permit)))


def numbered(permits: Iterable[Permit]) -> list[Permit]:
    """Those that have addresses on both sides."""
    return [permit for permit in permits if _is_numbered(permit)]


def _inwards(permit: Permit) -> Iterator[Inward]:
    for machine in dict.fromkeys(each for spot in permit.destinations for each in spot.machines):
        local = tuple(spot for spot in permit.destinations if machine in spot.machines)
        whys = tuple(dict.fromkeys(why for why, _ in permit.whys))
        yield Inward(
            machine, addresses(permit.sources), addresses(local), permit.protocol, permit.ports, permit.need, whys
        )


def _is_numbered(permit: Permit) -> bool:
    return all(version(spot.address) for spot in (*permit.sources, *permit.destinations))


def _named(permit: Permit) -> str:
    names = (spot.address for spot in (*permit.sources, *permit.destinations) if version(spot.address) is None)
    return f"{', '.join(dict.fromkeys(names))}: no address, and this format has no place for names: rules are left out"
