"""ept_map: golden bytes both ways, with and without an object, and answers that lie."""

from collections.abc import Callable
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.wire.call import Request, Response
from probes.wire.epm import NIL_UUID, EptStatus
from probes.wire.ept_map import EptMap, EptMapResponse
from probes.wire.ndr import NULL_HANDLE, NdrWriter
from probes.wire.tower import tcp_tower
from tests.probes.wire.mapper_bytes import (
    LSARPC,
    LSARPC_TOWER,
    MAP_ANSWER,
    MAP_LSARPC_STUB,
    MAPPED,
    MSDTC,
    STUB,
    handles,
    towers,
    u32,
)
from tests.probes.wire.reading import accepted, mutations, refuses, refuses_cut_short

QUESTION = EptMap(tcp_tower(LSARPC), max_towers=4)
ANSWER = EptMapResponse((MAPPED,), max_count=4)
ANSWER_STUB = MAP_ANSWER[STUB:]

questions = st.builds(EptMap, towers, st.none() | st.uuids(), handles, u32)
answers = st.builds(
    EptMapResponse,
    st.lists(st.none() | towers, max_size=6).map(tuple),
    u32.map(EptStatus),
    handles,
    st.integers(6, 0xFFFFFFFF),
)


def page(num: int, maximum: int, offset: int, actual: int, *rest: int, tower: bytes = b"") -> bytes:
    writer = NdrWriter().handle(NULL_HANDLE).u32(num, maximum, offset, actual, *rest)
    return writer.raw(tower).align(4).u32(0).stub()


def test_golden_question_both_ways() -> None:
    assert len(MAP_LSARPC_STUB) == 132
    assert EptMap.decode(MAP_LSARPC_STUB) == QUESTION
    assert QUESTION.encode().hex(" ") == MAP_LSARPC_STUB.hex(" ")


def test_golden_answer_both_ways() -> None:
    assert EptMapResponse.decode(Response.decode(MAP_ANSWER).stub) == ANSWER
    assert Response(0x46, ANSWER.encode(), alloc_hint=128).encode().hex(" ") == MAP_ANSWER.hex(" ")


def test_a_question_becomes_a_call() -> None:
    assert Request(3, QUESTION.OPNUM, QUESTION.encode()).encode()[22:24] == b"\x03\x00"


@pytest.mark.parametrize(
    ("target", "start"),
    [
        (NIL_UUID, "01000000" + "00" * 16 + "02000000"),
        (UUID(int=0x7700), "01000000" + UUID(int=0x7700).bytes_le.hex() + "02000000"),
        (None, "00000000" + "02000000"),
    ],
)
def test_windows_server_2003_takes_no_other_referents(target: UUID | None, start: str) -> None:
    question = EptMap(tcp_tower(MSDTC), target)
    assert question.encode().hex().startswith(start)
    assert EptMap.decode(question.encode()) == question


@pytest.mark.parametrize(
    ("decode", "stub"), [(EptMap.decode, MAP_LSARPC_STUB), (EptMapResponse.decode, ANSWER_STUB)], ids=["in", "out"]
)
def test_a_stub_cut_short_is_refused(decode: Callable[[bytes], object], stub: bytes) -> None:
    refuses_cut_short(decode, stub)


def test_a_tail_means_nothing() -> None:
    assert EptMap.decode(MAP_LSARPC_STUB + b"\xff" * 5) == QUESTION
    assert EptMapResponse.decode(ANSWER_STUB + b"\xff" * 5) == ANSWER


def test_nothing_found() -> None:
    """As Samba says it: no towers, no handle."""
    stub = bytes(24) + bytes.fromhex("f4 01 00 00 00 00 00 00 00 00 00 00 d6 a0 c9 16")
    answer = EptMapResponse.decode(stub)
    assert answer == EptMapResponse(status=EptStatus.EPT_S_NOT_REGISTERED)
    assert (answer.tcp_ports, answer.more, answer.encode()) == ((), False, stub)


def test_ports_are_told_once_and_in_order() -> None:
    found = [tcp_tower(MSDTC, port) for port in (50002, 0, 50001, 50002)]
    answer = EptMapResponse((None, *found), handle=bytes(range(20)))
    assert EptMapResponse.decode(answer.encode()).tcp_ports == (50002, 50001)
    assert answer.more


def test_a_failure_ends_the_search_whatever_the_handle_says() -> None:
    assert not EptMapResponse(status=EptStatus.WIN32_EPT_S_CANT_PERFORM_OP, handle=bytes(range(20))).more


def test_a_referent_seen_before_brings_no_tower_of_its_own() -> None:
    twr = (75).to_bytes(4, "little") * 2 + LSARPC_TOWER
    assert EptMapResponse.decode(page(3, 3, 0, 3, 5, 0, 5, tower=twr)).towers == (MAPPED, None, MAPPED)


@pytest.mark.parametrize(
    ("stub", "says"),
    [
        (page(1_000_000, 1_000_000, 0, 1_000_000), "1000000 elements claimed; 500 are allowed"),
        (page(5, 4, 0, 5), "5 elements claimed; 4 are allowed"),
        (page(0, 4, 0, 4), "0 elements claimed, and 4 in the array"),
        (page(1, 4, 2, 1), "an array that begins at element 2"),
        (page(1, 4, 0, 1, 3, 2001, 2001), "a tower of 2001 bytes"),
        (page(1, 4, 0, 1, 3, 75, 70), "a tower of 70 bytes in an array of 75"),
    ],
)
def test_an_answer_that_lies_is_refused(stub: bytes, says: str) -> None:
    refuses(EptMapResponse.decode, stub, because=says)


def test_a_question_without_a_tower_is_refused() -> None:
    refuses(EptMap.decode, bytes(40), because="a question without a tower")


@given(questions)
def test_any_question_there_and_back(question: EptMap) -> None:
    assert EptMap.decode(question.encode()) == question


@given(answers)
def test_any_answer_there_and_back(answer: EptMapResponse) -> None:
    assert EptMapResponse.decode(answer.encode()) == answer


@given(st.binary(max_size=200) | mutations(MAP_LSARPC_STUB))
def test_any_bytes_are_a_question_or_a_wire_error(data: bytes) -> None:
    question = accepted(EptMap.decode, data)
    assert question is None or EptMap.decode(question.encode()) == question


@given(st.binary(max_size=200) | mutations(ANSWER_STUB))
def test_any_bytes_are_an_answer_or_a_wire_error(data: bytes) -> None:
    answer = accepted(EptMapResponse.decode, data)
    assert answer is None or EptMapResponse.decode(answer.encode()) == answer
