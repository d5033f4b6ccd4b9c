"""A name may have several addresses, of both kinds, and no other command sees it."""

import sys
from pathlib import Path

import pytest

from .names import naming
from .network import Network

pytestmark = pytest.mark.lab

RESOLVE = """
import socket
print(*sorted({found[4][0] for found in socket.getaddrinfo("mss.lab", 135, type=socket.SOCK_STREAM)}))
"""


def test_name_with_several_addresses(shared_net: Network, tmp_path: Path) -> None:
    addresses = [shared_net.address("accept", 6), shared_net.address("accept"), shared_net.address("drop")]
    words = naming(tmp_path / "hosts", {"sql.lab": [shared_net.address("drop", 6)], "mss.lab": addresses})
    named = shared_net.prober.run(*words, sys.executable, "-c", RESOLVE)
    unnamed = shared_net.prober.run(sys.executable, "-c", RESOLVE)
    assert named.stdout.split() == sorted(addresses)
    assert "gaierror" in unnamed.stderr
