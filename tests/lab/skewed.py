"""`probe` on a machine whose clock is wrong: the first argument says by how many seconds. No real clock is touched.

python -m tests.lab.skewed 600 run --config ...
"""

import sys

from agent.cli import main
from agent.ground.clock import SystemClock


def skew(seconds: float) -> None:
    right = SystemClock.time

    def time(self: SystemClock) -> float:
        return right(self) + seconds

    SystemClock.time = time  # type: ignore[method-assign]


if __name__ == "__main__":
    skew(float(sys.argv.pop(1)))
    main()
