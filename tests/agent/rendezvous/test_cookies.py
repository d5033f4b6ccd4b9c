"""A cookie is good for who got it, where he got it, for ten minutes, and at the half that made it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.rendezvous.holder.cookies import Cookies, mark
from probes.wire.rendezvous.frame import COOKIE_SIZE, NO_COOKIE

KEY, BOOT = b"k" * 32, b"b" * 32
COOKIES = Cookies(KEY, BOOT)
NOW, AT, NAME = 5_000.7, "192.0.2.11", "BTS01"


def test_a_cookie_is_good_for_ten_minutes() -> None:
    cookie = COOKIES.make(NOW, AT, NAME)
    assert len(cookie) == COOKIE_SIZE
    assert [COOKIES.is_good(cookie, NOW + later, AT, NAME) for later in (0, 1, 599, 600, 6000)] == [True] * 3 + [
        False
    ] * 2


def test_a_cookie_from_later_than_now_is_none() -> None:
    assert not COOKIES.is_good(COOKIES.make(NOW, AT, NAME), NOW - 60, AT, NAME)


@pytest.mark.parametrize(
    ("address", "name"), [("192.0.2.12", "BTS01"), ("192.0.2.11", "BTS02"), ("92.0.2.11", "BTS011"), ("", "")]
)
def test_a_cookie_is_good_for_nobody_else_and_nowhere_else(address: str, name: str) -> None:
    assert not COOKIES.is_good(COOKIES.make(NOW, AT, NAME), NOW, address, name)


def test_how_a_name_is_spelled_does_not_matter() -> None:
    assert COOKIES.is_good(COOKIES.make(NOW, AT, "BTS01"), NOW, AT, "bts01")


@pytest.mark.parametrize("other", [Cookies(KEY, b"c" * 32), Cookies(b"l" * 32, BOOT)], ids=["boot", "key"])
def test_a_cookie_is_void_where_it_was_not_made(other: Cookies) -> None:
    cookie = COOKIES.make(NOW, AT, NAME)
    assert not other.is_good(cookie, NOW, AT, NAME)
    assert mark(other.make(NOW, AT, NAME)) != mark(cookie)


def test_the_mark_stays_as_long_as_the_half_that_makes_cookies() -> None:
    assert len({mark(Cookies(KEY, BOOT).make(NOW + later, AT, name)) for later in range(3) for name in ("A", "B")}) == 1


def test_no_cookie_is_not_a_good_one() -> None:
    assert not COOKIES.is_good(NO_COOKIE, 0.0, AT, NAME)
    assert not COOKIES.is_good(b"", 0.0, AT, NAME)


@given(st.binary(min_size=COOKIE_SIZE, max_size=COOKIE_SIZE), st.floats(0, 1e9))
def test_a_guess_is_not_a_good_one(guess: bytes, now: float) -> None:
    assert not COOKIES.is_good(guess, now, AT, NAME)


@given(st.integers(0, COOKIE_SIZE * 8 - 1))
def test_no_bit_of_it_can_be_changed(bit: int) -> None:
    changed = int.from_bytes(COOKIES.make(NOW, AT, NAME), "big") ^ 1 << bit
    assert not COOKIES.is_good(changed.to_bytes(COOKIE_SIZE, "big"), NOW, AT, NAME)
