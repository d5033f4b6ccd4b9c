"""From one seat, both directions: `probe once --both` has the other agent probe back, and tells what it found out.

Where no agent runs on this host, the process of `once` itself holds the listeners.
"""

import os
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

import pytest

from .agents import Once, Plan, once, range_of, running
from .rules import drop, reset
from .star import Star, address

pytestmark = [pytest.mark.lab, pytest.mark.quiet, pytest.mark.timeout(480)]

FIRST, LAST = 20_000, 20_199
PLAN = Plan(ports=f"{FIRST}-{LAST}", samples=4)
WIDE = 60  # ports of a cut, and of what is beside it: more than a sample leaves out
PATIENCE = 400  # seconds: the agent at the other end keeps its own pace, 40 attempts a minute
TRIES = 3  # a busy machine may need more attempts than one run has, and says then that not every edge is confirmed
SEED = int(os.environ.get("SSOREACH_SEED", "5"))
ALONE, BESIDE = "no agent here", "beside an agent"


def cuts(case: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """One towards the master that reaches to the end of the range, and one back that begins with it."""
    random = Random(f"{SEED} {case}")
    low, high = (random.randrange(FIRST + WIDE, LAST - WIDE) for _ in range(2))
    return (low, LAST), (FIRST, high)


def begin(stack: ExitStack, case: str, folder: Path) -> Once:
    """In a network of its own."""
    star, me, it = stack.enter_context(Star()), address("BTS01"), address("MSS")
    there, back = ("{}-{}".format(*cut) for cut in cuts(case))
    stack.enter_context(star.between(drop(me, it, there), reset(it, me, back)))
    for host in ("MSS", *(["BTS01"] if case == BESIDE else [])):
        stack.enter_context(running(star, host, PLAN.write(folder / host)))
    return once(star, "BTS01", PLAN.write(folder / "once"), "--both")


def is_done(document: dict[str, Any]) -> bool:
    """It says that there is nothing more to find."""
    return all(range_of(document, "MSS", direction)["confirmed"] for direction in ("outbound", "inbound"))


@pytest.fixture(scope="module")
def documents(settled: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for _ in range(TRIES):
        with ExitStack() as stack:
            rest = [case for case in (ALONE, BESIDE) if case not in found or not is_done(found[case])]
            begun = {case: begin(stack, case, tmp_path_factory.mktemp("both")) for case in rest}
            found |= {case: each.end(PATIENCE) for case, each in begun.items()}
    return found


@pytest.mark.parametrize("case", [ALONE, BESIDE])
def test_cuts_that_differ_each_way_are_found_exactly(documents: dict[str, dict[str, Any]], case: str) -> None:
    (low, _), (_, high) = cuts(case)
    outbound, inbound = range_of(documents[case], "MSS"), range_of(documents[case], "MSS", "inbound")
    print(f"SSOREACH_SEED={SEED}: shut there from {low}, back to {high}: {outbound} {inbound}")
    assert (outbound["blocked"], outbound["passes"]) == ([f"{low}-{LAST}"], [f"{FIRST}-{low - 1}"])
    assert (inbound["blocked"], inbound["passes"]) == ([f"{FIRST}-{high}"], [f"{high + 1}-{LAST}"])
    assert (outbound["verdict"], outbound["cause"]) == ("partly-blocked", "silent-drop")
    assert (inbound["verdict"], inbound["cause"]) == ("partly-blocked", "injected-reset")
    assert (outbound["evidence"], inbound["evidence"]) == ("held", "held")
    assert (outbound["confirmed"], inbound["confirmed"]) == (True, True)
    assert (inbound["source"], inbound["peer"]) == ("MSS", "BTS01")
