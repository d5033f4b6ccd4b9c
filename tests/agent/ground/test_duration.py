"""Durations as text, both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.ground import duration


@pytest.mark.parametrize(
    ("length", "text"), [(0.5, "500ms"), (1.5, "1.5s"), (30, "30s"), (60, "1m"), (90, "90s"), (3600, "1h"), (0, "0ms")]
)
def test_text(length: float, text: str) -> None:
    assert duration.text(length) == text


@given(st.integers(1, 10_000_000))
def test_its_text_reads_back(milliseconds: int) -> None:
    length = milliseconds / 1000
    assert duration.seconds(duration.text(length)) == pytest.approx(length)


@pytest.mark.parametrize(
    "written", ["", "s", "1", "-1s", "1h30m", "1 0s", "1d", "\u0661s", "1e9s", True, None, 1.5, [], "9" * 99 + "s"]
)
def test_what_is_no_duration(written: object) -> None:
    with pytest.raises(ValueError, match="duration"):
        duration.seconds(written)


@pytest.mark.parametrize(
    ("length", "text"),
    [(0.2, "1 s"), (59.0, "59 s"), (120.0, "2 min"), (3600.0, "60 min"), (61_380.0, "17 h"), (864_000.0, "10 days")],
)
def test_roughly_for_people(length: float, text: str) -> None:
    assert duration.about(length) == text
