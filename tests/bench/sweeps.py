"""`probe sweep` beside others, through a router: a range that refuses, and one whose upper half is dropped."""

import json
import time
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

from agent.ground.ports import PortSet
from tests.bench.figures import Line, paired
from tests.lab.namespace import Namespace
from tests.lab.network import Network

PORTS, UPPER_HALF = "49152-65535", "57344-65535"
RUNS = 5  # of those that take ten seconds


def closed_sweep(net: Network, loop: Callable[[], float]) -> Line:
    """The program's own clock around the whole sweep, as that of the C loop is around its own."""
    address = net.address("accept")
    ours, theirs, ratio = paired(lambda: _swept(net, address, closed=[PORTS])["seconds"], loop)
    return Line("`probe sweep`, 16,384 closed ports, through a router", ours, "C epoll loop", theirs, ratio, 1.5, "×")


def half_dropped(net: Network) -> Line:
    """Both whole processes; both must name the same ports, and ours must have confirmed the edges."""
    address = net.address("accept")
    net.flip(address, ports=UPPER_HALF)
    theirs_say = nmap(net.prober, address)[1]
    closed, silent = (list(theirs_say[state].texts()) for state in ("closed", "filtered"))
    ours, theirs, ratio = paired(
        lambda: _swept(net, address, closed=closed, silent=silent, confirmed=True)["wall"],
        lambda: nmap(net.prober, address)[0],
        RUNS,
    )
    net.restore(address)
    return Line("`probe sweep`, upper half dropped, start to exit", ours, "nmap -sT -T4", theirs, ratio, 0.5, "×")


def _swept(net: Network, address: str, **wanted: object) -> dict[str, Any]:
    began = time.perf_counter()
    done = net.prober.python("-m", "agent.cli", "sweep", address, "--pace", "max", "--yes", "--format", "json")
    wall = time.perf_counter() - began
    document: dict[str, Any] = json.loads(done.stdout)
    found = document["addresses"][0]
    if {key: found[key] for key in wanted} != wanted:
        raise SystemExit(f"probe sweep saw {found}, and not {wanted}")
    return document | {"wall": wall}


def nmap(prober: Namespace, address: str) -> tuple[float, dict[str, PortSet]]:
    """Seconds, and the ports by nmap's state."""
    began = time.perf_counter()
    done = prober.run("nmap", "-sT", "-T4", "-Pn", "-n", f"-p{PORTS}", "-oX", "-", address, check=True)
    wall = time.perf_counter() - began
    reasons = ElementTree.fromstring(done.stdout).iter("extraports")  # noqa: S314 - nmap's own output
    return wall, {each.attrib["state"]: PortSet.parse(_ports(each)) for each in reasons}


def _ports(extra: ElementTree.Element) -> str:
    return ",".join(reason.attrib["ports"] for reason in extra.iter("extrareasons"))
