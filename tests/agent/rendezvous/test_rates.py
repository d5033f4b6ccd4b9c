"""So many requests at once, and so many a second."""

import pytest

from agent.rendezvous.holder.rates import BURST, RATE, Rates


def taken(rates: Rates, who: str, now: float) -> int:
    return sum(rates.take(who, now) for _ in range(1_000))


def test_as_many_as_a_burst_has_go_at_once() -> None:
    assert taken(Rates(), "BTS01", 10.0) == BURST


@pytest.mark.parametrize(("later", "more"), [(0.5, RATE / 2), (1, RATE), (2, 2 * RATE), (3600, BURST)])
def test_later_on_so_many_a_second(later: float, more: int) -> None:
    rates = Rates()
    taken(rates, "BTS01", 10.0)
    assert abs(taken(rates, "BTS01", 10.0 + later) - more) <= 1


def test_what_is_refused_costs_nothing_later() -> None:
    rates = Rates()
    for tenth in range(100):
        taken(rates, "BTS01", 10.0 + tenth / 10)
    assert abs(taken(rates, "BTS01", 20.9) - RATE) <= 2


def test_one_does_not_take_what_is_the_others() -> None:
    rates = Rates()
    taken(rates, "BTS01", 10.0)
    assert taken(rates, "BTS02", 10.0) == BURST
