"""An endpoint mapper's table: the words to put into `rpc.services`, for people and as JSON."""

from collections.abc import Iterator, Sequence
from typing import Any, TextIO

from rich.table import Table
from rich.text import Text

from agent.found.listing import Listing
from agent.ground.text import plain
from agent.report.document import SCHEMA, dumps
from agent.report.table import print_to
from agent.site.addressee import Addressee
from probes.wire.epm import NIL_UUID
from probes.wire.ept_lookup import Entry


def print_endpoints(mapper: Addressee, listings: Sequence[Listing], form: str, file: TextIO) -> None:
    """For people, or as JSON."""
    if form == "json":
        addresses = [_address(listing) for listing in listings]
        file.write(dumps({"schema": SCHEMA, "peer": mapper.peer, "addresses": addresses}) + "\n")
        return
    for listing in listings:
        head = f"{listing.address}, TCP {mapper.epm_port}: "
        if listing.entries is None:
            print_to(file, Text(f"{head}{listing.outcome.state}: {plain(listing.outcome.detail, 1000)}"))
        else:
            print_to(file, Text(f"{head}{len(listing.entries)} endpoints"), _table(listing.entries))


def _table(entries: Sequence[Entry]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("Protocol", "Endpoint", "Interface", "Object", "Annotation"):
        table.add_column(name, overflow="fold")
    for row in sorted(map(tuple, _rows(entries))):
        table.add_row(*(Text(plain(cell)) for cell in row))
    return table


def _rows(entries: Sequence[Entry]) -> Iterator[tuple[str, ...]]:
    for entry in entries:
        tower = entry.tower
        interface = str(tower.interface or "") if tower else ""
        yield (
            (tower.protseq or "" if tower else ""),
            tower.endpoint if tower else "",
            interface,
            "" if entry.object == NIL_UUID else str(entry.object),
            entry.annotation,
        )


def _address(listing: Listing) -> dict[str, Any]:
    return {
        "address": listing.address,
        "state": str(listing.outcome.state),
        "detail": plain(listing.outcome.detail, 1000),
        "endpoints": None if listing.entries is None else [_endpoint(entry) for entry in listing.entries],
    }


def _endpoint(entry: Entry) -> dict[str, Any]:
    tower = entry.tower
    interface = tower.interface if tower else None
    return {
        "interface": str(interface.uuid) if interface else None,
        "version": f"{interface.major}.{interface.minor}" if interface else None,
        "object": None if entry.object == NIL_UUID else str(entry.object),
        "annotation": plain(entry.annotation),
        "protocol": tower.protseq if tower else None,
        "endpoint": plain(tower.endpoint) if tower else "",
        "port": tower.tcp_port if tower else None,
        "address": str(tower.address) if tower and tower.address else None,
    }
