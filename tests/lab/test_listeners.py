"""Each listener behaves in its one way, seen from the prober."""

import subprocess

import pytest

from .connects import connect
from .listeners import Behaviour, listening
from .namespace import LabCommandError
from .network import Network
from .rows import Seen

pytestmark = pytest.mark.lab

PORT = 7000

# Connects, reads for at most so long, and says how many octets came and what ended it.
READ = """
import socket, sys
octets = b""
try:
    # An RST on the heels of the SYN-ACK may be there before connect() has returned.
    with socket.create_connection((sys.argv[1], int(sys.argv[2])), 5) as caller:
        caller.settimeout(float(sys.argv[3]))
        while received := caller.recv(1 << 20):
            octets += received
        end = "FIN"
except ConnectionResetError:
    end = "RST"
except TimeoutError:
    end = "nothing"
print(len(octets), octets[:40].decode(), end)
"""


def read(net: Network, address: str, seconds: float = 5.0) -> list[str]:
    done = net.prober.python("-c", READ, address, str(PORT), str(seconds))
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize(
    ("behaviour", "expected"), [(Behaviour.CLOSE, ["0", "FIN"]), (Behaviour.RESET, ["0", "RST"])], ids=str
)
@pytest.mark.parametrize("version", [4, 6])
def test_close_and_reset(shared_net: Network, behaviour: Behaviour, expected: list[str], version: int) -> None:
    address = shared_net.address("accept", version)
    with listening(shared_net.server, [(address, PORT)], behaviour):
        assert read(shared_net, address) == expected


def test_hold_says_nothing(shared_net: Network) -> None:
    address = shared_net.address("accept")
    with listening(shared_net.server, [(address, PORT)]):
        assert read(shared_net, address, 0.3) == ["0", "nothing"]


def test_so_many_octets_and_then_nothing(shared_net: Network) -> None:
    address = shared_net.address("accept")
    with listening(shared_net.server, [(address, PORT)], Behaviour.SEND, octets=10_000_000):
        assert read(shared_net, address, 0.5) == ["10000000", "x" * 40, "nothing"]


def test_banner(shared_net: Network) -> None:
    address = shared_net.address("accept")
    with listening(shared_net.server, [(address, PORT)], Behaviour.SEND, text="SSH-2.0-lab\r\n"):
        assert read(shared_net, address, 0.3) == ["13", "SSH-2.0-lab", "nothing"]


@pytest.mark.parametrize("version", [4, 6])
def test_full_queue_is_silent(shared_net: Network, version: int) -> None:
    address = shared_net.address("accept", version)
    doors = [(address, PORT), (address, PORT + 1)]
    with listening(shared_net.server, doors, Behaviour.FULL):
        told = connect(shared_net.prober, [*doors, *doors], 1.5)
    assert [each.seen for each in told] == [Seen.SILENT] * 4


def test_many_doors_open_and_close_with_the_block(shared_net: Network) -> None:
    address = shared_net.address("accept")
    doors = [(address, port) for port in range(20000, 20400)]
    with listening(shared_net.server, doors) as listener:
        during = connect(shared_net.prober, doors, 10)
    after = connect(shared_net.prober, doors, 10)
    assert {each.seen for each in during} == {Seen.OPEN}
    assert {each.seen for each in after} == {Seen.CLOSED}
    assert listener.returncode is not None


def test_door_that_cannot_be_bound_is_named(shared_net: Network) -> None:
    nobodys = shared_net.address("dead-host")
    with (
        pytest.raises(LabCommandError, match=f"{nobodys} port 7000: Cannot assign requested address"),
        listening(shared_net.server, [(nobodys, PORT)]),
    ):
        pass


def test_listener_ends_with_its_input(shared_net: Network) -> None:
    with listening(shared_net.server, [(shared_net.address("accept"), PORT)]) as listener:
        assert listener.stdin
        listener.stdin.close()
        assert listener.wait(10) == 0


def test_listener_ends_after_its_lifetime(shared_net: Network) -> None:
    with listening(shared_net.server, [(shared_net.address("accept"), PORT)], lifetime=1) as listener:
        with pytest.raises(subprocess.TimeoutExpired):
            listener.wait(0.1)
        assert listener.wait(10) != 0
