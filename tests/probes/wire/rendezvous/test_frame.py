"""Sealing and opening: what is ours comes back as it was said, and nothing else is believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.wire.reader import WireError
from probes.wire.rendezvous.frame import (
    ANSWER,
    COOKIE_SIZE,
    HEAD,
    ID_SIZE,
    LARGEST,
    LONGEST_NAME,
    MAGIC,
    NO_COOKIE,
    SMALLEST,
    VERSION,
    Drop,
    DropError,
    Frame,
    Kind,
    Opened,
    claims_to_answer,
    open_answer,
    open_request,
)
from probes.wire.rendezvous.keys import Keys, mac
from tests.probes.wire.reading import accepted
from tests.probes.wire.rendezvous.golden import COOKIE, DATAGRAMS, ID, RECEIVER, SENDER
from tests.probes.wire.rendezvous.values import KEYS, OLD, cookies, ids, key_for, names, opened, u8

REQUESTS = [kind for kind in Kind if not kind.is_answer]
SAID = Frame(VERSION, Kind.HOLD, SENDER, RECEIVER, ID, b"body", COOKIE)
SEALED = SAID.seal(KEYS.requests)
NAMES = b"\x05BTS01\x03MSS"

frames = st.builds(Frame, u8, st.sampled_from(Kind), names, names, ids, st.binary(max_size=LARGEST - 210), cookies)


def why(data: bytes, kind: Kind = Kind.HELLO) -> Drop:
    with pytest.raises(DropError) as dropped:
        opened(data, kind)
    return dropped.value.reason


def forged(said: bytes, key: bytes = KEYS.requests) -> bytes:
    """Sealed by whoever has the key, and says what no agent of ours does."""
    return said + mac(key, said)


def head(kind: int, size: int = 0, version: int = VERSION) -> bytes:
    return HEAD.pack(MAGIC, version, kind, size, ID, NO_COOKIE)


def test_the_numbers_of_the_kinds() -> None:
    assert {kind.name: int(kind) for kind in REQUESTS} == {
        "HELLO": 1, "HOLD": 2, "REPORT": 3, "TELL": 4, "PROBE_BACK": 5, "STATES": 6,
    }  # fmt: skip
    answers = {int(kind) for kind in Kind if kind.is_answer}
    assert answers == {*(request | ANSWER for request in REQUESTS), 0xFF}


@given(frames, st.integers(0, LARGEST))
def test_any_frame_there_and_back(said: Frame, least: int) -> None:
    data = said.seal(key_for(said.kind), least)
    assert opened(data, said.kind) == Opened(said, 0)
    assert least <= len(data) <= LARGEST
    assert len(data) == max(least, HEAD.size + 2 + len(said.sender + said.receiver) + len(said.body) + 32)


@given(frames)
def test_an_answer_goes_back_to_who_asked(said: Frame) -> None:
    answer = said.answer(Kind.HELD, b"yes")
    assert answer == Frame(said.version, Kind.HELD, said.receiver, said.sender, said.id, b"yes", NO_COOKIE)
    assert said.answer(Kind.TOLD).body == b""


@pytest.mark.parametrize("ring", [(KEYS, OLD), (OLD, KEYS), (OLD, OLD, KEYS)])
@pytest.mark.parametrize("kind", [Kind.HOLD, Kind.HELD])
def test_every_key_of_the_ring_verifies_and_it_is_told_which(ring: tuple[Keys, ...], kind: Kind) -> None:
    data = Frame(VERSION, kind, SENDER, RECEIVER, ID).seal(key_for(kind))
    assert (open_answer if kind.is_answer else open_request)(data, ring).key == ring.index(KEYS)


@pytest.mark.parametrize("ring", [(OLD,), ()])
def test_no_other_key_does(ring: tuple[Keys, ...]) -> None:
    with pytest.raises(DropError) as dropped:
        open_request(SEALED, ring)
    assert dropped.value.reason is Drop.MAC


def test_a_datagram_as_long_as_can_be() -> None:
    longest = LARGEST - len(SEALED) + len(SAID.body)
    said = Frame(VERSION, Kind.TELL, SENDER, RECEIVER, ID, b"x" * longest)
    assert len(said.seal(KEYS.requests)) == LARGEST
    assert opened(said.seal(KEYS.requests)).frame == said


def test_the_smallest_datagram_there_is() -> None:
    data = Frame(VERSION, Kind.HELLO, "A", "B", ID).seal(KEYS.requests)
    assert len(data) == SMALLEST == 84
    assert opened(data).frame.receiver == "B"


@pytest.mark.parametrize(
    ("body", "least"), [(b"x" * (LARGEST - len(SEALED) + 5), 0), (bytes(70_000), 0), (b"", LARGEST + 1)]
)
def test_what_is_too_long_is_not_said(body: bytes, least: int) -> None:
    with pytest.raises(ValueError, match="a datagram of"):
        Frame(VERSION, Kind.TELL, SENDER, RECEIVER, ID, body).seal(KEYS.requests, least)


@pytest.mark.parametrize("name", ["", "x" * (LONGEST_NAME + 1), "é", "a b", "a\n", "a\0", "a\x7f", "日本"])
def test_a_name_that_nobody_would_believe_is_not_said(name: str) -> None:
    for sender, receiver in ((name, RECEIVER), (SENDER, name)):
        with pytest.raises(ValueError, match="is not a name of 1 to 63"):
            Frame(VERSION, Kind.HELLO, sender, receiver, ID).seal(KEYS.requests)


@pytest.mark.parametrize(("id_size", "cookie_size"), [(15, 24), (17, 24), (0, 24), (16, 23), (16, 25)])
def test_what_has_another_size_than_its_field_is_not_said(id_size: int, cookie_size: int) -> None:
    said = Frame(VERSION, Kind.HOLD, SENDER, RECEIVER, bytes(id_size), b"", bytes(cookie_size))
    with pytest.raises(ValueError, match=f"an id of {id_size} bytes, a cookie of {cookie_size}"):
        said.seal(KEYS.requests)


def test_the_sizes_are_those_of_the_layout() -> None:
    assert (HEAD.size, ID_SIZE, COOKIE_SIZE, LARGEST) == (48, 16, 24, 1_200)


# Lies and accidents.


@pytest.mark.parametrize("kind", Kind)
def test_whatever_is_cut_short_is_dropped(kind: Kind) -> None:
    data = DATAGRAMS[kind]
    for size in range(len(data)):
        assert why(data[:size], kind) is (Drop.MAGIC if size < SMALLEST else Drop.MAC)


@given(st.sampled_from(Kind), st.binary(min_size=1, max_size=LARGEST))
def test_whatever_has_a_tail_is_dropped(kind: Kind, tail: bytes) -> None:
    data = DATAGRAMS[kind] + tail
    assert why(data, kind) is (Drop.MAC if len(data) <= LARGEST else Drop.TOO_LONG)


def test_what_is_too_long_is_not_even_looked_at() -> None:
    longest = SAID.seal(KEYS.requests, LARGEST)
    assert opened(longest).frame == SAID
    for data in (longest + b"\0", bytes(LARGEST + 1), forged(longest), bytes(65_507)):
        assert why(data) is Drop.TOO_LONG
        assert why(data, Kind.HELD) is Drop.TOO_LONG


@given(frames, st.data())
def test_any_flipped_bit_is_noticed(said: Frame, data: st.DataObject) -> None:
    sealed = bytearray(said.seal(key_for(said.kind)))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= 1 << data.draw(st.integers(0, 7))
    assert why(bytes(sealed), said.kind) is (Drop.MAGIC if at < len(MAGIC) else Drop.MAC)


@pytest.mark.parametrize("bit", range(8))
def test_no_byte_can_be_changed(bit: int) -> None:
    for at in range(len(SEALED)):
        changed = bytearray(SEALED)
        changed[at] ^= 1 << bit
        assert why(bytes(changed)) is (Drop.MAGIC if at < len(MAGIC) else Drop.MAC)


@given(st.binary(max_size=2 * LARGEST) | st.binary(max_size=LARGEST).map(MAGIC.__add__))
def test_noise_is_dropped(data: bytes) -> None:
    assert {why(data, Kind.HELLO), why(data, Kind.WELCOME)} <= {Drop.TOO_LONG, Drop.MAGIC, Drop.MAC}


@pytest.mark.parametrize("kind", Kind)
def test_nobody_can_be_made_to_take_his_own_for_an_answer(kind: Kind) -> None:
    """Reflection: what was sealed as one is worth nothing as the other."""
    other = Kind.HELLO if kind.is_answer else Kind.WELCOME
    assert why(DATAGRAMS[kind], other) is Drop.MAC


@pytest.mark.parametrize("key", [KEYS.answers, KEYS.cookies, KEYS.proofs])
def test_no_key_of_another_purpose_verifies_a_request(key: bytes) -> None:
    assert why(SAID.seal(key)) is Drop.MAC


def test_a_kind_must_be_sealed_as_what_it_is() -> None:
    answer = Frame(VERSION, Kind.HELD, SENDER, RECEIVER, ID)
    assert why(answer.seal(KEYS.requests), Kind.HOLD) is Drop.MALFORMED
    assert why(SAID.seal(KEYS.answers), Kind.HELD) is Drop.MALFORMED


def test_a_request_in_any_version_is_taken_apart_so_that_it_can_be_answered() -> None:
    for version in range(256):
        said = Frame(version, Kind.HELLO, SENDER, RECEIVER, ID, b"\x09what only that version knows")
        assert opened(said.seal(KEYS.requests)).frame == said


@pytest.mark.parametrize(
    ("kind", "version", "reason"),
    [
        (0, VERSION, Drop.MALFORMED),
        (7, VERSION, Drop.MALFORMED),
        (0x7F, VERSION - 1, Drop.MALFORMED),
        (7, VERSION + 1, Drop.VERSION),
        (0x90, VERSION + 1, Drop.VERSION),
    ],
)
def test_a_kind_that_nobody_knows(kind: int, version: int, reason: Drop) -> None:
    assert why(forged(head(kind, version=version) + NAMES)) is reason


@pytest.mark.parametrize(
    "names",
    [
        b"\x00\x03MSS" + bytes(9),
        b"\x05BTS01\x00" + bytes(9),
        b"\x40" + b"x" * 64 + b"\x03MSS",
        b"\x05BTS0\xe9\x03MSS",
        b"\x05BTS 1\x03MSS",
        b"\x05BTS\x1b1\x03MSS",
        b"\x05BTS01\x03MS\n",
        b"\x05BTS01\x03MS\x7f",
        b"\x05BTS01\x09MSS",
        b"\x20BTS01\x03MSS",
    ],
)
def test_a_name_that_is_none(names: bytes) -> None:
    assert why(forged(head(Kind.HELLO) + names)) is Drop.MALFORMED


@pytest.mark.parametrize("size", [5, 255, 0xFFFF])
def test_a_body_that_is_longer_than_there_is(size: int) -> None:
    assert why(forged(head(Kind.HELLO, size) + NAMES + b"body")) is Drop.MALFORMED
    assert opened(forged(head(Kind.HELLO, 4) + NAMES + b"body")).frame.body == b"body"


@given(st.binary(max_size=200) | st.builds(bytes.__add__, st.sampled_from([head(1, 3), head(2, 90)]), st.binary()))
def test_whatever_was_sealed_with_our_key_is_a_frame_or_dropped(said: bytes) -> None:
    """A host of the site that has gone mad, or was taken over."""
    found = accepted(opened, forged(said))
    if found is None:
        assert why(forged(said)) in {Drop.MAGIC, Drop.MALFORMED, Drop.VERSION}
    else:
        assert opened(found.frame.seal(KEYS.requests)) == found


def test_what_is_behind_the_body_is_not_looked_at() -> None:
    assert opened(forged(head(Kind.HELLO, 1) + NAMES + b"\x01 and more")).frame.body == b"\x01"


def test_a_drop_is_an_error_of_this_room_and_says_why() -> None:
    dropped = DropError(Drop.TOO_LONG)
    assert isinstance(dropped, WireError)
    assert str(dropped) == "too-long"


def test_every_reason_is_a_label() -> None:
    assert [str(reason) for reason in Drop] == [
        "too-long", "magic", "version", "mac", "malformed", "receiver", "sender", "cookie", "replay", "rate",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", list(Kind))
def test_a_datagram_claims_to_be_what_it_is_before_anything_is_verified(kind: Kind) -> None:
    assert claims_to_answer(DATAGRAMS[kind]) is kind.is_answer


@pytest.mark.parametrize("data", [b"", b"SSOR", b"SSOR\x01"])
def test_what_is_too_short_to_be_an_answer_claims_nothing(data: bytes) -> None:
    assert not claims_to_answer(data)
