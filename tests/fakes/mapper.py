"""An RPC endpoint mapper: its table as it is told, proper or misbehaving in exactly one way.

As a program: `python -m tests.fakes.mapper ADDRESS PORT [--manner M] [--ending E] [--page N]`; each line of its
standard input is a new table (`table.table_from`), as after a restart of the services.
"""

import argparse
import asyncio
import struct
from collections.abc import Callable
from enum import StrEnum
from uuid import UUID

from probes.wire import dcerpc
from probes.wire.bind import Bind, BindAck, BindNak, ContextResult, ContextResultCode, ProviderReason, RejectReason
from probes.wire.call import Fault, FaultStatus, Request
from probes.wire.epm import MAX_ENTRIES, EptStatus, LookupHandleFree, LookupHandleFreeResponse, Opnum
from probes.wire.ept_lookup import EptLookup, EptLookupResponse
from probes.wire.ept_map import EptMap, EptMapResponse
from probes.wire.fragments import fragments
from probes.wire.ndr import NULL_HANDLE, NdrWriter
from probes.wire.pdu import HEADER_SIZE, MAX_XMIT_FRAG, frame_size
from probes.wire.syntax import NDR32, SyntaxId
from tests.fakes.door import Caller, stay
from tests.fakes.table import TABLE, Table, found, table_from

NO_SYNTAX = SyntaxId(UUID(int=0), 0)
MILLION = 1_000_000


class Ending(StrEnum):
    """How the table's last page is told from the others."""

    SAMBA = "samba"  # entries, "no more" and the null handle, all in one page
    AD = "ad"  # a page like all others, and after it an empty one that says "no more"
    PLAIN = "plain"  # entries, success and the null handle


class Manner(StrEnum):
    """PROPER, or the one way in which it is not."""

    PROPER = "proper"
    BIND_NAK = "bind-nak"
    REJECTION = "rejection"  # of its own interface, in the bind_ack
    NO_RESULT = "no-result"  # a bind_ack that answers no context
    CLOSE_AFTER_BIND = "close-after-bind"
    RESET_AFTER_BIND = "reset-after-bind"
    FAULT = "fault"  # access denied, to every request
    FAULT_AND_CLOSE = "fault-and-close"
    FAILURE = "failure"  # "cannot perform the operation", and no entries
    WRONG_CALL = "wrong-call"
    BIG_ENDIAN = "big-endian"
    VERSION_4 = "version-4"
    LENGTH_0 = "length-0"
    LENGTH_MOST = "length-most"
    HALF_HEADER = "half-header"
    HEADER_ONLY = "header-only"
    CUT_FRAME = "cut-frame"  # half of the answer, then FIN
    DRIP = "drip"  # a byte, a pause, a byte …
    GAP = "gap"  # an empty page in the middle, and a handle to go on with
    ENDLESS = "endless"  # page after page, and always a handle
    HOLLOW = "hollow"  # the same with empty pages
    MILLION = "million"  # so many entries claimed
    NO_FREE = "no-free"  # a fault to whoever frees a handle
    FRAGMENTS = "fragments"  # one fragment of one answer after another, and never a last one


class Mapper:
    """`table` and `manner` may be changed between two questions. `asked` keeps the questions, in their order."""

    def __init__(
        self,
        table: Table = TABLE,
        manner: Manner = Manner.PROPER,
        ending: Ending = Ending.SAMBA,
        *,
        page: int = MAX_ENTRIES,
        fragment: int = MAX_XMIT_FRAG,
        pause: float = 1.0,
    ) -> None:
        self.table = table
        self.manner = manner
        self.ending = ending
        self.asked: list[EptLookup | EptMap | LookupHandleFree] = []
        self._page = page
        self._fragment = fragment
        self._pause = pause
        self._stick_at = 0
        self._stuck = asyncio.Event()

    def stick_at(self, question: int) -> asyncio.Event:
        """Never answer that question, counted from 1; the event says when it has come."""
        self._stick_at = question
        return self._stuck

    async def treat(self, caller: Caller) -> None:
        """One association, until the caller goes."""
        bind = Bind.decode(await _frame(caller))
        await caller.say(self._bound(bind).encode())
        if self.manner is Manner.CLOSE_AFTER_BIND:
            return caller.hang_up()
        if self.manner is Manner.RESET_AFTER_BIND:
            return caller.reset()
        while True:
            request = Request.decode(await _frame(caller))
            answer = self._answer(request)
            if len(self.asked) == self._stick_at:
                return self._stuck.set()
            await self._say(caller, request, answer)

    def _bound(self, bind: Bind) -> dcerpc.Pdu:
        if self.manner is Manner.BIND_NAK:
            return BindNak(bind.call_id, RejectReason.PROTOCOL_VERSION_NOT_SUPPORTED)
        result = ContextResult(ContextResultCode.ACCEPTANCE, ProviderReason.REASON_NOT_SPECIFIED, NDR32)
        if self.manner is Manner.REJECTION:
            code, reason = ContextResultCode.PROVIDER_REJECTION, ProviderReason.ABSTRACT_SYNTAX_NOT_SUPPORTED
            result = ContextResult(code, reason, NO_SYNTAX)
        results = () if self.manner is Manner.NO_RESULT else (result,)
        return BindAck(bind.call_id, results, assoc_group=0x2502, sec_addr="135")

    def _answer(self, request: Request) -> bytes:
        """The stub."""
        if request.opnum == Opnum.EPT_LOOKUP:
            return self._looked_up(EptLookup.decode(request.stub))
        if request.opnum == Opnum.EPT_MAP:
            return self._mapped(EptMap.decode(request.stub))
        self.asked.append(LookupHandleFree.decode(request.stub))
        return LookupHandleFreeResponse().encode()

    def _looked_up(self, question: EptLookup) -> bytes:
        self.asked.append(question)
        if self.manner is Manner.FAILURE:
            return EptLookupResponse(status=EptStatus.WIN32_EPT_S_CANT_PERFORM_OP).encode()
        if self.manner is Manner.MILLION:
            return NdrWriter().handle(NULL_HANDLE).u32(MILLION, MILLION, 0, MILLION).stub() + bytes(4_000)
        if self.manner in ENDLESS:
            return self._endless_page(question)
        return self._page_from(question).encode()

    def _endless_page(self, question: EptLookup) -> bytes:
        entries = self.table[: question.max_entries] if self.manner is Manner.ENDLESS else ()
        return EptLookupResponse(entries, handle=_handle(len(self.asked)), max_count=question.max_entries).encode()

    def _page_from(self, question: EptLookup) -> EptLookupResponse:
        start = _place(question.handle)
        if self.manner is Manner.GAP and sum(isinstance(one, EptLookup) for one in self.asked) == GAP_AT:
            return EptLookupResponse(handle=question.handle, max_count=question.max_entries)
        end = start + min(self._page, question.max_entries)
        entries = self.table[start:end]
        status, handle = self._status_of(bool(entries), end >= len(self.table)), NULL_HANDLE
        if end < len(self.table) or (self.ending is Ending.AD and entries):
            handle = _handle(end)
        return EptLookupResponse(entries, status, handle, question.max_entries)

    def _status_of(self, any_here: bool, at_end: bool) -> EptStatus:
        no_more = not any_here or (at_end and self.ending is Ending.SAMBA)
        return EptStatus.EPT_S_NOT_REGISTERED if no_more else EptStatus.OK

    def _mapped(self, question: EptMap) -> bytes:
        self.asked.append(question)
        if self.manner is Manner.FAILURE:
            return EptMapResponse(status=EptStatus.WIN32_EPT_S_CANT_PERFORM_OP).encode()
        towers = tuple(found(self.table, question.tower, question.object))
        handle = _handle(1) if self.manner is Manner.NO_FREE and towers else NULL_HANDLE
        status = EptStatus.OK if towers else EptStatus.EPT_S_NOT_REGISTERED
        return EptMapResponse(towers[: question.max_towers], status, handle, question.max_towers).encode()

    async def _say(self, caller: Caller, request: Request, stub: bytes) -> None:
        if self.manner in FAULTS or (self.manner is Manner.NO_FREE and request.opnum == Opnum.EPT_LOOKUP_HANDLE_FREE):
            await caller.say(Fault(request.call_id, FaultStatus.ACCESS_DENIED).encode())
            return caller.hang_up() if self.manner is Manner.FAULT_AND_CLOSE else None
        call = request.call_id + (self.manner is Manner.WRONG_CALL)
        if self.manner is Manner.FRAGMENTS:
            await self._never_end(caller, call)
        answer = b"".join(part.encode() for part in fragments(call, stub, max_frag=self._fragment))
        answer = MANGLED.get(self.manner, bytes)(answer)
        if self.manner is Manner.DRIP:
            await self._drip(caller, answer)
        await caller.say(answer)
        if self.manner is Manner.CUT_FRAME:
            caller.hang_up()

    async def _drip(self, caller: Caller, answer: bytes) -> None:
        for byte in answer:
            await caller.say(bytes([byte]))
            await asyncio.sleep(self._pause)

    async def _never_end(self, caller: Caller, call: int) -> None:
        first, middle, *_ = fragments(call, bytes(3 * self._fragment), max_frag=self._fragment)
        await caller.say(first.encode())
        while True:
            await caller.say(middle.encode())


FAULTS = {Manner.FAULT, Manner.FAULT_AND_CLOSE}
ENDLESS = {Manner.ENDLESS, Manner.HOLLOW}
GAP_AT = 2
LENGTH_AT = 8


def _with_length(answer: bytes, length: int) -> bytes:
    return answer[:LENGTH_AT] + struct.pack("<H", length) + answer[LENGTH_AT + 2 :]


MANGLED: dict[Manner, Callable[[bytes], bytes]] = {
    Manner.BIG_ENDIAN: lambda answer: answer[:4] + bytes(4) + answer[8:],
    Manner.VERSION_4: lambda answer: b"\x04" + answer[1:],
    Manner.LENGTH_0: lambda answer: _with_length(answer, 0),
    Manner.LENGTH_MOST: lambda answer: _with_length(answer, 0xFFFF),
    Manner.HALF_HEADER: lambda answer: answer[: HEADER_SIZE // 2],
    Manner.HEADER_ONLY: lambda answer: answer[:HEADER_SIZE],
    Manner.CUT_FRAME: lambda answer: answer[: len(answer) // 2],
}


async def _frame(caller: Caller) -> bytes:
    header = await caller.hear(HEADER_SIZE)
    return header + await caller.hear(frame_size(header) - HEADER_SIZE)


def _handle(place: int) -> bytes:
    return bytes(4) + UUID(int=place).bytes


def _place(handle: bytes) -> int:
    return int.from_bytes(handle, "big")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("port", type=int)
    parser.add_argument("--manner", type=Manner, choices=list(Manner), default=Manner.PROPER)
    parser.add_argument("--ending", type=Ending, choices=list(Ending), default=Ending.SAMBA)
    parser.add_argument("--page", type=int, default=MAX_ENTRIES)
    given = parser.parse_args()
    mapper = Mapper(manner=given.manner, ending=given.ending, page=given.page)

    def obey(line: str) -> None:
        mapper.table = table_from(line)

    asyncio.run(stay(mapper.treat, given.address, given.port, obey))


if __name__ == "__main__":
    main()
