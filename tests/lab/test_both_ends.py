"""Both ends know: whatever stands between two agents, `probe once` from one seat names it, and its exact ports.

Everybody is in stealth mode. Each row of the design's table has an address of the master, so that they are asked at the
same time; the cuts are at random places, by a seed that is printed.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest

from .agents import Agent, Once, Plan, once, running
from .listeners import listening
from .rules import Rule, divert, drop, one_way, prohibit, reset
from .star import NETS, ROUTER, Star, address

pytestmark = [pytest.mark.lab, pytest.mark.timeout(480)]

PLAN = Plan()
FIRST, LAST = 20_000, 20_255
WIDE = 40  # ports of a cut, and of what is beside it: more than a sample leaves out
SEED = int(os.environ.get("SSOREACH_SEED", "5"))
AT_ONCE = 4  # processes: an agent lets every host have so many leases only
STRANGER = address("STRANGER"), 7000

Found = dict[str, Any]


class Case(NamedTuple):
    """What the router does to ports of an address, and what the path has to come to. `exact`: those ports are shut."""

    verdict: str
    cause: str | None
    exact: bool
    whole: bool = False  # the range, and not a part of it
    version: int = 4

    def rule(self, name: str, source: str, target: str, ports: str) -> Rule:
        if self.cause == "middlebox":
            return divert(source, target, ports, STRANGER)
        rules = {"reset": reset, "one way": one_way, "prohibit": prohibit}
        return rules.get(name, drop)(source, target, ports)


CASES = {
    "open": Case("reachable", None, exact=False),
    "drop": Case("partly-blocked", "silent-drop", exact=True),
    "all dropped": Case("blocked", "silent-drop", exact=True, whole=True),
    "reset": Case("partly-blocked", "injected-reset", exact=True),
    "one way": Case("partly-blocked", "return-path", exact=True),
    "prohibit": Case("partly-blocked", "icmp-reject", exact=True),
    "divert": Case("partly-blocked", "middlebox", exact=True),
    "drop 6": Case("partly-blocked", "silent-drop", exact=True, version=6),
}
SHUT = [name for name in CASES if name != "open"]
NUMBERS = {name: number for number, name in enumerate(CASES, 1)}  # of the master's addresses
SEATS = {name: ("BTS01", "BTS02")[number % 2] for name, number in NUMBERS.items()}


def cut(name: str) -> tuple[int, int]:
    """Its first and last port."""
    if CASES[name].whole:
        return FIRST, LAST
    random = Random(f"{SEED} {name}")
    first = random.randrange(FIRST + WIDE, LAST - 2 * WIDE)
    return first, random.randrange(first + WIDE, LAST - WIDE)


@pytest.fixture(scope="module")
def master(star: Star, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    both = {seat: (address(seat), address(seat, 0, 6)) for seat in SEATS.values()}
    listen = "0.0.0.0:10135", "[::]:10135"
    plan = replace(PLAN, addresses={**PLAN.addresses, **both}, listen=listen)
    with running(star, "MSS", plan.write(tmp_path_factory.mktemp("master"))) as agent:
        yield agent


def ends(name: str) -> tuple[str, str]:
    """Who asks in this case, and whom: their addresses."""
    version = CASES[name].version
    return address(SEATS[name], 0, version), address("MSS", NUMBERS[name], version)


def ask(star: Star, folder: Path, name: str) -> Once:
    """`probe once` at the address of a case."""
    seat, target = ends(name)
    plan = replace(PLAN, addresses={SEATS[name]: (seat,), "MSS": (target,)})
    return once(star, SEATS[name], plan.write(folder / str(NUMBERS[name])))


@pytest.fixture(scope="module")
def found(star: Star, master: Agent, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Found]:
    """What `probe once` says, by case."""
    folder, names = tmp_path_factory.mktemp("once"), list(CASES)
    rules = [CASES[name].rule(name, *ends(name), "{}-{}".format(*cut(name))) for name in SHUT]
    answers: dict[str, Found] = {}
    with listening(star["STRANGER"], [STRANGER]), star.between(*rules):
        while names:
            asked, names = names[:AT_ONCE], names[AT_ONCE:]
            begun = {name: ask(star, folder, name) for name in asked}
            answers |= {name: each.range() for name, each in begun.items()}
    return answers


@pytest.mark.parametrize("name", CASES)
def test_verdict_cause_and_ports_are_exact(found: dict[str, Found], name: str) -> None:
    case, path, (first, last) = CASES[name], found[name], cut(name)
    print(f"SSOREACH_SEED={SEED}: {name} at {first}-{last}: {path}")
    assert (path["verdict"], path["cause"], path["evidence"]) == (case.verdict, case.cause, "held")
    assert path["blocked"] == ([f"{first}-{last}"] if case.exact else [])
    open_ports = [] if case.whole else [f"{FIRST}-{first - 1}", f"{last + 1}-{LAST}"]
    assert path["passes"] == (open_ports if case.exact else [f"{FIRST}-{LAST}"])
    assert path["confirmed"] or not case.exact
    assert path["suspect"] == []
    assert sum(path["attempts"].values()) <= 250


def test_who_refuses_is_named(found: dict[str, Found]) -> None:
    router = NETS[SEATS["prohibit"]][4].format(ROUTER).partition("/")[0]
    assert {name: path["rejected_by"] for name, path in found.items() if path["rejected_by"]} == {"prohibit": router}
