"""What the fake mapper has registered, and where it says that an interface listens."""

import json
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address
from uuid import UUID

from probes.wire.epm import NIL_UUID
from probes.wire.ept_lookup import Entry
from probes.wire.syntax import NDR32, SyntaxId
from probes.wire.tower import Floor, ProtocolId, Tower, tcp_tower

SSO = SyntaxId(UUID("5a0c8c1e-0d5b-4c53-9f6e-8a4d1f2b7c60"), 1)  # made up: Microsoft does not publish it
SSO_ANNOTATION = "SSOSecretServer"
MSDTC = SyntaxId(UUID("906b0ce0-c70b-1067-b317-00dd010662da"), 1)
MSDTC_CID = UUID("f0e1d2c3-b4a5-4697-8879-6a5b4c3d2e1f")
SCHEDULER = SyntaxId(UUID("86d35949-83c9-4044-b424-db363231fd0c"), 1)
SSO_PORT, MSDTC_PORT, SCHEDULER_PORT = 49_701, 49_702, 49_664
ADDRESS = IPv4Address("10.255.255.1")  # a cluster node's own, which nobody can reach

Table = tuple[Entry, ...]


def tcp(interface: SyntaxId, port: int, annotation: str = "", target: UUID = NIL_UUID) -> Entry:
    return Entry(tcp_tower(interface, port, ADDRESS), annotation, target)


def local(interface: SyntaxId, name: str, annotation: str = "", target: UUID = NIL_UUID) -> Entry:
    """One that only this machine itself can use (ncalrpc)."""
    floors = (
        Floor.of_syntax(interface),
        Floor.of_syntax(NDR32),
        Floor(ProtocolId.LOCAL_RPC, rhs=bytes(2)),
        Floor(ProtocolId.LOCAL_RPC_NAME, rhs=name.encode() + b"\0"),
    )
    return Entry(Tower(floors), annotation, target)


# What a master secret server has, as far as we look at it.
TABLE: Table = (
    local(SCHEDULER, "ubpmtaskhostchannel"),
    tcp(SCHEDULER, SCHEDULER_PORT),
    local(SSO, "SSOSecretServer", SSO_ANNOTATION),
    tcp(SSO, SSO_PORT, SSO_ANNOTATION),
    local(MSDTC, "OLE6E8C", target=MSDTC_CID),
    tcp(MSDTC, MSDTC_PORT, target=MSDTC_CID),
)


def crowd(count: int) -> Table:
    """So many entries, all different."""
    return tuple(
        tcp(SyntaxId(UUID(int=1 + number), 1), 49_152 + number % 16_384, f"service {number}") for number in range(count)
    )


def found(table: Iterable[Entry], wanted: Tower, target: UUID | None) -> list[Tower]:
    """By the rules of MS-RPCE 2.2.1.2.5: whoever registered with an object is found only by that object."""
    return [
        entry.tower
        for entry in table
        if entry.tower is not None
        and entry.tower.protseq == wanted.protseq
        and _compatible(entry.tower.interface, wanted.interface)
        and entry.object in (NIL_UUID, target)
    ]


def _compatible(registered: SyntaxId | None, wanted: SyntaxId | None) -> bool:
    if registered is None or wanted is None:
        return False
    same = (registered.uuid, registered.major) == (wanted.uuid, wanted.major)
    return same and registered.minor >= wanted.minor


def table_from(text: str) -> Table:
    """From JSON: a list of `[interface, version, port, annotation, object]`, of which the last two may be missing."""
    return tuple(_entry(*row) for row in json.loads(text))


def _entry(interface: str, version: int, port: int, annotation: str = "", target: str = str(NIL_UUID)) -> Entry:
    return tcp(SyntaxId(UUID(interface), version), port, annotation, UUID(target))


def table_text(table: Sequence[Entry]) -> str:
    """As `table_from` reads it; entries without a TCP port are left out."""
    rows = []
    for entry in table:
        tower = entry.tower
        if tower is not None and tower.interface is not None and tower.tcp_port is not None:
            interface = tower.interface
            row = [str(interface.uuid), interface.major, tower.tcp_port, entry.annotation, str(entry.object)]
            rows.append(row)
    return json.dumps(rows)
