"""The lab's fixtures, here too."""

from tests.lab.conftest import lab, net, settled

__all__ = ["lab", "net", "settled"]
