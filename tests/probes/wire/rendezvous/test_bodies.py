"""What holds for every kind of message: there and back, cut short, from a newer version, and from liars."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.wire.rendezvous.frame import Kind
from probes.wire.rendezvous.greeting import LARGEST_OTHER_VERSION, LARGEST_WELCOME
from probes.wire.rendezvous.messages import LARGEST_HELD, LARGEST_REPORTED
from probes.wire.rendezvous.states import LARGEST_ACCEPTED, LARGEST_STATE
from tests.probes.wire.reading import accepted, mutations, refuses_cut_short
from tests.probes.wire.rendezvous.golden import MEANT
from tests.probes.wire.rendezvous.values import BODIES, LARGEST, MESSAGES

LARGEST_OF = {
    Kind.WELCOME: LARGEST_WELCOME,
    Kind.OTHER_VERSION: LARGEST_OTHER_VERSION,
    Kind.HELD: LARGEST_HELD,
    Kind.REPORTED: LARGEST_REPORTED,
    Kind.TELL: LARGEST_STATE,
    Kind.TOLD: 0,
    Kind.ACCEPTED: LARGEST_ACCEPTED,
    Kind.STATE: LARGEST_STATE,
}


def test_every_kind_has_its_message() -> None:
    assert set(BODIES) == set(MESSAGES) == set(LARGEST) == set(MEANT) == set(Kind)


@pytest.mark.parametrize("kind", Kind)
@given(data=st.data())
def test_any_message_there_and_back(kind: Kind, data: st.DataObject) -> None:
    message = data.draw(MESSAGES[kind])
    assert BODIES[kind].decode(message.encode()) == message


@pytest.mark.parametrize("kind", Kind)
def test_the_largest_there_and_back(kind: Kind) -> None:
    assert BODIES[kind].decode(LARGEST[kind].encode()) == LARGEST[kind]


@pytest.mark.parametrize("kind", LARGEST_OF)
@given(data=st.data())
def test_no_answer_is_larger_than_it_is_said_to_be(kind: Kind, data: st.DataObject) -> None:
    assert len(LARGEST[kind].encode()) == LARGEST_OF[kind]
    assert len(data.draw(MESSAGES[kind]).encode()) <= LARGEST_OF[kind]


@pytest.mark.parametrize("kind", Kind)
def test_a_message_cut_short_is_refused(kind: Kind) -> None:
    refuses_cut_short(BODIES[kind].decode, MEANT[kind].encode())
    refuses_cut_short(BODIES[kind].decode, LARGEST[kind].encode())


@pytest.mark.parametrize("kind", Kind)
@given(tail=st.binary(min_size=1))
def test_what_a_newer_version_appends_is_left_alone(kind: Kind, tail: bytes) -> None:
    assert BODIES[kind].decode(MEANT[kind].encode() + tail) == MEANT[kind]


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.TOLD])
@given(data=st.data())
def test_any_bytes_are_a_message_or_refused(kind: Kind, data: st.DataObject) -> None:
    """And what is read can be written, and is then read alike."""
    body = data.draw(st.binary(max_size=400) | mutations(MEANT[kind].encode()))
    found = accepted(BODIES[kind].decode, body)
    assert found is None or BODIES[kind].decode(found.encode()) == found
