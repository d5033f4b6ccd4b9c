"""The exact interval of what is dropped, found by both ends: `probe once` against an agent, in stealth mode."""

import json
from collections.abc import Iterator
from math import inf
from pathlib import Path
from typing import Any

from tests.bench.figures import COUNT, Figures, Line, alone
from tests.bench.sweeps import NMAP_4, PORTS, UPPER_HALF, nmap
from tests.lab.agents import Plan, running
from tests.lab.network import Network
from tests.lab.rules import drop
from tests.lab.star import Star, address

SAMPLES, RUNS, NMAP_RUNS = 64, 5, 2
MOST_ATTEMPTS, MOST_DEADLINES = 249, 8
WANTED = {"verdict": "partly-blocked", "evidence": "held", "blocked": [UPPER_HALF], "confirmed": True}


def held(folder: Path) -> Iterator[Line]:
    """nmap's figure is of a host that resets. Of one in stealth mode it takes minutes, and can tell nothing."""
    plan = Plan(ports=PORTS)
    here, there = (plan.write(folder / name) for name in ("here", "there"))
    me, target = address("BTS01"), address("MSS")
    found: list[dict[str, Any]] = []

    def ours() -> float:
        found.append(_once(star, here))
        return float(found[-1]["seconds"])

    with Star() as star, star.between(drop(me, target, UPPER_HALF)), running(star, "MSS", there):
        took = alone(ours, RUNS)
    with Network() as net:
        net.flip(net.address("accept"), ports=UPPER_HALF)
        theirs = Figures([nmap(net.prober, net.address("accept"))[0] for _ in range(NMAP_RUNS)])
    work = f"exact interval by both ends, upper half dropped, {SAMPLES} samples"
    yield Line(f"{work}: time", took, NMAP_4, theirs, took.median / theirs.median, inf, "×")
    for what, most in (("attempts", MOST_ATTEMPTS), ("deadlines", MOST_DEADLINES)):
        figures = Figures([float(each[what]) for each in found], COUNT)
        yield Line(f"{work}: {what}", figures, "-", None, figures.most, most, what)


def _once(star: Star, config: Path) -> dict[str, Any]:
    done = star["BTS01"].python("-m", "tests.bench.held_once", str(config), "BTS01", str(SAMPLES))
    told: dict[str, Any] = json.loads(done.stdout or "{}")
    if {key: told.get(key) for key in WANTED} != WANTED:
        raise RuntimeError(f"probe once saw {told}, and not {WANTED}: {done.stderr}")
    return told
