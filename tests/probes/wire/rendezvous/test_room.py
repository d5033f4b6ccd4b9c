"""Nobody is flooded by answers: a request is at least as long as the longest answer to it, and can be said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.wire.rendezvous.frame import ANSWER, COOKIE_SIZE, ID_SIZE, LARGEST, LONGEST_NAME, VERSION, Frame, Kind
from probes.wire.rendezvous.room import ROOM
from tests.probes.wire.rendezvous.values import KEYS, MESSAGES, names
from tests.probes.wire.rendezvous.values import LARGEST as LARGEST_OF

REQUESTS = [kind for kind in Kind if not kind.is_answer]
LONG_NAMES = "s" * LONGEST_NAME, "r" * LONGEST_NAME


def request(kind: Kind, sender: str, receiver: str, body: bytes) -> Frame:
    return Frame(VERSION, kind, sender, receiver, bytes(ID_SIZE), body, bytes(COOKIE_SIZE))


def test_every_request_has_its_room_and_its_answer() -> None:
    assert list(ROOM) == REQUESTS
    assert {Kind(kind | ANSWER) for kind in REQUESTS} == {kind for kind in Kind if kind.is_answer} - {
        Kind.OTHER_VERSION
    }


@pytest.mark.parametrize("kind", REQUESTS)
@pytest.mark.parametrize("answered", ["its answer", "other version"])
def test_the_longest_answer_is_no_longer_than_the_shortest_request(kind: Kind, answered: str) -> None:
    asked = request(kind, *LONG_NAMES, b"")
    as_kind = Kind(kind | ANSWER) if answered == "its answer" else Kind.OTHER_VERSION
    answer = asked.answer(as_kind, LARGEST_OF[as_kind].encode()).seal(KEYS.answers)
    assert len(answer) <= len(asked.seal(KEYS.requests, ROOM[kind])) <= LARGEST


@pytest.mark.parametrize("kind", REQUESTS)
def test_the_longest_request_can_be_said(kind: Kind) -> None:
    sealed = request(kind, *LONG_NAMES, LARGEST_OF[kind].encode()).seal(KEYS.requests, ROOM[kind])
    assert len(sealed) <= LARGEST


@pytest.mark.parametrize("kind", REQUESTS)
@given(data=st.data())
def test_no_answer_is_longer_than_what_it_answers(kind: Kind, data: st.DataObject) -> None:
    asked = request(kind, data.draw(names), data.draw(names), data.draw(MESSAGES[kind]).encode())
    sealed = asked.seal(KEYS.requests, ROOM[kind])
    as_kind = data.draw(st.sampled_from([Kind(kind | ANSWER), Kind.OTHER_VERSION]))
    answer = asked.answer(as_kind, data.draw(MESSAGES[as_kind]).encode())
    assert len(answer.seal(KEYS.answers)) <= len(sealed)


def test_a_request_has_no_more_room_than_it_needs() -> None:
    """Of the longest answer there is to it, with the longest names."""
    for kind, room in ROOM.items():
        asked = request(kind, *LONG_NAMES, b"")
        answers = (asked.answer(each, LARGEST_OF[each].encode()) for each in (Kind(kind | ANSWER), Kind.OTHER_VERSION))
        assert room == max(len(answer.seal(KEYS.answers)) for answer in answers)
