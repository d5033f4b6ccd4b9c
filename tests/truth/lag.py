"""How slow this machine is: a verdict that says less than it could, on a machine too busy to tell, is no wrong one."""

import threading
import time
from types import TracebackType
from typing import Self

NAP, WORK = 0.1, 0.003  # seconds: between two looks, and of the processor in each
LATE = 0.1  # seconds; an attempt whose loop was later than that may count for nothing
SHARED = 2.0  # somebody who needs the processor waits as long as he works


class Lag:
    """`worst`: by how many seconds a nap was too long at most, for as long as the block lasts."""

    def __init__(self) -> None:
        self.worst = 0.0
        self._looks = 0
        self._worked = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    @property
    def slowdown(self) -> float:
        """How many times as long a piece of work took as it takes alone."""
        return self._worked / (self._looks * WORK) if self._looks else 1.0

    @property
    def is_busy(self) -> bool:
        return self.worst >= LATE or self.slowdown >= SHARED

    def _run(self) -> None:
        before = time.monotonic()
        while not self._over.wait(NAP):
            woken, worked = time.monotonic(), time.thread_time()
            self.worst = max(self.worst, woken - before - NAP)
            while time.thread_time() - worked < WORK:
                pass
            before = time.monotonic()
            self._worked += before - woken
            self._looks += 1
