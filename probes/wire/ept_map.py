"""ept_map: where one interface listens. MS-RPCE 2.2.1.2.5, C706 appendix O.

An entry with an object is found only by a question with that object; one without is found by any question.
"""

from dataclasses import dataclass
from itertools import count
from typing import ClassVar, Self
from uuid import UUID

from probes.wire.epm import (
    MAX_ENTRIES,
    NIL_UUID,
    EptStatus,
    Opnum,
    read_count,
    read_towers,
    read_twr,
    write_towers,
    write_twr,
)
from probes.wire.ndr import NULL_HANDLE, NdrReader, NdrWriter
from probes.wire.reader import WireError
from probes.wire.tower import Tower

OBJECT_REFERENT, TOWER_REFERENT = 1, 2  # Windows Server 2003 takes no others
FIRST_REFERENT = 3  # of an answer, as they count on from the question


@dataclass(frozen=True, slots=True)
class EptMap:
    """The tower says what is looked for, by its interface and protocols; its port and address are not read."""

    tower: Tower
    object: UUID | None = NIL_UUID
    handle: bytes = NULL_HANDLE
    max_towers: int = MAX_ENTRIES

    OPNUM: ClassVar = Opnum.EPT_MAP

    def encode(self) -> bytes:
        target = None if self.object is None else self.object.bytes_le
        writer = NdrWriter().pointer(OBJECT_REFERENT, target).u32(TOWER_REFERENT)
        write_twr(writer, self.tower)
        return writer.handle(self.handle).u32(self.max_towers).stub()

    @classmethod
    def decode(cls, stub: bytes) -> Self:
        reader = NdrReader(stub)
        target = reader.uuid() if reader.u32() else None
        if not reader.u32():
            raise WireError("a question without a tower")
        return cls(read_twr(reader), target, reader.handle(), reader.u32())


@dataclass(frozen=True, slots=True)
class EptMapResponse:
    """`max_count` repeats the `max_towers` of the question, as strict clients require."""

    towers: tuple[Tower | None, ...] = ()
    status: EptStatus = EptStatus.OK
    handle: bytes = NULL_HANDLE
    max_count: int = MAX_ENTRIES

    @property
    def more(self) -> bool:
        """There is more to ask for, with this handle. A mapper may say so for ever: the asker counts its pages."""
        return self.handle != NULL_HANDLE and not self.status.is_failure

    @property
    def tcp_ports(self) -> tuple[int, ...]:
        """Each once, in the mapper's order."""
        ports = (tower.tcp_port for tower in self.towers if tower is not None)
        return tuple(dict.fromkeys(port for port in ports if port))

    def encode(self) -> bytes:
        size = len(self.towers)
        writer = NdrWriter().handle(self.handle).u32(size, self.max_count, 0, size)
        referents = count(FIRST_REFERENT)
        for tower in self.towers:
            writer.u32(0 if tower is None else next(referents))
        write_towers(writer, self.towers)
        return writer.u32(self.status).stub()

    @classmethod
    def decode(cls, stub: bytes) -> Self:
        reader = NdrReader(stub)
        handle = reader.handle()
        max_count, size = read_count(reader)
        towers = read_towers(reader, [reader.u32() for _ in range(size)])
        return cls(tuple(towers), EptStatus(reader.u32()), handle, max_count)
