"""ept_lookup: golden bytes both ways, the pages of real mappers, and pages that lie."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.wire.call import Request, Response
from probes.wire.epm import EptStatus
from probes.wire.ept_lookup import Entry, EptLookup, EptLookupResponse, InquiryType, VersionOption
from probes.wire.ndr import NULL_HANDLE, NdrWriter
from probes.wire.syntax import NDR32
from probes.wire.tower import Floor, ProtocolId, Tower, tcp_tower
from tests.probes.wire.mapper_bytes import (
    LAST_PAGE,
    LOOKUP_ALL,
    LOOKUP_MSDTC_STUB,
    LSARPC_TOWER,
    MAPPED,
    MSDTC,
    NETDFS,
    STUB,
    entries,
    handles,
    syntaxes,
    u32,
)
from tests.probes.wire.reading import accepted, mutations, refuses, refuses_cut_short

UPPER = (Floor.of_syntax(NETDFS), Floor.of_syntax(NDR32))
NCALRPC = Tower(
    (
        *UPPER,
        Floor(ProtocolId.LOCAL_RPC, rhs=b"\0\0"),
        Floor(ProtocolId.LOCAL_RPC_NAME, rhs=b"rpcd_classic\0"),
    )
)
NCACN_NP = Tower(
    (
        *UPPER,
        Floor(ProtocolId.RPC_CONNECTION_ORIENTED, rhs=b"\0\0"),
        Floor(ProtocolId.NAMED_PIPE, rhs=b"\\pipe\\netdfs\0"),
        Floor(ProtocolId.NETBIOS, rhs=b"\0"),
    )
)
LAST_ENTRIES = (Entry(NCALRPC, "netdfs"), Entry(NCACN_NP, "netdfs"))
LAST = EptLookupResponse(LAST_ENTRIES, EptStatus.EPT_S_NOT_REGISTERED, max_count=2)
LAST_STUB = LAST_PAGE[STUB:]
HANDLE = bytes(range(20))

ASKED = {
    "all": (LOOKUP_ALL[STUB:], EptLookup(max_entries=100)),
    "by interface": (
        LOOKUP_MSDTC_STUB,
        EptLookup(interface=MSDTC, inquiry=InquiryType.RPC_C_EP_MATCH_BY_IF, max_entries=100),
    ),
}
asked = pytest.mark.parametrize(("stub", "question"), ASKED.values(), ids=ASKED)

questions = st.builds(
    EptLookup,
    st.none() | st.uuids(),
    st.none() | syntaxes,
    u32.map(InquiryType),
    u32.map(VersionOption),
    handles,
    u32,
)
answers = st.builds(
    EptLookupResponse,
    st.lists(entries, max_size=6).map(tuple),
    u32.map(EptStatus),
    handles,
    st.integers(6, 0xFFFFFFFF),
)


def page(num: int, maximum: int, offset: int, actual: int, rest: bytes = b"") -> bytes:
    """A response stub as far as the entries, with any counts."""
    return NdrWriter().handle(NULL_HANDLE).u32(num, maximum, offset, actual).raw(rest).stub()


def entry(referent: int, annotation: bytes = b"\0", offset: int = 0, count: int | None = None) -> bytes:
    size = len(annotation) if count is None else count
    return NdrWriter().uuid(UUID(int=0)).u32(referent, offset, size).raw(annotation).align(4).stub()


def twr(data: bytes, length: int | None = None, conformance: int | None = None) -> bytes:
    size = len(data) if length is None else length
    return NdrWriter().u32(size if conformance is None else conformance, size).raw(data).align(4).stub()


@asked
def test_golden_questions_both_ways(stub: bytes, question: EptLookup) -> None:
    assert EptLookup.decode(stub) == question
    assert question.encode().hex(" ") == stub.hex(" ")


@asked
def test_a_question_cut_short_is_refused(stub: bytes, question: EptLookup) -> None:
    refuses_cut_short(EptLookup.decode, stub)


def test_a_question_becomes_a_call() -> None:
    question = EptLookup(max_entries=100)
    assert Request(2, question.OPNUM, question.encode()).encode() == LOOKUP_ALL


def test_by_both_each_pointer_has_what_it_points_to_behind_it() -> None:
    question = EptLookup(UUID(int=1), MSDTC, InquiryType.RPC_C_EP_MATCH_BY_BOTH)
    stub = question.encode()
    assert (stub[4:8].hex(), stub[8:24]) == ("00000200", UUID(int=1).bytes_le)
    assert (stub[24:28].hex(), stub[28:48]) == ("04000200", MSDTC.encode())
    assert EptLookup.decode(stub) == question


def test_entries_are_read_beside_the_status_that_says_no_more() -> None:
    """Samba's last page: towers of 77 and 83 bytes, no handle, and ept_s_not_registered."""
    answer = EptLookupResponse.decode(Response.decode(LAST_PAGE).stub)
    assert answer == LAST
    assert [found.tower.protseq for found in answer.entries if found.tower] == ["ncalrpc", "ncacn_np"]
    assert not answer.more


def test_writes_the_golden_page() -> None:
    assert Response(0x14, LAST.encode(), alloc_hint=292).encode().hex(" ") == LAST_PAGE.hex(" ")


def test_a_page_cut_short_is_refused() -> None:
    refuses_cut_short(EptLookupResponse.decode, LAST_STUB)


def test_a_tail_means_nothing() -> None:
    assert EptLookupResponse.decode(LAST_STUB + b"\xff" * 7) == LAST
    assert EptLookup.decode(LOOKUP_MSDTC_STUB + b"\xff") == ASKED["by interface"][1]


def test_a_page_without_entries_may_have_more_behind_it() -> None:
    answer = EptLookupResponse.decode(EptLookupResponse(handle=HANDLE).encode())
    assert (answer.entries, answer.status, answer.more) == ((), EptStatus.OK, True)


def test_a_failure_ends_the_search_whatever_the_handle_says() -> None:
    """Samba answers RPC_C_VERS_UPTO like this for ever."""
    assert not EptLookupResponse(status=EptStatus.WIN32_EPT_S_CANT_PERFORM_OP, handle=HANDLE).more
    assert EptLookupResponse(status=EptStatus.EPT_S_NOT_REGISTERED, handle=HANDLE).more


def test_an_object_is_kept_and_a_null_tower_is_none() -> None:
    written = (
        Entry(None, "nowhere"),
        Entry(tcp_tower(MSDTC, 50000), "", UUID(int=5)),
        Entry(None, "x" * 63),
        Entry(MAPPED, "SSOSecretServer"),
    )
    assert EptLookupResponse.decode(EptLookupResponse(written).encode()).entries == written


def test_a_referent_seen_before_brings_no_tower_of_its_own() -> None:
    stub = page(3, 3, 0, 3, entry(9, b"one\0") + entry(0) + entry(9, b"two\0") + twr(LSARPC_TOWER) + bytes(4))
    assert EptLookupResponse.decode(stub).entries == (Entry(MAPPED, "one"), Entry(None), Entry(MAPPED, "two"))


@pytest.mark.parametrize(
    ("annotation", "text"),
    [
        (b"", ""),
        (b"no end", "no end"),
        (b"end\0junk\0", "end"),
        (b"\x1b[2J<b>\r\n\0", "\x1b[2J<b>\r\n"),
        (b"caf\xe9 \x80\xff\0", "café \x80ÿ"),
        (b"x" * 64, "x" * 64),
    ],
)
def test_an_annotation_is_text_whatever_it_is(annotation: bytes, text: str) -> None:
    stub = page(1, 1, 0, 1, entry(0, annotation) + bytes(4))
    assert EptLookupResponse.decode(stub).entries == (Entry(None, text),)


@pytest.mark.parametrize(
    ("stub", "says"),
    [
        (page(1_000_000, 1_000_000, 0, 1_000_000), "1000000 elements claimed; 500 are allowed"),
        (page(0xFFFFFFFF, 0xFFFFFFFF, 0, 0xFFFFFFFF), "4294967295 elements claimed"),
        (page(501, 501, 0, 501), "501 elements claimed; 500 are allowed"),
        (page(3, 2, 0, 3), "3 elements claimed; 2 are allowed"),
        (page(1_000_000, 2, 0, 2), "1000000 elements claimed, and 2 in the array"),
        (page(0, 2, 0, 2), "0 elements claimed, and 2 in the array"),
        (page(2, 2, 1, 2), "an array that begins at element 1"),
        (page(1, 1, 0, 1, entry(0, count=65)), "65 elements claimed; 64 are allowed"),
        (page(1, 1, 0, 1, entry(0, count=0xFFFFFFFF)), "4294967295 elements claimed; 64 are allowed"),
        (page(1, 1, 0, 1, entry(0, offset=3)), "an array that begins at element 3"),
        (page(1, 1, 0, 1, entry(1) + twr(LSARPC_TOWER + bytes(1926))), "a tower of 2001 bytes; 2000 are allowed"),
        (page(1, 1, 0, 1, entry(1) + twr(b"", length=0xFFFFFFFF)), "a tower of 4294967295 bytes"),
        (page(1, 1, 0, 1, entry(1) + twr(LSARPC_TOWER, conformance=76)), "75 bytes in an array of 76"),
        (page(1, 1, 0, 1, entry(1) + twr(LSARPC_TOWER, length=74)), "left"),
        (page(1, 1, 0, 1, entry(1) + twr(b"")), "left"),
        (page(500, 500, 0, 500), "16 bytes wanted, 0 left"),
    ],
)
def test_a_page_that_lies_is_refused_before_anything_is_made_of_it(stub: bytes, says: str) -> None:
    refuses(EptLookupResponse.decode, stub, because=says)


def test_the_largest_tower_is_read() -> None:
    stub = page(1, 1, 0, 1, entry(1) + twr(LSARPC_TOWER + bytes(1925)) + bytes(4))
    assert EptLookupResponse.decode(stub).entries == (Entry(MAPPED),)


def test_a_full_page_is_read() -> None:
    full = EptLookupResponse(tuple(Entry(tcp_tower(MSDTC, port), f"entry {port}") for port in range(1, 501)))
    assert EptLookupResponse.decode(full.encode()) == full


@given(questions)
def test_any_question_there_and_back(question: EptLookup) -> None:
    assert EptLookup.decode(question.encode()) == question


@given(answers)
def test_any_answer_there_and_back(answer: EptLookupResponse) -> None:
    assert EptLookupResponse.decode(answer.encode()) == answer


@given(st.binary(max_size=200) | mutations(LOOKUP_MSDTC_STUB))
def test_any_bytes_are_a_question_or_a_wire_error(data: bytes) -> None:
    question = accepted(EptLookup.decode, data)
    assert question is None or EptLookup.decode(question.encode()) == question


@given(st.binary(max_size=200) | mutations(LAST_STUB))
def test_any_bytes_are_an_answer_or_a_wire_error(data: bytes) -> None:
    answer = accepted(EptLookupResponse.decode, data)
    assert answer is None or EptLookupResponse.decode(answer.encode()) == answer
