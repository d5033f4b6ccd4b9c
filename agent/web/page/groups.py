"""The requirements of the documentation that this site asks for, and under each its paths by pair of zones."""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

from agent.dynamic.chart import Chart
from agent.judge.fold import BAD, WORST
from agent.judge.verdict import Verdict
from agent.ledger import Known
from agent.path import Requirement
from agent.requirements import REQUIREMENTS
from agent.topology import Site
from agent.web.page.rows import Around, Room, ends, row
from agent.web.page.view import Group, Need
from agent.web.page.words import NO_ZONE, ROLES, plural

MOST_OPEN = 20  # paths of a group that all work: more of them are collapsed


def zones(site: Site) -> dict[str, str]:
    """By name in lower case; a node has its cluster's, the first one's that has any."""
    found: dict[str, str] = {}
    for host in site.hosts:
        for name in (host.name, *(node.name for node in host.nodes)):
            if host.zone:
                found.setdefault(name.casefold(), host.zone)
    return found


def needs(
    known: Sequence[Known], rooms: Sequence[Room], around: Around, charts: Mapping[str, Sequence[Chart]]
) -> tuple[Need, ...]:
    """In the documentation's order. Where several rows ask for a path, it stands in full under the first of them."""
    rows = _asked(known)
    full: set[int] = set()
    found = []
    for number, need in enumerate(rows):
        members = [at for at, each in enumerate(known) if need in each.path.requirements]
        shown = [(known[at], Room.SHORT if at in full else rooms[at]) for at in members]
        full.update(members)
        found.append(_need(number, need, shown, around, charts))
    return tuple(found)


def asked(requirement: Requirement, number: int) -> Need:
    """A requirement by itself."""
    return _need(number, requirement, [], None, {})


def _asked(known: Iterable[Known]) -> list[Requirement]:
    used = dict.fromkeys(row for each in known for row in each.path.requirements)
    order = {row: at for at, row in enumerate(REQUIREMENTS)}
    return sorted(used, key=lambda row: order.get(row, len(order)))


Members = list[tuple[Known, Room]]


def _need(
    number: int, need: Requirement, members: Members, around: Around | None, charts: Mapping[str, Sequence[Chart]]
) -> Need:
    bad = _bad(members)
    return Need(
        place=f"need-{number}",
        source=ROLES[need.source],
        target=ROLES[need.destination],
        service=need.service,
        port=need.port,
        account=need.account,
        reason=f"{need.reason.rstrip('.')}.",
        note=need.note,
        said=_said(bad, len(members)),
        good=not bad,
        groups=tuple(_groups(number, members, around, charts)) if around else (),
    )


def _groups(number: int, members: Members, around: Around, charts: Mapping[str, Sequence[Chart]]) -> Iterable[Group]:
    """Those in which something does not work first, then by name."""
    pairs: dict[tuple[str, str], Members] = {}
    for member in members:
        source, target = ends(member[0].path, around.host)
        pairs.setdefault((around.zone(source), around.zone(target)), []).append(member)
    for (source, target), inside in sorted(pairs.items(), key=lambda pair: (not _bad(pair[1]), pair[0])):
        yield _group(f"need-{number}", source, target, inside, around, charts)


def _group(
    place: str, source: str, target: str, members: Members, around: Around, charts: Mapping[str, Sequence[Chart]]
) -> Group:
    bad = _bad(members)
    number = int(place.partition("-")[2])
    ordered = sorted(members, key=lambda member: WORST.index(member[0].result.verdict))
    all_work = all(member[0].result.verdict is Verdict.REACHABLE for member in members)
    return Group(
        place=f"{place}/{quote(source, safe='')}/{quote(target, safe='')}",
        source=source or NO_ZONE,
        target=target or NO_ZONE,
        said=_said(bad, len(members)),
        good=not bad,
        open=not all_work or len(members) <= MOST_OPEN,
        rows=tuple(row(each, around, room, number, charts.get(each.path.peer, ())) for each, room in ordered),
    )


def _bad(members: Members) -> int:
    return sum(each.result.verdict in BAD for each, _ in members)


def _said(bad: int, count: int) -> str:
    paths = plural(count, "path", "paths")
    return f"{bad:,} of {paths} {'does' if bad == 1 else 'do'} not work" if bad else paths
