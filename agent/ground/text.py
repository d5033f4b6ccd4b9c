"""Text from outside, made harmless and bounded; and times, as everything that we write has them."""

from datetime import UTC, datetime, timedelta

MOST = 300
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def plain(text: str, most: int = MOST) -> str:
    """For a terminal or a log line: no control characters, no bidirectional overrides, one line, bounded."""
    spelled = "".join(letter if letter.isprintable() else _spelled(letter) for letter in text[: most + 1])
    return spelled if len(spelled) <= most else spelled[: most - 1] + "…"


def _spelled(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")


def timestamp(seconds: float) -> str:
    """UTC with milliseconds. Counted here: the C library of Windows knows no time after the year 3000."""
    return (EPOCH + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
