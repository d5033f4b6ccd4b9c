"""The criterion itself: what it takes for flat, and what it does not."""

import pytest

from tests.scale.flat import Bound, judge, slope

SAW = [46.0, 51.0, 51.0, 46.0] * 15  # a peer that comes and goes


@pytest.mark.parametrize(
    ("values", "bound", "flat"),
    [
        ([20.0] * 60, Bound(2), True),
        (SAW, Bound(3), True),
        ([value + number / 2 for number, value in enumerate(SAW)], Bound(3), False),  # one for each reload
        ([*map(float, range(30)), *[30.0] * 30], Bound(2), True),  # caches that fill, and are full
        ([20.0 - number for number in range(60)], Bound(0), True),
        ([1_000.0 + number for number in range(60)], Bound(share=0.01), False),
        ([10_000.0 + number for number in range(60)], Bound(share=0.01), True),
    ],
)
def test_what_grows_on_is_not_flat(values: list[float], bound: Bound, flat: bool) -> None:
    (found,) = judge({"it": values}, {"it": bound})
    assert found.is_flat is flat, found


def test_the_slope_is_that_of_the_line() -> None:
    assert slope([3.0, 5.0, 7.0, 9.0]) == pytest.approx(2.0)
    assert slope([4.0, 4.0]) == 0.0
    with pytest.raises(ValueError, match="two values"):
        slope([1.0])
