"""The datagrams that were written by hand, against what is said and understood."""

import pytest

from probes.wire.rendezvous.frame import NO_COOKIE, VERSION, Frame, Kind
from tests.probes.wire.rendezvous.golden import COOKIE, DATAGRAMS, HELLO_SIZE, ID, MEANT, NEWER, RECEIVER, SENDER
from tests.probes.wire.rendezvous.values import BODIES, by_hand, key_for, opened

NO_COOKIE_YET = {Kind.HELLO}


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_written_as_ever(kind: Kind) -> None:
    version = NEWER if kind is Kind.OTHER_VERSION else VERSION
    cookie = NO_COOKIE if kind.is_answer or kind in NO_COOKIE_YET else COOKIE
    sender, receiver = (RECEIVER, SENDER) if kind.is_answer else (SENDER, RECEIVER)
    said = Frame(version, kind, sender, receiver, ID, MEANT[kind].encode(), cookie)
    assert said.seal(key_for(kind), HELLO_SIZE if kind in NO_COOKIE_YET else 0).hex(" ") == DATAGRAMS[kind].hex(" ")


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_read_as_ever(kind: Kind) -> None:
    found = opened(DATAGRAMS[kind], kind)
    assert (found.frame.kind, found.frame.id, found.key) == (kind, ID, 0)
    assert BODIES[kind].decode(found.frame.body) == MEANT[kind]


@pytest.mark.parametrize("kind", Kind)
def test_the_seal_is_over_all_that_stands_before_it(kind: Kind) -> None:
    data = DATAGRAMS[kind]
    assert data[-32:] == by_hand(key_for(kind), data[:-32])
