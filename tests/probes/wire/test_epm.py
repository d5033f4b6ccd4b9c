"""The end of a search, the statuses, and whole conversations between our own two halves."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.wire import dcerpc
from probes.wire.dcerpc import Bind, BindAck, Context, ContextResult, ContextResultCode, ProviderReason
from probes.wire.epm import EPMAPPER, EptStatus, LookupHandleFree, LookupHandleFreeResponse
from probes.wire.ept_lookup import Entry, EptLookup, EptLookupResponse
from probes.wire.ndr import NULL_HANDLE
from probes.wire.tower import tcp_tower
from tests.probes.wire.mapper_bytes import MSDTC, entries, handles, u32
from tests.probes.wire.reading import accepted, byte_by_byte, cut, refuses_cut_short

HANDLE = bytes(range(1, 21))


def test_the_mapper_is_an_interface_itself() -> None:
    assert str(EPMAPPER) == "e1af8308-5d1f-11c9-91a4-08002b14a0fa v3.0"


def test_a_search_is_ended_with_its_handle() -> None:
    question = LookupHandleFree(HANDLE)
    assert (question.OPNUM, question.encode()) == (4, HANDLE)
    assert LookupHandleFree.decode(HANDLE + b"tail") == question


def test_the_end_is_answered_with_a_status() -> None:
    assert LookupHandleFreeResponse().encode() == bytes(24)
    assert LookupHandleFreeResponse.decode(bytes(24) + b"tail") == LookupHandleFreeResponse(NULL_HANDLE, EptStatus.OK)


def test_an_end_cut_short_is_refused() -> None:
    refuses_cut_short(LookupHandleFree.decode, HANDLE)
    refuses_cut_short(LookupHandleFreeResponse.decode, bytes(24))


@given(handles, u32.map(EptStatus))
def test_any_end_there_and_back(handle: bytes, status: EptStatus) -> None:
    answer = LookupHandleFreeResponse(handle, status)
    assert LookupHandleFreeResponse.decode(answer.encode()) == answer


@given(st.binary(max_size=40))
def test_any_bytes_are_an_end_or_a_wire_error(data: bytes) -> None:
    assert (accepted(LookupHandleFree.decode, data) is None) == (len(data) < 20)
    assert (accepted(LookupHandleFreeResponse.decode, data) is None) == (len(data) < 24)


@pytest.mark.parametrize(
    ("status", "failure"),
    [(0, False), (0x16C9A0D6, False), (0x16C9A0CD, True), (0x6D8, True), (0x6D9, True), (5, True)],
)
def test_all_but_two_statuses_are_failures(status: int, failure: bool) -> None:
    assert EptStatus(status).is_failure is failure


def answered(question: dcerpc.Pdu, table: tuple[Entry, ...]) -> list[dcerpc.Pdu]:
    """A mapper in ten lines: small fragments, and a handle that counts."""
    if isinstance(question, Bind):
        accepting = ContextResult(ContextResultCode.ACCEPTANCE, ProviderReason.REASON_NOT_SPECIFIED, dcerpc.NDR32)
        return [BindAck(question.call_id, (accepting,))]
    assert isinstance(question, dcerpc.Request)
    lookup = EptLookup.decode(question.stub)
    end = int.from_bytes(lookup.handle, "little") + lookup.max_entries
    page = table[end - lookup.max_entries : end]
    handle = end.to_bytes(20, "little") if end < len(table) else NULL_HANDLE
    stub = EptLookupResponse(page, EptStatus.OK, handle, lookup.max_entries).encode()
    return [*dcerpc.fragments(question.call_id, stub, max_frag=64)]


def exchanged(question: Bind | dcerpc.Request, table: tuple[Entry, ...]) -> list[dcerpc.Pdu]:
    """There and back through bytes, one at a time."""
    heard = dcerpc.decode(question.encode())
    stream = b"".join(answer.encode() for answer in answered(heard, table))
    frames, left = cut(byte_by_byte(stream), dcerpc.HEADER_SIZE, dcerpc.frame_size)
    assert not left
    return [dcerpc.decode(frame) for frame in frames]


def looked_up(table: tuple[Entry, ...], max_entries: int) -> list[Entry]:
    found: list[Entry] = []
    answer = EptLookupResponse(handle=NULL_HANDLE)
    for call_id in range(2, 2 + len(table) + 1):
        question = EptLookup(handle=answer.handle, max_entries=max_entries)
        reassembly = dcerpc.Reassembly(call_id)
        request = dcerpc.Request(call_id, question.OPNUM, question.encode())
        fragments = [pdu for pdu in exchanged(request, table) if isinstance(pdu, dcerpc.Response)]
        stub = [reassembly.feed(fragment) for fragment in fragments][-1]
        assert stub is not None
        answer = EptLookupResponse.decode(stub)
        found += answer.entries
        if not answer.more:
            break
    return found


def test_a_bind_is_answered() -> None:
    (answer,) = exchanged(Bind(1, (Context(0, EPMAPPER),)), ())
    assert isinstance(answer, BindAck)
    assert answer.results[0].accepted


def test_a_table_in_pages_of_fragments() -> None:
    table = tuple(Entry(tcp_tower(MSDTC, port), "x" * (port % 64)) for port in range(50000, 50070))
    assert looked_up(table, max_entries=16) == list(table)


@settings(deadline=None)
@given(st.lists(entries, max_size=5).map(tuple), st.integers(1, 6))
def test_any_table_in_pages_of_any_size(table: tuple[Entry, ...], max_entries: int) -> None:
    assert looked_up(table, max_entries) == list(table)
