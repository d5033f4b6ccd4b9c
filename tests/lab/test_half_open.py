"""A SYN whose answer gets lost on the way back is seen where somebody listens, and nobody is said to have come."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from .connects import connect
from .namespace import Namespace
from .network import Network
from .rows import Seen

pytestmark = pytest.mark.lab

PORT = 50000
SOON = 0.5  # seconds
HEAR = "import socket, sys; print(socket.create_connection(sys.argv[1:]).recv(100).decode())"
Ends = list[list[object]]


@contextmanager
def holding(namespace: Namespace, local: str) -> Iterator[subprocess.Popen[str]]:
    with namespace.popen(
        sys.executable, "-m", "tests.lab.holding", local, str(PORT), stdin=subprocess.PIPE, stderr=subprocess.PIPE
    ) as holder:
        try:
            assert holder.stdout
            assert holder.stderr
            assert holder.stdout.readline() == "ready\n", holder.stderr.read()
            yield holder
        finally:
            holder.kill()


def ask(holder: subprocess.Popen[str]) -> tuple[Ends, Ends, list[int]]:
    """Half-open connections, who came, and ports at which somebody listens."""
    assert holder.stdin
    assert holder.stdout
    holder.stdin.write("\n")
    holder.stdin.flush()
    half, came, listening = json.loads(holder.stdout.readline())
    return half, came, listening


@pytest.mark.parametrize("version", [4, 6])
def test_lost_answer_leaves_its_mark_in_the_table(shared_net: Network, version: int) -> None:
    address = shared_net.address("return-drop", version)
    prober = shared_net.prober_address(version)
    with holding(shared_net.server, address) as holder:
        assert ask(holder) == ([], [], [PORT])
        assert connect(shared_net.prober, [(address, PORT)], SOON)[0].seen is Seen.SILENT
        half, came, _ = ask(holder)
        assert [where for where, _ in half] == [prober]
        assert came == []


@pytest.mark.parametrize(("name", "version"), [("drop", 4), ("host-drop", 4), ("host-drop", 6)])
def test_syn_that_does_not_arrive_leaves_none(shared_net: Network, name: str, version: int) -> None:
    address = shared_net.address(name, version)
    with holding(shared_net.server, address) as holder:
        assert connect(shared_net.prober, [(address, PORT)], SOON)[0].seen is Seen.SILENT
        assert ask(holder)[:2] == ([], [])


@pytest.mark.parametrize("version", [4, 6])
def test_who_gets_through_has_come(shared_net: Network, version: int) -> None:
    address = shared_net.address("accept", version)
    with holding(shared_net.server, address) as holder:
        assert connect(shared_net.prober, [(address, PORT)], SOON)[0].seen is Seen.OPEN
        half, came, _ = ask(holder)
    assert half == []
    assert [where for where, _ in came] == [shared_net.prober_address(version)]


def test_link_local_address_is_held_with_its_scope(shared_net: Network) -> None:
    shown = shared_net.server.run("ip", "-json", "-6", "address", "show", "dev", "eth0", "scope", "link").stdout
    (address,) = [each["local"] for link in json.loads(shown) for each in link["addr_info"] if each]
    with holding(shared_net.server, f"{address}%eth0") as holder:
        assert shared_net.server.python("-c", HEAR, f"{address}%eth0", str(PORT)).stdout == "proof\n"
        half, came, listening = ask(holder)
    assert half == []
    assert [where for where, _ in came] == [address]
    assert listening == [PORT]
