"""A cable that is pulled out at our own end is a fault of ours: nobody is called down for it."""

import json
import subprocess
import sys

import pytest

from tests.lab.network import Network

pytestmark = pytest.mark.lab

# Both engines ask every address at the same time; the answers' states and details as JSON.
ASK = """
import asyncio, json, sys, time
from probes.engine.epoll import EpollEngine
from probes.engine.portable import PortableEngine
from probes.outcome import Target

async def ask(engine, address, seconds):
    ended = asyncio.get_running_loop().create_future()
    engine.submit(Target(address, 135, seconds), lambda outcome, _: ended.set_result(outcome))
    outcome = await ended
    return str(outcome.state), outcome.detail

async def main():
    engines = [kind(utc=time.time) for kind in (EpollEngine, PortableEngine)]
    # Shorter than the kernel's own patience with a silent neighbour (3 s), and longer.
    asked = [ask(engine, address, seconds) for engine in engines for address in sys.argv[1:] for seconds in (2.0, 6.0)]
    print(json.dumps(await asyncio.gather(*asked)))

asyncio.run(main())
"""


# Two cables, each to a port of its own; then the other end of the first goes down.
TWO = """
for name in left right; do
    ip link add $name type veth peer name $name-end && ip link set $name up && ip link set $name-end up || exit 1
done
ip link set left-end down
exec "$0" -c "from probes.link import is_unplugged as asked; from probes.outcome import Target as To
print(*(asked(To('fe80::1%' + name, 135)) for name in ('left', 'right')))"
"""


def ask(net: Network) -> list[tuple[str, str]]:
    addresses = [net.address("accept", version) for version in (4, 6)]
    done = net.prober.run(sys.executable, "-c", ASK, *addresses)
    assert done.stdout, done.stderr
    return [(state, detail) for state, detail in json.loads(done.stdout)]


def test_without_a_carrier_of_our_own_nobody_is_called_down(net: Network) -> None:
    net.router.ip("link set near down\n")
    found = ask(net)
    assert [state for state, _ in found] == ["local-fault"] * 8, found
    assert all("has no link" in detail for _, detail in found)


def test_a_gateway_that_does_not_answer_is_another_matter(net: Network) -> None:
    """The cable is in; nobody answers address resolution at its other end."""
    net.router.ip("link set near arp off\naddress flush dev near\n")
    found = ask(net)
    assert {state for state, _ in found} <= {"filtered", "rejected"}, found
    assert not any("has no link" in detail for _, detail in found)


def test_of_a_link_local_address_its_own_interface_is_looked_at(lab: None) -> None:
    """Each has a route to all of them."""
    done = subprocess.run(["unshare", "-rn", "sh", "-c", TWO, sys.executable], capture_output=True, text=True)
    assert done.stdout == "True False\n", done.stderr
