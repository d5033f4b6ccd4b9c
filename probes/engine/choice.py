"""The choice of an engine for this platform."""

import sys
from collections.abc import Callable

from probes.engine.engine import Engine


def create(utc: Callable[[], float]) -> Engine:
    """The fastest engine that this platform and the running event loop have."""
    if sys.platform == "linux":
        from probes.engine.epoll import EpollEngine

        return EpollEngine(utc=utc)
    from probes.engine.portable import PortableEngine

    return PortableEngine(utc=utc)
