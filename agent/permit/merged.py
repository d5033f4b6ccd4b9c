"""As few permits as say exactly the same: sets on both sides, but only where every source needs every destination."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from agent.ground.ports import PortSet
from agent.permit.flow import Need, Permit, Protocol, Spot, Why

# What may stand in one permit: one need, one protocol, one way, one IP version, one pair of zones.
Kind = tuple[Need, Protocol, bool, int | None, str | None, str | None]
Whys = tuple[tuple[Why, PortSet], ...]
NEEDS = tuple(Need)


def merged(permits: Iterable[Permit]) -> tuple[Permit, ...]:
    """What is required first; then in the order of appearance."""
    kinds: dict[Kind, dict[tuple[Spot, Spot], dict[Why, PortSet]]] = defaultdict(lambda: defaultdict(dict))
    for permit in permits:
        for source in permit.sources:
            for destination in permit.destinations:
                whys = kinds[_kind(permit, source, destination)][source, destination]
                for why, ports in permit.whys:
                    whys[why] = whys[why] | ports if why in whys else ports
    found = [permit for kind, pairs in kinds.items() for permit in _products(kind, pairs)]
    return tuple(sorted(found, key=lambda permit: NEEDS.index(permit.need)))


def _kind(permit: Permit, source: Spot, destination: Spot) -> Kind:
    return permit.need, permit.protocol, permit.answers, permit.version, source.zone, destination.zone


def _products(kind: Kind, pairs: dict[tuple[Spot, Spot], dict[Why, PortSet]]) -> Iterator[Permit]:
    """Pairs that need the same make a relation; sources with the same destinations in it make a product."""
    relations: dict[Whys, dict[Spot, list[Spot]]] = defaultdict(lambda: defaultdict(list))
    for (source, destination), whys in pairs.items():
        relations[_in_order(whys)][source].append(destination)
    need, protocol, answers, version, *_ = kind
    for asked, relation in relations.items():
        products: dict[frozenset[Spot], list[Spot]] = defaultdict(list)
        for source, destinations in relation.items():
            products[frozenset(destinations)].append(source)
        for sources in products.values():
            yield Permit(tuple(sources), tuple(relation[sources[0]]), protocol, version, need, asked, answers)


def _in_order(whys: dict[Why, PortSet]) -> Whys:
    return tuple(sorted(whys.items(), key=lambda item: (item[1].intervals, item[0])))
