"""Times as they are written."""

import pytest

from agent.ground.text import timestamp


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (-1.0, "1969-12-31T23:59:59.000Z"),
        (0.0, "1970-01-01T00:00:00.000Z"),
        (1767261600.0625, "2026-01-01T10:00:00.062Z"),
        (32_535_215_999.0, "3000-12-31T23:59:59.000Z"),
        (32_535_216_000.0, "3001-01-01T00:00:00.000Z"),
        (253_402_300_799.0, "9999-12-31T23:59:59.000Z"),
    ],
)
def test_every_time_that_a_document_may_tell_can_be_written(seconds: float, written: str) -> None:
    """Also where the C library counts from 1970 to 3000 only, as that of Windows does."""
    assert timestamp(seconds) == written
