"""ept_lookup: the mapper's whole table, or a part of it, page by page. MS-RPCE 2.2.1.2.4, C706 appendix O.

A page may bring entries together with `EPT_S_NOT_REGISTERED`, or no entry although more will come: the handle says
whether to go on. Not every mapper honours the inquiry type: Samba's AD server answers any of them with all it has.
"""

from dataclasses import dataclass
from itertools import count
from typing import ClassVar, NamedTuple, Self
from uuid import UUID

from probes.wire.epm import MAX_ENTRIES, NIL_UUID, EptStatus, Opnum, read_count, read_towers, write_towers
from probes.wire.names import Named
from probes.wire.ndr import NULL_HANDLE, NdrReader, NdrWriter
from probes.wire.syntax import SyntaxId
from probes.wire.tower import Tower

MAX_ANNOTATION = 64  # bytes, the NUL included: ept_max_annotation_size
OBJECT_REFERENT, IFID_REFERENT = 0x00020000, 0x00020004  # any would do


class InquiryType(Named):
    """What entries are looked up by."""

    RPC_C_EP_ALL_ELTS = 0
    RPC_C_EP_MATCH_BY_IF = 1
    RPC_C_EP_MATCH_BY_OBJ = 2
    RPC_C_EP_MATCH_BY_BOTH = 3


class VersionOption(Named):
    """Which versions of an interface match. Samba finds none at all by VERS_ALL, and never ends with VERS_UPTO."""

    RPC_C_VERS_ALL = 1
    RPC_C_VERS_COMPATIBLE = 2
    RPC_C_VERS_EXACT = 3
    RPC_C_VERS_MAJOR_ONLY = 4
    RPC_C_VERS_UPTO = 5


@dataclass(frozen=True, slots=True)
class EptLookup:
    """With neither an object nor an interface, the whole table. The first question has the null handle."""

    object: UUID | None = None
    interface: SyntaxId | None = None
    inquiry: InquiryType = InquiryType.RPC_C_EP_ALL_ELTS
    version: VersionOption = VersionOption.RPC_C_VERS_ALL
    handle: bytes = NULL_HANDLE
    max_entries: int = MAX_ENTRIES

    OPNUM: ClassVar = Opnum.EPT_LOOKUP

    def encode(self) -> bytes:
        target = None if self.object is None else self.object.bytes_le
        interface = None if self.interface is None else self.interface.encode()
        writer = NdrWriter().u32(self.inquiry).pointer(OBJECT_REFERENT, target)
        writer.pointer(OBJECT_REFERENT if target is None else IFID_REFERENT, interface)
        return writer.u32(self.version).handle(self.handle).u32(self.max_entries).stub()

    @classmethod
    def decode(cls, stub: bytes) -> Self:
        reader = NdrReader(stub)
        inquiry = InquiryType(reader.u32())
        target = reader.uuid() if reader.u32() else None
        interface = SyntaxId.read(reader) if reader.u32() else None
        version = VersionOption(reader.u32())
        return cls(target, interface, inquiry, version, reader.handle(), reader.u32())


class Entry(NamedTuple):
    """ept_entry_t. `annotation` is text of the peer's: at most 63 characters, any character up to U+00FF."""

    tower: Tower | None
    annotation: str = ""
    object: UUID = NIL_UUID


@dataclass(frozen=True, slots=True)
class EptLookupResponse:
    """`max_count` repeats the `max_entries` of the question, as strict clients require."""

    entries: tuple[Entry, ...] = ()
    status: EptStatus = EptStatus.OK
    handle: bytes = NULL_HANDLE
    max_count: int = MAX_ENTRIES

    @property
    def more(self) -> bool:
        """There is more to ask for, with this handle. A mapper may say so for ever: the asker counts its pages."""
        return self.handle != NULL_HANDLE and not self.status.is_failure

    def encode(self) -> bytes:
        size = len(self.entries)
        writer = NdrWriter().handle(self.handle).u32(size, self.max_count, 0, size)
        referents = count(1)
        for entry in self.entries:
            referent = 0 if entry.tower is None else next(referents)
            writer.uuid(entry.object).u32(referent).string(entry.annotation)
        write_towers(writer, [entry.tower for entry in self.entries])
        return writer.u32(self.status).stub()

    @classmethod
    def decode(cls, stub: bytes) -> Self:
        reader = NdrReader(stub)
        handle = reader.handle()
        max_count, size = read_count(reader)
        heads = [(reader.uuid(), reader.u32(), reader.string(MAX_ANNOTATION)) for _ in range(size)]
        towers = read_towers(reader, [referent for _, referent, _ in heads])
        pairs = zip(heads, towers, strict=True)
        entries = tuple(Entry(tower, annotation, target) for (target, _, annotation), tower in pairs)
        return cls(entries, EptStatus(reader.u32()), handle, max_count)
