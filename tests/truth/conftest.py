"""The lab's own fixtures."""

from tests.lab.conftest import lab, settled

__all__ = ["lab", "settled"]
