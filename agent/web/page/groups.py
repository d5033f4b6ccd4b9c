"""The requirements of the documentation that this site asks for, and under each its paths by pair of zones."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from agent.dynamic.chart import Chart
from agent.found.entry import Known
from agent.ground.path import Requirement
from agent.judge.fold import BAD, WORST
from agent.judge.verdict import Verdict
from agent.site.requirements import REQUIREMENTS
from agent.site.topology import Site
from agent.web.page.row import Row
from agent.web.page.rows import Around, Room, ends, row
from agent.web.page.view import Group, Need, Part
from agent.web.page.words import NO_ZONE, ROLES, plural

MOST_OPEN = 20  # paths of a group that all work: more of them are collapsed


def zones(site: Site) -> dict[str, str]:
    """By name in lower case; a node has its cluster's, the first one's that has any."""
    found: dict[str, str] = {}
    for host in site.hosts:
        for name in host.names:
            if host.zone:
                found.setdefault(name.casefold(), host.zone)
    return found


@dataclass(frozen=True, slots=True)
class Found:
    """What all paths are known by, and how much room each has. `charts`: by peer."""

    known: Sequence[Known]
    rooms: Sequence[Room]
    around: Around
    charts: Mapping[str, Sequence[Chart]]

    def verdict(self, at: int) -> Verdict:
        return self.known[at].result.verdict

    def zones(self, at: int) -> tuple[str, str]:
        source, target = ends(self.known[at].path, self.around.host)
        return self.around.zone(source), self.around.zone(target)

    def bad(self, members: Iterable[int]) -> int:
        return sum(self.verdict(at) in BAD for at in members)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that are made when they are written, and are gone then.

    Those of a thousand peers, all alive at once, would have the garbage collector stop the whole agent again and again.
    """

    found: Found
    number: int
    members: Sequence[int]
    brief: frozenset[int]

    def __len__(self) -> int:
        return len(self.members)

    def __iter__(self) -> Iterator[Row]:
        found = self.found
        for at in self.members:
            known = found.known[at]
            room = Room.SHORT if at in self.brief else found.rooms[at]
            yield row(known, found.around, room, self.number, found.charts.get(known.path.peer, ()))


def needs(found: Found) -> tuple[Need, ...]:
    """In the documentation's order. Where several rows ask for a path, it has room under the first of them."""
    asking: dict[Requirement, list[int]] = {}
    for at, each in enumerate(found.known):
        for requirement in each.path.requirements:
            asking.setdefault(requirement, []).append(at)
    order = {requirement: at for at, requirement in enumerate(REQUIREMENTS)}
    told: set[int] = set()
    made = []
    for number, requirement in enumerate(sorted(asking, key=lambda each: order.get(each, len(order)))):
        members = asking[requirement]
        made.append(_need(number, requirement, found, members, frozenset(told.intersection(members))))
        told.update(members)
    return tuple(made)


def asked(requirement: Requirement, number: int) -> Need:
    """A requirement by itself."""
    return _described(number, requirement)


def _need(number: int, requirement: Requirement, found: Found, members: list[int], brief: frozenset[int]) -> Need:
    bad = found.bad(members)
    groups = tuple(_groups(number, found, members, brief))
    return replace(_described(number, requirement), said=_said(bad, len(members)), good=not bad, groups=groups)


def _described(number: int, requirement: Requirement) -> Need:
    return Need(
        place=f"need-{number}",
        source=ROLES[requirement.source],
        target=ROLES[requirement.destination],
        service=requirement.service,
        port=requirement.port,
        account=requirement.account,
        reason=f"{requirement.reason.rstrip('.')}.",
        note=requirement.note,
        said="",
        good=True,
        groups=(),
    )


def _groups(number: int, found: Found, members: list[int], brief: frozenset[int]) -> Iterator[Group]:
    """Those in which something does not work first, then by name."""
    pairs: dict[tuple[str, str], list[int]] = {}
    for at in members:
        pairs.setdefault(found.zones(at), []).append(at)
    for (source, target), inside in sorted(pairs.items(), key=lambda pair: (not found.bad(pair[1]), pair[0])):
        bad = found.bad(inside)
        all_work = all(found.verdict(at) is Verdict.REACHABLE for at in inside)
        yield Group(
            place=f"need-{number}/{quote(source, safe='')}/{quote(target, safe='')}",
            within=_within(source) if source == target else "",
            source=source or NO_ZONE,
            target=target or NO_ZONE,
            said=_said(bad, len(inside)),
            good=not bad,
            open=not all_work or len(inside) <= MOST_OPEN,
            parts=_parts(number, found, sorted(inside, key=lambda at: WORST.index(found.verdict(at))), brief),
        )


def _parts(number: int, found: Found, members: list[int], brief: frozenset[int]) -> tuple[Part, ...]:
    """`members`: the worst first, so that those that work are the last."""
    work = sum(found.verdict(at) is Verdict.REACHABLE for at in members)
    if work <= MOST_OPEN or work == len(members):
        return (Part("", Rows(found, number, members, brief)),)
    return (
        Part("", Rows(found, number, members[:-work], brief)),
        Part(f"{plural(work, 'path', 'paths')} that work", Rows(found, number, members[-work:], brief)),
    )


def _within(zone: str) -> str:
    return f"within {zone}" if zone else NO_ZONE


def _said(bad: int, count: int) -> str:
    paths = plural(count, "path", "paths")
    return f"{bad:,} of {paths} {'does' if bad == 1 else 'do'} not work" if bad else paths
