"""Datagrams of the rendezvous: what was damaged is never believed, and what was sealed is read or dropped."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from agent.rendezvous.bodies import ANSWERS, REQUESTS
from probes.wire.reader import WireError
from probes.wire.rendezvous.frame import (
    HEAD,
    LARGEST,
    MAGIC,
    DropError,
    Opened,
    claims_to_answer,
    open_answer,
    open_request,
)
from probes.wire.rendezvous.keys import SIZE, Ring, mac
from tests.fuzz.choices import Choices
from tests.fuzz.target import has_words
from tests.probes.wire.rendezvous.golden import DATAGRAMS
from tests.probes.wire.rendezvous.values import KEYS, RING

Open = Callable[[bytes, Ring], Opened]
KINDS: tuple[tuple[Open, Mapping[Any, Callable[[bytes], Any]], bytes], ...] = (
    (open_request, REQUESTS, KEYS.requests),
    (open_answer, ANSWERS, KEYS.answers),
)


@cache
def genuine() -> tuple[bytes, ...]:
    """One of each kind, as agents say them."""
    return tuple(DATAGRAMS.values())


def damaged(data: bytes) -> None:
    """As it comes: only what is, byte for byte, what was once sealed can be opened."""
    for unsealed, _, _ in KINDS:
        try:
            unsealed(data, RING)
        except DropError as drop:
            has_words(drop)
        else:
            assert data in genuine(), "what nobody sealed was opened"
    claims_to_answer(data)


def sealed(data: bytes) -> None:
    """With a seal that is right, as somebody with the key and another version, or a fault, would make it."""
    choices = Choices(data)
    unsealed, bodies, key = KINDS[choices.number(2)]
    said = MAGIC + choices.some(LARGEST + 8)
    try:
        frame = unsealed(said + mac(key, said), RING).frame
    except DropError as drop:
        has_words(drop)
        return
    assert len(said) + SIZE <= LARGEST
    assert unsealed(frame.seal(key), RING).frame == frame
    if frame.kind in bodies:
        _body(bodies[frame.kind], frame.body)


def _body(decode: Callable[[bytes], Any], body: bytes) -> None:
    try:
        value = decode(body)
    except WireError as error:
        has_words(error)
        return
    again = value.encode()
    assert decode(again) == value
    assert len(again) <= len(body)


def seeds_of_sealed() -> list[bytes]:
    """Genuine ones without their seal and magic."""
    return [bytes([data[5] >> 7]) + data[len(MAGIC) : -SIZE] for data in genuine() if len(data) > HEAD.size]
