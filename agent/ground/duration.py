"""Lengths of time as an operator writes them: 500ms, 30s, 5m, 1h."""

import re

_WRITTEN = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?) ?(ms|s|m|h)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_LONGEST = 366 * 24 * 3600.0


def seconds(written: object) -> float:
    """Read a duration. Raises ValueError with a sentence that says how to write one."""
    if isinstance(written, int) and not isinstance(written, bool):
        raise ValueError(f"{written} has no unit; write {written}s for seconds, or ms, m, h")
    match = _WRITTEN.fullmatch(written) if isinstance(written, str) else None
    if match is None:
        raise ValueError("not a duration; write one like 500ms, 30s, 5m or 1h")
    length = float(match[1]) * _SECONDS[match[2]]
    if length > _LONGEST:
        raise ValueError("longer than a year")
    return length


def text(length: float) -> str:
    """Write `length` (seconds) as an operator would, in the largest unit that keeps it whole."""
    for unit in ("h", "m", "s"):
        if length >= _SECONDS[unit] and length % _SECONDS[unit] == 0:
            return f"{length / _SECONDS[unit]:.0f}{unit}"
    return f"{length * 1000:.9g}ms" if length < 1 else f"{length:.12g}s"


def about(length: float) -> str:
    """For people, roughly: `40 s`, `12 min`, `17 h`, `3 days`."""
    for limit, size, unit in ((100, 1, "s"), (100 * 60, 60, "min"), (48 * 3600, 3600, "h")):
        if length < limit:
            return f"{max(1, round(length / size))} {unit}"
    return f"{round(length / 86_400)} days"
