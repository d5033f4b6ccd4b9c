"""What a page takes, and what any other question to the same agent takes meanwhile."""

import threading
import time
from dataclasses import dataclass

from tests.bench.agents import fetch
from tests.bench.figures import Figures

RUNS = 7
EVERY = 0.005  # seconds between two looks at how soon the agent answers
FRESH = 1.1  # seconds; what was rendered for the last one counts for one


@dataclass(frozen=True, slots=True)
class Asked:
    """`spans`: from when to when each was under way (monotonic). `waits`: seconds of every other question."""

    spans: tuple[tuple[float, float], ...]
    waits: Figures

    @property
    def took(self) -> Figures:
        """Seconds of each."""
        return Figures([ended - began for began, ended in self.spans])


def asked(url: str, page: str) -> Asked:
    """After one that does not count."""
    waits, over = list[float](), threading.Event()

    def others() -> None:
        while not over.is_set():
            waits.append(_span(f"{url}/-/healthy")[1])
            time.sleep(EVERY)

    fetch(url + page)
    asking, spans = threading.Thread(target=others), list[tuple[float, float]]()
    asking.start()
    try:
        for _ in range(RUNS):
            time.sleep(FRESH)
            began, seconds = _span(url + page)
            spans.append((began, began + seconds))
    finally:
        over.set()
        asking.join()
    return Asked(tuple(spans), Figures(waits))


def _span(url: str) -> tuple[float, float]:
    """When it began (monotonic), and seconds."""
    began = time.monotonic()
    fetch(url)
    return began, time.monotonic() - began
