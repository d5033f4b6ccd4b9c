"""`probe sweep` beside others, through a router: a range that refuses, and one whose upper half is dropped."""

import json
import time
from collections.abc import Callable, Iterator
from math import inf
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from agent.ground.ports import PortSet
from tests.bench.figures import Line, in_turn, paired, ratio
from tests.lab.namespace import Namespace
from tests.lab.network import Network

PORTS, UPPER_HALF = "49152-65535", "57344-65535"
RUNS = 5  # of those that take ten seconds
LOOP, PLAIN, NMAP_4, NMAP_5 = "C epoll loop", "plain asyncio", "nmap -sT -T4", "nmap -sT -T5"


def closed_sweep(net: Network, loop: Callable[[], float], plain: Callable[[], float]) -> Iterator[Line]:
    """Each by its own clock, around nothing but the sweep: all of them in turn."""
    address = net.address("accept")
    wanted = {LOOP: 1.5, PLAIN: inf, NMAP_5: inf}
    others = (loop, plain, lambda: _elapsed(net.prober, address))
    ours, theirs = in_turn(
        lambda: float(_swept(net, address, closed=[PORTS])["seconds"]), dict(zip(wanted, others, strict=True))
    )
    for name, most in wanted.items():
        work = "`probe sweep`, 16,384 closed ports, through a router"
        yield Line(work, ours, name, theirs[name], ratio(ours, theirs[name]), most, "×")


def half_dropped(_: Path) -> Iterator[Line]:
    """Both whole processes; both must name the same ports, and ours must have confirmed the edges."""
    with Network() as net:
        address = net.address("accept")
        net.flip(address, ports=UPPER_HALF)
        yield _half_dropped(net, address)


def _half_dropped(net: Network, address: str) -> Line:
    theirs_say = nmap(net.prober, address)[1]
    closed, silent = (list(theirs_say[state].texts()) for state in ("closed", "filtered"))
    ours, theirs, figure = paired(
        lambda: float(_swept(net, address, closed=closed, silent=silent, confirmed=True)["wall"]),
        lambda: nmap(net.prober, address)[0],
        RUNS,
    )
    return Line("`probe sweep`, upper half dropped, start to exit", ours, NMAP_4, theirs, figure, 0.5, "×")


def _swept(net: Network, address: str, **wanted: object) -> dict[str, Any]:
    began = time.perf_counter()
    done = net.prober.python("-m", "agent.cli", "sweep", address, "--pace", "max", "--yes", "--format", "json")
    wall = time.perf_counter() - began
    document: dict[str, Any] = json.loads(done.stdout)
    found = document["addresses"][0]
    if {key: found[key] for key in wanted} != wanted:
        raise RuntimeError(f"probe sweep saw {found}, and not {wanted}")
    return document | {"wall": wall}


def _elapsed(prober: Namespace, address: str) -> float:
    """By nmap's own clock, in hundredths of a second; every port must have refused."""
    done = prober.run(*NMAP_5.split(), "-Pn", "-n", f"-p{PORTS}", "-oX", "-", address, check=True)
    said = ElementTree.fromstring(done.stdout)  # noqa: S314 - nmap's own output
    (extra,) = said.iter("extraports")
    if (extra.get("state"), extra.get("count")) != ("closed", str(len(PortSet.parse(PORTS)))):
        raise RuntimeError(f"nmap saw {extra.attrib}")
    (finished,) = said.iter("finished")
    return float(finished.attrib["elapsed"])


def nmap(prober: Namespace, address: str) -> tuple[float, dict[str, PortSet]]:
    """Seconds, and the ports by nmap's state."""
    began = time.perf_counter()
    done = prober.run("nmap", "-sT", "-T4", "-Pn", "-n", f"-p{PORTS}", "-oX", "-", address, check=True)
    wall = time.perf_counter() - began
    reasons = ElementTree.fromstring(done.stdout).iter("extraports")  # noqa: S314 - nmap's own output
    return wall, {each.attrib["state"]: PortSet.parse(_ports(each)) for each in reasons}


def _ports(extra: ElementTree.Element) -> str:
    return ",".join(reason.attrib["ports"] for reason in extra.iter("extrareasons"))
