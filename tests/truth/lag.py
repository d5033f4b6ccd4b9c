"""How late this machine is: a verdict that says less than it could, on a machine too busy to tell, is no wrong one."""

import threading
import time
from types import TracebackType
from typing import Self

NAP = 0.02  # seconds


class Lag:
    """`worst`: by how many seconds a nap was too long at most, for as long as the block lasts."""

    def __init__(self) -> None:
        self.worst = 0.0
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

    def _run(self) -> None:
        before = time.monotonic()
        while not self._over.wait(NAP):
            now = time.monotonic()
            self.worst = max(self.worst, now - before - NAP)
            before = now
