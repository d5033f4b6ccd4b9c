"""The endpoint mapper's interface: what its operations share, and the one that ends a search.

C706 appendix O <https://pubs.opengroup.org/onlinepubs/9629399/apdxo.htm>, as MS-RPCE 2.2.1.2 changes it
<https://learn.microsoft.com/openspecs/windows_protocols/ms-rpce/290c38b1-92fe-4229-91e6-4fc376610c15>.
Every value here is a stub: `Request(call_id, question.OPNUM, question.encode())` makes a call of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, Self
from uuid import UUID

from probes.wire.names import Named
from probes.wire.ndr import NULL_HANDLE, NdrReader, NdrWriter
from probes.wire.reader import WireError
from probes.wire.syntax import SyntaxId
from probes.wire.tower import MAX_TOWER, Tower

EPMAPPER = SyntaxId(UUID("e1af8308-5d1f-11c9-91a4-08002b14a0fa"), 3)
NIL_UUID = UUID(int=0)
MAX_ENTRIES = 500  # MS-RPCE 2.2.1.2.4, range(0,500), for entries and for towers


class Opnum(IntEnum):
    """Operations of the endpoint mapper."""

    EPT_LOOKUP = 2
    EPT_MAP = 3
    EPT_LOOKUP_HANDLE_FREE = 4


class EptStatus(Named):
    """How an operation ended. Entries may come beside any of these, so they are read first.

    Win32 codes fit as well: whatever is neither of the two good ends is a failure (MS-RPCE 2.2.1.2.4).
    """

    OK = 0
    EPT_S_CANT_PERFORM_OP = 0x16C9A0CD
    EPT_S_NOT_REGISTERED = 0x16C9A0D6  # also: there are no more
    WIN32_EPT_S_CANT_PERFORM_OP = 0x6D8
    WIN32_EPT_S_NOT_REGISTERED = 0x6D9

    @property
    def is_failure(self) -> bool:
        return self not in (EptStatus.OK, EptStatus.EPT_S_NOT_REGISTERED)


@dataclass(frozen=True, slots=True)
class LookupHandleFree:
    """ept_lookup_handle_free: MS-RPCE 2.2.1.2.8."""

    handle: bytes

    OPNUM: ClassVar = Opnum.EPT_LOOKUP_HANDLE_FREE

    def encode(self) -> bytes:
        return NdrWriter().handle(self.handle).stub()

    @classmethod
    def decode(cls, stub: bytes) -> Self:
        return cls(NdrReader(stub).handle())


@dataclass(frozen=True, slots=True)
class LookupHandleFreeResponse:
    """A handle that is given back is answered by the null handle."""

    handle: bytes = NULL_HANDLE
    status: EptStatus = EptStatus.OK

    def encode(self) -> bytes:
        return NdrWriter().handle(self.handle).u32(self.status).stub()

    @classmethod
    def decode(cls, stub: bytes) -> Self:
        reader = NdrReader(stub)
        return cls(reader.handle(), EptStatus(reader.u32()))


def read_count(reader: NdrReader) -> tuple[int, int]:
    """num_ents or num_towers, then the bounds of the array that it counts: its maximum and its actual count."""
    claimed = reader.u32()
    maximum = reader.u32()
    count = reader.varying(min(maximum, MAX_ENTRIES))
    if claimed != count:
        raise WireError(f"{claimed} elements claimed, and {count} in the array")
    return maximum, count


def write_twr(writer: NdrWriter, tower: Tower) -> None:
    """`twr_t`: its length twice, as a size and as the conformance of the array."""
    data = tower.encode()
    writer.u32(len(data), len(data)).raw(data)


def write_towers(writer: NdrWriter, towers: Iterable[Tower | None]) -> None:
    """What the pointers point to, in their order."""
    for tower in towers:
        if tower is not None:
            write_twr(writer, tower)


def read_twr(reader: NdrReader) -> Tower:
    """twr_t: MS-RPCE 2.2.1.2.2."""
    conformance, length = reader.u32(), reader.u32()
    if length > MAX_TOWER:
        raise WireError(f"a tower of {length} bytes; {MAX_TOWER} are allowed")
    if conformance != length:
        raise WireError(f"a tower of {length} bytes in an array of {conformance}")
    return Tower.decode(reader.take(length))


def read_towers(reader: NdrReader, referents: Sequence[int]) -> list[Tower | None]:
    """What the pointers point to. They are full pointers: a referent seen before brings no tower of its own."""
    known: dict[int, Tower | None] = {0: None}
    for referent in referents:
        if referent not in known:
            known[referent] = read_twr(reader)
    return [known[referent] for referent in referents]
