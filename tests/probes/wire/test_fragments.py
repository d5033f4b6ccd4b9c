"""Answers in fragments: put together, taken apart, and every fragment that has no place."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.wire.call import Response
from probes.wire.fragments import MAX_STUB, Reassembly, fragments
from probes.wire.pdu import WHOLE, PacketFlags
from probes.wire.reader import WireError

FIRST, LAST, MIDDLE = PacketFlags.FIRST_FRAG, PacketFlags.LAST_FRAG, PacketFlags(0)


def fed(*answer: Response, limit: int = MAX_STUB) -> list[bytes | None]:
    reassembly = Reassembly(2, limit=limit)
    return [reassembly.feed(fragment) for fragment in answer]


def part(stub: bytes, flags: PacketFlags) -> Response:
    return Response(2, stub, flags=flags)


def test_nothing_is_told_before_the_last_fragment() -> None:
    assert fed(part(b"one ", FIRST), part(b"two ", MIDDLE), part(b"three", LAST)) == [None, None, b"one two three"]


def test_one_fragment_may_be_all() -> None:
    assert fed(part(b"all", WHOLE)) == [b"all"]


def test_an_answer_may_be_empty() -> None:
    assert fed(part(b"", WHOLE)) == [b""]
    assert fed(part(b"all", FIRST), part(b"", LAST)) == [None, b"all"]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ([part(b"x", LAST)], "the first fragment is missing"),
        ([part(b"x", MIDDLE)], "the first fragment is missing"),
        ([part(b"x", FIRST), part(b"x", FIRST)], "a second first fragment"),
        ([part(b"x", FIRST), part(b"x", WHOLE)], "a second first fragment"),
        ([part(b"x", WHOLE), part(b"x", WHOLE)], "a fragment after the last"),
        ([part(b"x", WHOLE), part(b"x", LAST)], "a fragment after the last"),
        ([part(b"x", FIRST), part(b"", MIDDLE)], "an empty fragment that is not the last"),
        ([part(b"", FIRST)], "an empty fragment that is not the last"),
        ([replace(part(b"x", WHOLE), call_id=3)], "call 2, context 0 was due, and call 3, context 0 came"),
        ([replace(part(b"x", WHOLE), context_id=1)], "call 2, context 0 was due, and call 2, context 1 came"),
        ([part(b"x", FIRST), replace(part(b"x", LAST), call_id=1)], "call 1, context 0 came"),
    ],
)
def test_a_fragment_without_a_place_is_refused(answer: list[Response], says: str) -> None:
    with pytest.raises(WireError, match=says):
        fed(*answer)


def test_an_endless_answer_is_refused_in_bounded_memory() -> None:
    reassembly = Reassembly(2, limit=100)
    assert reassembly.feed(part(bytes(60), FIRST)) is None
    assert reassembly.feed(part(bytes(40), MIDDLE)) is None
    with pytest.raises(WireError, match="an answer of more than 100 bytes"):
        reassembly.feed(part(b"x", LAST))


def test_the_default_limit_is_a_mebibyte() -> None:
    assert fed(part(bytes(MAX_STUB), WHOLE)) == [bytes(1024 * 1024)]
    with pytest.raises(WireError, match="more than 1048576 bytes"):
        fed(part(bytes(MAX_STUB + 1), WHOLE))


@given(st.binary(max_size=300), st.integers(32, 100))
def test_taken_apart_and_put_together(stub: bytes, max_frag: int) -> None:
    answer = fragments(2, stub, max_frag=max_frag)
    assert fed(*answer)[-1] == stub
    assert all(len(fragment.encode()) <= max_frag for fragment in answer)
    assert all(len(fragment.stub) % 8 == 0 for fragment in answer[:-1])


def test_fragments_say_how_much_is_to_come() -> None:
    """4280 bytes and the rest, as Samba sent 38 entries."""
    answer = fragments(7, bytes(4828), context_id=1)
    assert [len(fragment.encode()) for fragment in answer] == [4280, 596]
    assert [fragment.alloc_hint for fragment in answer] == [4828, 572]
    assert [fragment.flags for fragment in answer] == [FIRST, LAST]
    assert {(fragment.call_id, fragment.context_id) for fragment in answer} == {(7, 1)}


@pytest.mark.parametrize(("size", "count"), [(0, 1), (4256, 1), (4257, 2), (8512, 2), (8513, 3)])
def test_no_fragment_too_many(size: int, count: int) -> None:
    assert len(fragments(1, bytes(size))) == count
