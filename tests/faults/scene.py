"""Where a fault happens."""

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from .far import Far
from .seat import Seat

STOPPED = 5.0  # seconds that a process stands still


class Scene(NamedTuple):
    """`far`: the agent of the seat's master, if there is one. `chance`: of the printed seed."""

    seat: Seat
    far: Far | None
    chance: Random


Step = Callable[[Scene], None]
