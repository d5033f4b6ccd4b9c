"""A word to the person who waits for `probe once`, where there is one."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

AFTER = 4.0  # seconds
SILENCE = "still asking: what is silent is asked again"
SEARCH = "still asking: silence again, and for edges of what is shut (up to 90 s; --no-exact leaves them out)"
BOTH = "still asking; peers that probe back may take up to 10 min"
END = "Ctrl-C shows what is known by then"


def say(word: str) -> None:
    """While it lasts, to whoever waits at a terminal."""
    if sys.stderr.isatty():
        print(word, file=sys.stderr)


@contextmanager
def patience(*, exact: bool, both: bool = False, after: float = AFTER) -> Iterator[None]:
    """Say it once, if the block takes longer than `after` (seconds) and a terminal is there.

    By a thread: it has to come while nothing else does.
    """
    if not sys.stderr.isatty():
        yield
        return
    words = BOTH if both else SEARCH if exact else SILENCE
    word = threading.Timer(after, lambda: print(f"{words}; {END}", file=sys.stderr))
    word.daemon = True
    word.start()
    try:
        yield
    finally:
        word.cancel()
