"""What is said of paths: there and back, from newer versions, and from liars."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.wire.rendezvous.fields import MOST_INTERVALS
from probes.wire.rendezvous.frame import Kind
from probes.wire.rendezvous.states import (
    MOST_CHECKS,
    Accepted,
    PathState,
    Told,
    Willing,
)
from tests.probes.wire.reading import refuses
from tests.probes.wire.rendezvous.values import BODIES, FULL_STATE, INTERVALS

NUMBERS = "01 02 03 04"  # check, verdict, cause, evidence
REST = "00000001 00000002 00000003 0000000000000004"  # age, tested, largest untested, said


@given(st.binary(max_size=40))
def test_thanks_are_thanks_whatever_stands_with_them(body: bytes) -> None:
    assert Told.decode(body) == Told()


# States.


def test_flags_of_a_newer_version_are_left_alone() -> None:
    for flags in range(256):
        state = PathState.decode(bytes.fromhex(f"{NUMBERS} {flags:02x} {REST} 00 00 00 00"))
        assert state == PathState(
            *(1, 2, 3, 4, 1),
            confirmed=bool(flags & 1),
            settled=bool(flags & 2),
            cut_short=bool(flags & 4),
            tested=2,
            largest_untested=3,
            said=4,
        )


@pytest.mark.parametrize("part", ["blocked", "passes", "suspect"])
def test_more_intervals_than_there_is_room_for_are_cut_and_that_is_said(part: str) -> None:
    many = (*INTERVALS, (60_000, 60_001))
    whole = PathState(1, 2, 3, 4, None, **{part: INTERVALS})  # type: ignore[arg-type]  # the parts are alike
    cut = PathState(1, 2, 3, 4, None, **{part: many})  # type: ignore[arg-type]
    read = PathState.decode(cut.encode())
    assert getattr(read, part) == many[:MOST_INTERVALS]
    assert (PathState.decode(whole.encode()).cut_short, read.cut_short) == (False, True)
    assert len(read.encode()) <= len(FULL_STATE.encode())


@pytest.mark.parametrize(("age", "read"), [(-1, 0), (0, 0), (2**32 - 2, 2**32 - 2), (2**32, 2**32 - 2), (None, None)])
def test_an_age_is_known_as_far_as_it_can_be_said(age: int | None, read: int | None) -> None:
    assert PathState.decode(PathState(1, 2, 3, 4, age).encode()).age == read


def test_who_rejects_is_told_without_what_nobody_would_believe() -> None:
    assert PathState.decode(PathState(1, 2, 3, 4, 5, rejected_by="fe80::1%a b\x1b").encode()).rejected_by == (
        "fe80::1%a?b?"
    )


@pytest.mark.parametrize(
    ("kind", "body", "says"),
    [
        (Kind.STATE, f"{NUMBERS} 00 {REST} 41" + "61" * 65 + "00 00 00", "a text of 65 bytes"),
        (Kind.STATE, f"{NUMBERS} 00 {REST} 02 6120 00 00 00", "characters that it may not have"),
        (Kind.STATE, f"{NUMBERS} 00 {REST} 00 41" + "00010002" * 65, "65 of at most 64"),
        (Kind.STATE, f"{NUMBERS} 00 {REST} 00 01 0002 0001 00 00", "reversed"),
        (Kind.STATE, f"{NUMBERS} 00 {REST} 00 00 01 0000 0001 00", "port 0"),
        (Kind.STATE, f"{NUMBERS} 00 {REST} 00 00 00 02 0005 0006 0001 0002", "do not ascend"),
        (Kind.PROBE_BACK, "0000", "port 0"),
        (Kind.ACCEPTED, "01 11" + "00" * 17, "17 of at most 16"),
    ],
)
def test_a_lie_is_refused(kind: Kind, body: str, says: str) -> None:
    refuses(BODIES[kind].decode, bytes.fromhex(body), because=says)


# Probing back.


def test_a_willingness_of_a_newer_version_is_none() -> None:
    for number in range(256):
        willing = Willing(number) if number <= 2 else Willing.NOT_PLANNED
        assert Accepted.decode(bytes([number, 1, 9])) == Accepted(willing, (9,))


def test_numbers_keep_their_meaning() -> None:
    assert {member.name: int(member) for member in Willing} == {"NOT_PLANNED": 0, "YES": 1, "BUSY": 2}


def test_more_checks_than_there_are_are_not_written() -> None:
    with pytest.raises(ValueError, match="17 of at most 16"):
        Accepted(Willing.YES, tuple(range(MOST_CHECKS + 1))).encode()
