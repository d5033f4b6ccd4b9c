"""By how much an attempt left its place in the round, from when SYNs were seen."""

import pytest

from tests.scale.syns import Syn, lateness

MAPPER, ONE, OTHER = 135, "127.1.0.1", "127.1.0.2"


def a_round(address: str, began: float, *after: float) -> list[Syn]:
    """The mapper first, then ports of the range, so many seconds after it."""
    return [Syn(began, address, MAPPER), *(Syn(began + each, address, 49_152) for each in after)]


def moved(*rounds: list[Syn]) -> list[float]:
    syns = sorted(syn for each in rounds for syn in each)
    return [round(late, 6) for _, late in lateness(syns, MAPPER, 60.0)]


def test_rounds_that_are_alike_have_moved_nothing() -> None:
    assert moved(a_round(ONE, 5, 10, 20), a_round(ONE, 65, 10, 20), a_round(OTHER, 7), a_round(OTHER, 67)) == [0.0] * 4


def test_one_that_is_late_shows_and_each_is_held_beside_its_own_peer() -> None:
    one, other = [a_round(ONE, 5, 10), a_round(ONE, 65, 10.25)], [a_round(OTHER, 6, 10), a_round(OTHER, 66, 10)]
    assert sorted(moved(*one, *other)) == [0.0, 0.0, 0.0, 0.25]


@pytest.mark.parametrize("rounds", [[a_round(ONE, 5, 10)], [a_round(ONE, 5, 10), a_round(ONE, 65, 10, 20)]])
def test_a_round_without_its_like_says_nothing(rounds: list[list[Syn]]) -> None:
    assert moved(*rounds) == []


def test_what_came_before_the_first_beginning_counts_for_nothing() -> None:
    assert moved([Syn(1.0, ONE, 49_152)], a_round(ONE, 5), a_round(ONE, 65.5)) == [0.5]
