"""How many ports of a gap are asked at once, and that the price said is the price paid."""

import random
from itertools import pairwise
from math import ceil, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.dynamic.fan import FANS, Fan, choose, cost, root, spread

SIZES = st.integers(1, 20_000)
GAPS = st.lists(st.integers(1, 3000), max_size=8).map(
    lambda sizes: [list(range(at * 5000, at * 5000 + size)) for at, size in enumerate(sizes)]
)


def test_the_root_is_that_of_the_formula_for_every_range_there_is() -> None:
    for size in range(1, 65_536):
        assert root(size) == max(1, ceil(sqrt(size + 1)) - 1), size
    assert root(0) == 1


@given(SIZES, st.data())
def test_a_spread_is_even(size: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(1, size))
    asked = spread(range(size), count)
    assert len(set(asked)) == count
    parts = [after - before - 1 for before, after in pairwise([-1, *asked, size])]
    assert max(parts) - min(parts) <= 1
    assert max(parts) <= ceil((size - count) / (count + 1))


def find_edge(size: int, edge: int, left: int, at_once: int) -> tuple[int, int]:
    """How many attempts and waves it takes; below the edge all ports are alike, and from it on."""
    low, high, spent, waves = 0, size, 0, 0
    while low < high:
        asked = choose([range(low, high)], left - spent, at_once)
        assert 1 <= len(asked) <= min(at_once, high - low)
        spent, waves = spent + len(asked), waves + 1
        low = max((index + 1 for index in asked if index < edge), default=low)
        high = min((index for index in asked if index >= edge), default=high)
    assert low == edge
    return spent, waves


@given(SIZES, st.data())
def test_the_cost_bounds_what_a_search_spends(size: int, data: st.DataObject) -> None:
    edge = data.draw(st.integers(0, size))
    fan = data.draw(st.sampled_from(FANS))
    left = data.draw(st.integers(cost(size, fan), 300) if cost(size, fan) < 300 else st.just(cost(size, fan)))
    assert find_edge(size, edge, left, at_once=300)[0] <= left


@pytest.mark.parametrize("fan", FANS)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 31, 100, 255])
def test_the_cost_is_that_of_the_worst_edge_and_not_more(fan: Fan, size: int) -> None:
    def spent(edge: int) -> int:
        low, high, total = 0, size, 0
        while low < high:
            asked = spread(range(low, high), fan(high - low))
            total += len(asked)
            low = max((index + 1 for index in asked if index < edge), default=low)
            high = min((index for index in asked if index >= edge), default=high)
        return total

    assert max(map(spent, range(size + 1))) == cost(size, fan)


def test_one_edge_of_the_whole_range_is_cheap_and_soon_found() -> None:
    dice = random.Random(1)
    edges = [0, 1, 16_381, 16_382, *(dice.randrange(16_383) for _ in range(300))]
    spent, waves = zip(*(find_edge(16_382, edge, 250, at_once=250) for edge in edges), strict=True)
    assert max(spent) < 150
    assert max(waves) <= 5


def test_it_takes_the_fewest_waves_that_it_can_pay_for() -> None:
    waves = [find_edge(1023, 700, left, at_once=64)[1] for left in (10, 15, 40, 250)]
    assert waves == sorted(waves, reverse=True)
    assert waves[0] == 10  # one at a time
    assert waves[-1] <= 4
    assert find_edge(1023, 700, 10, at_once=64)[0] == 10


@given(GAPS, st.integers(-50, 400), st.integers(0, 200))
def test_never_more_at_once_than_allowed_and_never_outside_of_the_gaps(
    gaps: list[list[int]], left: int, at_once: int
) -> None:
    asked = choose(gaps, left, at_once)
    assert len(asked) == len(set(asked)) <= max(0, min(at_once, left))
    assert set(asked) <= {index for gap in gaps for index in gap}
    assert asked or not gaps or min(at_once, left) <= 0


@pytest.mark.parametrize("left", [-3, -1, 0])
def test_when_nothing_is_left_nothing_is_asked(left: int) -> None:
    assert choose([[1, 2], [4, 5], [7], [9]], left, at_once=8) == []


@given(GAPS, st.integers(1, 200))
def test_what_is_left_is_enough_for_all_gaps_whenever_it_can_be(gaps: list[list[int]], at_once: int) -> None:
    left = sum(cost(len(gap), FANS[-1]) for gap in gaps)
    asked = choose(gaps, left, at_once)
    if len(gaps) <= at_once:
        assert all(set(gap) & set(asked) for gap in gaps)
        assert len(asked) <= left
    else:
        assert len(asked) == at_once
