"""As Markdown, for the ticket: what is asked for by pair of zones, why, and what could be done instead."""

from collections.abc import Iterable, Iterator

from agent.permit.change import Change
from agent.permit.fixed import HEADING, REGISTRY, sentences
from agent.permit.flow import Permit, Spot
from agent.permit.words import LONGEST, LOOK_AT, NOTHING, QUESTIONS, ports, reason, title
from agent.report.escape import markdown, paragraph
from agent.report.grid import table

HEADINGS = ("No.", "From", "To", "Protocol", "Ports", "Need", "Why")
ANSWERS = "the answers of these ports are dropped on the way back"
NEEDS = (
    "`required`: SSO does not work without. `optional`: only where DTC to the SSO database is used. `monitoring`: for "
    "the agents and Prometheus."
)


def render(change: Change) -> str:
    """The whole document."""
    lines = [f"# {markdown(title(change))}"]
    for note in change.notes:
        lines += ["", paragraph(note, LONGEST)]
    if change.permits:
        lines += ["", NEEDS, *_zones(change.permits)]
    else:
        lines += ["", NOTHING if change.is_missing else "There is nothing to ask for."]
    lines += [*_list("To be looked at", LOOK_AT, change.look_at), *_list("Questions", QUESTIONS, change.questions)]
    return "\n".join([*lines, *_instead(change)]) + "\n"


def _zones(permits: Iterable[Permit]) -> Iterator[str]:
    """Numbers are those of the CSV."""
    permits = list(permits)
    zoned = any(spot.zone for permit in permits for spot in (*permit.sources, *permit.destinations))
    by_zones: dict[str, list[tuple[int, Permit]]] = {}
    for number, permit in enumerate(permits, 1):
        by_zones.setdefault(_heading(permit) if zoned else "Rules", []).append((number, permit))
    for heading, numbered in by_zones.items():
        yield ""
        yield f"## {heading}"
        yield ""
        yield from table(HEADINGS, (_row(number, permit) for number, permit in numbered))


def _heading(permit: Permit) -> str:
    zones = [spots[0].zone for spots in (permit.sources, permit.destinations)]
    here, there = (f"zone {markdown(zone)}" if zone else "hosts without a zone" for zone in zones)
    return f"Within {here}" if zones[0] == zones[1] else f"From {here} to {there}"


def _row(number: int, permit: Permit) -> tuple[str, ...]:
    return (
        str(number),
        _side(permit.sources),
        _side(permit.destinations),
        str(permit.protocol),
        ports(permit.ports),
        str(permit.need),
        " ".join([*_whys(permit), *([f"({ANSWERS})"] if permit.answers else [])]),
    )


def _side(spots: tuple[Spot, ...]) -> str:
    """Each host once, with its addresses."""
    hosts: dict[str, list[str]] = {}
    for spot in spots:
        hosts.setdefault(spot.name, []).append(spot.address)
    return ", ".join(name if [name] == at else f"{name} ({', '.join(at)})" for name, at in hosts.items())


def _whys(permit: Permit) -> Iterator[str]:
    several = len({of for _, of in permit.whys}) > 1
    for why, of in permit.whys:
        account = f" [{why.account}]" if why.account else ""
        yield f"{f'{ports(of)}: ' if several else ''}{reason(why)}{account}"


def _list(heading: str, sentence: str, told: Iterable[str]) -> Iterator[str]:
    for number, each in enumerate(told):
        if not number:
            yield from ("", f"## {heading}", "", sentence, "")
        yield f"- {paragraph(each, LONGEST)}"


def _instead(change: Change) -> Iterator[str]:
    told = [*sentences(change.dynamic)]
    if not told:
        return
    yield from ("", f"## {HEADING}")
    for sentence in told:
        yield ""
        yield paragraph(sentence, LONGEST)
    yield ""
    yield from table(("What", "Key", "Value", "Kind", "Data", "Then"), REGISTRY)
