"""No search for cycles while a large text is made: with many peers one takes longer than any attempt may wait.

What rendering makes is freed as soon as nobody holds it; there are no cycles in it worth a search.
"""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_inside = 0


@contextmanager
def no_collection() -> Iterator[None]:
    """Until the end of the block, and of every other one in another thread."""
    global _inside
    with _lock:
        _inside += 1
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if not _inside:
                gc.enable()
