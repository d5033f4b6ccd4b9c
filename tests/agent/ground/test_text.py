"""Times as they are written."""

from datetime import datetime
from typing import NoReturn

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
    assert timestamp(seconds) == written


def test_no_c_library_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """That of Windows counts from 1970 to 3000 only, by its documents; wine's goes on."""
    monkeypatch.setattr("agent.ground.text.datetime", Refusing)
    assert timestamp(32_535_216_000.0) == "3001-01-01T00:00:00.000Z"


class Refusing(datetime):
    """As there, after the year 3000."""

    @classmethod
    def fromtimestamp(cls, *_: object) -> NoReturn:
        raise OSError(22, "Invalid argument")
