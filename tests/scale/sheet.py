"""What documents of figures have in common: their heads, tables, and the machine that they are from."""

import datetime
import os
import platform
from collections.abc import Iterable, Sequence

from agent import __version__


def machine() -> str:
    """One line: what was measured, when, and where."""
    now = datetime.datetime.now(datetime.UTC)
    return (
        f"ssoreach {__version__}, {now:%Y-%m-%d}, Python {platform.python_version()}, {platform.system()} "
        f"{platform.release()}, {platform.machine()}, {os.cpu_count()} cores."
    )


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines) + "\n"


def megabytes(octets: float) -> str:
    return f"{octets / 1e6:.1f}"
