"""The conversations: over a real socket the other side says any bytes, all at once, and leaves."""

import socket
from collections.abc import Awaitable, Callable

from probes import proof, sql
from probes.epm import MOST_ENTRIES, Consultation, Key, Registered, consult
from probes.line import RST, DeclinedError, Line
from probes.wire.dcerpc import BindAck, ContextResult, ContextResultCode, ProviderReason, fragments
from probes.wire.epm import MAX_ENTRIES, EptStatus
from probes.wire.ept_lookup import Entry, EptLookupResponse
from probes.wire.ept_map import EptMapResponse
from probes.wire.ndr import NULL_HANDLE
from probes.wire.reader import WireError
from probes.wire.syntax import NDR32
from probes.wire.tower import tcp_tower
from tests.fuzz import looped
from tests.fuzz.target import has_words
from tests.fuzz.wire_seeds import prelogins, proofs
from tests.probes.wire.mapper_bytes import LOOPBACK, MSDTC

PATIENCE = 5.0  # seconds; never waited for, since whoever talks leaves
LEASE_PROOF = bytes(range(16))
WANTED = Key(MSDTC)


async def _mapper(line: Line) -> None:
    async def again(_: object) -> bool:
        return True

    found = await consult(line, Consultation(choose=lambda _: (WANTED,), meanwhile=again))
    assert isinstance(found, Registered)
    assert len(found.entries or ()) <= MOST_ENTRIES + MAX_ENTRIES
    for ports in (found.ports, found.still or {}):
        assert all(0 < port <= 65535 for several in ports.values() for port in several)


async def _sql(line: Line) -> None:
    await sql.prelogin(line)


async def _proof(line: Line) -> None:
    await proof.hear(line, LEASE_PROOF)


TALKS: tuple[Callable[[Line], Awaitable[None]], ...] = (_mapper, _sql, _proof)


def talk(data: bytes) -> None:
    """The first byte says which conversation it is."""
    which = TALKS[data[0] % len(TALKS)] if data else _mapper
    looped.run(_talk(which, data[1:]))


async def _talk(which: Callable[[Line], Awaitable[None]], said: bytes) -> None:
    here, there = socket.socketpair()
    with here, there:
        here.setblocking(False)
        there.sendall(said)
        there.shutdown(socket.SHUT_WR)
        line = Line(here, PATIENCE)
        try:
            await which(line)
        except RST:
            pass
        except (WireError, EOFError, DeclinedError) as error:
            has_words(error)


def seeds() -> list[bytes]:
    """A mapper with two pages, one of them in fragments; asked before and after."""
    handle, tower = b"\1" * len(NULL_HANDLE), tcp_tower(MSDTC, 50100, LOOPBACK)
    first = EptLookupResponse((Entry(tower, "msdtc"),), handle=handle).encode()
    last = EptLookupResponse((Entry(None), Entry(tower, "x")), EptStatus.EPT_S_NOT_REGISTERED).encode()
    named = EptMapResponse((tower,)).encode()
    calls = enumerate((first, last, named, named), 2)
    result = ContextResult(ContextResultCode.ACCEPTANCE, ProviderReason.REASON_NOT_SPECIFIED, NDR32)
    mapper = BindAck(1, (result,)).encode()
    mapper += b"".join(each.encode() for number, stub in calls for each in fragments(number, stub, max_frag=120))
    return [
        b"\0" + mapper,
        *(b"\1" + each for each in prelogins()),
        b"\2" + LEASE_PROOF,
        *(b"\2" + each for each in proofs()),
        b"\0HTTP/1.1 400 Bad Request\r\n\r\n",
    ]
