"""Two processing servers ask one master at the same time, and one of them only is cut off from half of it."""

from pathlib import Path

import pytest

from .agents import Plan, once, running
from .overheard import LEASE, Asked, holds
from .rules import drop
from .star import Star, address
from .tapping import tapping

pytestmark = [pytest.mark.lab, pytest.mark.timeout(480)]

PLAN = Plan(interval="1h")  # in one round both ask the same ports
CUT = "20100-20199"


def test_listeners_are_shared_and_verdicts_are_not(star: Star, tmp_path: Path) -> None:
    it = address("MSS")
    with (
        running(star, "MSS", PLAN.write(tmp_path / "MSS")) as master,
        tapping(star, "MSS") as tap,
        star.between(drop(address("BTS02"), it, CUT)),
    ):
        asked = {host: once(star, host, PLAN.write(tmp_path / host)) for host in ("BTS01", "BTS02")}
        found = {host: each.range() for host, each in asked.items()}
        held = [each for each in holds(tap.heard()) if each.at == it]
        master.until(lambda metrics: metrics.value("rendezvous_listeners") == 0, 20)
    free, cut = found["BTS01"], found["BTS02"]
    print(free, cut)
    assert (free["verdict"], free["cause"], free["evidence"]) == ("reachable", None, "held")
    assert (cut["verdict"], cut["cause"], cut["evidence"]) == ("partly-blocked", "silent-drop", "held")
    assert (free["blocked"], cut["blocked"]) == ([], [CUT])
    assert (free["passes"], cut["passes"]) == (["20000-20255"], ["20000-20099", "20200-20255"])
    assert any(_shared(one, other) for one in held for other in held)


def _shared(one: Asked, other: Asked) -> bool:
    """Whether two hosts had the same port held at the same time."""
    meanwhile = abs(one.seconds - other.seconds) < LEASE
    return one.by != other.by and meanwhile and bool({*one.ports} & {*other.ports})
