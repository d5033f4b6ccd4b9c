"""As CSV (RFC 4180): a rule a line, for a form or a spreadsheet. A cell is never a formula, whatever stands in it."""

import csv
import io
from collections.abc import Iterator

from agent.ground.text import plain
from agent.permit.change import Change
from agent.permit.flow import Permit, Spot, addresses
from agent.permit.words import ports

COLUMNS = (
    "number",
    "need",
    "source_zone",
    "sources",
    "source_addresses",
    "destination_zone",
    "destinations",
    "destination_addresses",
    "protocol",
    "destination_ports",
    "passes",
    "services",
    "accounts",
    "reasons",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet reads on from
CONNECTIONS, ANSWERS = "connections", "answers"


def render(change: Change) -> str:
    """With a heading, and the line ends of RFC 4180."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for number, permit in enumerate(change.permits, 1):
        writer.writerow(map(cell, _row(number, permit)))
    return text.getvalue()


def cell(text: str) -> str:
    """An apostrophe in front of what would be a formula; also where white space is before it."""
    told = plain(text, 100_000)
    return f"'{told}" if told.lstrip().startswith(FORMULA) else told


def _row(number: int, permit: Permit) -> Iterator[str]:
    whys = [why for why, _ in permit.whys]
    yield str(number)
    yield str(permit.need)
    yield from _side(permit.sources)
    yield from _side(permit.destinations)
    yield str(permit.protocol)
    yield ports(permit.ports)
    yield ANSWERS if permit.answers else CONNECTIONS
    yield "; ".join(dict.fromkeys(why.service for why in whys))
    yield "; ".join(dict.fromkeys(why.account for why in whys if why.account))
    yield "; ".join(dict.fromkeys(why.reason for why in whys))


def _side(spots: tuple[Spot, ...]) -> Iterator[str]:
    yield spots[0].zone or ""
    yield ", ".join(dict.fromkeys(spot.name for spot in spots))
    yield ", ".join(addresses(spots))
