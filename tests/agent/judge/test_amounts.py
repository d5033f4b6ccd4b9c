"""Many ports in a few words."""

import pytest

from agent.judge.amounts import SHOWN, coverage_words, some
from agent.judge.coverage import Coverage, RangeState

R = RangeState


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, ""), (1, "1"), (SHOWN, "1, 2, 3, 4, 5, 6"), (SHOWN + 1, "1, 2, 3, 4, 5, 6 and 1 more")],
)
def test_no_more_than_a_line_of_intervals_is_listed(count: int, text: str) -> None:
    assert some([str(number + 1) for number in range(count)]) == text


@pytest.mark.parametrize(
    ("coverage", "text"),
    [
        (Coverage({R.OPEN: 1024}), "All 1,024 ports tested."),
        (Coverage({R.OPEN: 1024, R.EXEMPT: 2}), "All 1,024 ports tested (and 2 where services are registered)."),
        (
            Coverage({R.OPEN: 4, R.UNTESTED: 1020, R.EXEMPT: 1}, 1000, complete_in=90.0),
            "4 of 1,024 ports tested (and 1 where services are registered); a shut run of up to 1,000 ports could be "
            "missed. All tested in about 90 s.",
        ),
        (
            Coverage({R.OPEN: 4, R.UNTESTED: 1020}, 1),
            "4 of 1,024 ports tested; a shut run of up to 1 ports could be missed.",
        ),
    ],
)
def test_what_was_tested_and_what_could_be_missed(coverage: Coverage, text: str) -> None:
    assert coverage_words(coverage) == text
