"""How much of a range is known, in figures: ports that are exempt are neither tested nor missing."""

import pytest

from agent.judge.coverage import Coverage, RangeState

R = RangeState


@pytest.mark.parametrize(
    ("ports", "size", "tested", "ratio"),
    [
        ({}, 0, 0, 1.0),
        ({R.EXEMPT: 7}, 0, 0, 1.0),
        ({R.UNTESTED: 100}, 100, 0, 0.0),
        ({R.OPEN: 100}, 100, 100, 1.0),
        ({R.OPEN: 10, R.BLOCKED: 20, R.INCONCLUSIVE: 30, R.UNTESTED: 40, R.EXEMPT: 50}, 100, 60, 0.6),
    ],
)
def test_what_is_tested_of_what_is_to_be_tested(
    ports: dict[RangeState, int], size: int, tested: int, ratio: float
) -> None:
    found = Coverage(ports)
    assert (found.size, found.tested, found.ratio, found.largest_untested) == (size, tested, ratio, 0)
