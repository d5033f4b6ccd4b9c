"""Both engines and two plain doors, for whoever knocks."""

import sys

from tests.probes.engine.conftest import closed, engine, server

__all__ = ["closed", "engine", "server"]

if sys.platform == "linux":
    from tests.probes.engine.conftest import descriptor_limit

    __all__ += ["descriptor_limit"]
