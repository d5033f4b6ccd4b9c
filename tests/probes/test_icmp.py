"""The meaning of ICMP errors, against the lists of the design."""

import pytest

from probes.icmp import CODES, NEIGHBOUR_SILENT, Meaning, meaning, words
from probes.wire.icmp import Icmp

REFUSALS = [(4, 3, code) for code in (2, 3, 9, 10, 13)] + [(6, 1, code) for code in (1, 4, 5, 6)]
NO_WAYS = [(4, 3, code) for code in (0, 1, 6, 7, 11, 12)] + [(6, 1, code) for code in (0, 3)]
EXPIRED = [(4, 11, 0), (6, 3, 0)]


@pytest.mark.parametrize("code", REFUSALS)
def test_refusal(code: tuple[int, int, int]) -> None:
    assert meaning(Icmp(*code)) is Meaning.REFUSAL


@pytest.mark.parametrize("code", NO_WAYS + EXPIRED)
def test_no_way_there(code: tuple[int, int, int]) -> None:
    assert meaning(Icmp(*code)) is Meaning.NO_WAY


def test_nothing_else_is_listed() -> None:
    assert sorted(CODES) == sorted(REFUSALS + NO_WAYS + EXPIRED)


@pytest.mark.parametrize("code", [(4, 3, 4), (4, 3, 8), (4, 12, 0), (4, 255, 255), (6, 1, 2), (6, 2, 0), (6, 3, 13)])
def test_what_is_not_listed_accuses_nobody(code: tuple[int, int, int]) -> None:
    assert meaning(Icmp(*code)) is Meaning.NO_WAY
    assert "unlisted" in words(Icmp(*code))


def test_the_sender_does_not_change_the_meaning() -> None:
    assert meaning(Icmp(4, 3, 13, "192.0.2.1")) is meaning(Icmp(4, 3, 13)) is Meaning.REFUSAL


def test_a_stack_that_gives_up_on_a_neighbour_never_sounds_like_a_refusal() -> None:
    assert all(meaning(Icmp(*code)) is Meaning.NO_WAY for code in NEIGHBOUR_SILENT)


def test_words() -> None:
    prohibited = "ICMP 3/13, communication administratively prohibited, from 192.0.2.1"
    assert words(Icmp(4, 3, 13, "192.0.2.1")) == prohibited
    assert words(Icmp(6, 1, 3)) == "ICMPv6 1/3, address unreachable, from an unknown sender"
