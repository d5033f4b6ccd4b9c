"""What the own firewall of the host that asks keeps back is nothing that the network does, and does not pass either."""

from pathlib import Path

import pytest

from agent.ground.ports import PortSet

from .agents import Plan, once, running
from .star import Star, address

pytestmark = [pytest.mark.lab, pytest.mark.timeout(480)]

PLAN = Plan(samples=4)
KEPT = "20200-20255"  # with the last port of the range, which every sample asks
RULES = {"dropped": "drop", "refused": "reject with icmp admin-prohibited"}


@pytest.mark.parametrize("rule", RULES)
def test_what_the_own_firewall_keeps_back_neither_passes_nor_is_blocked(star: Star, tmp_path: Path, rule: str) -> None:
    star.guard("BTS01", f"ip daddr {address('MSS')} tcp dport {KEPT} {RULES[rule]}", "output")
    with running(star, "MSS", PLAN.write(tmp_path / "MSS")):
        path = once(star, "BTS01", PLAN.write(tmp_path / "BTS01")).range()
    star.guard("BTS01")
    print(path)
    assert (path["verdict"], path["cause"], path["blocked"], path["suspect"]) == ("inconclusive", "local-fault", [], [])
    passes = {port for text in path["passes"] for port in PortSet.parse(text)}
    assert passes
    assert not passes & {*PortSet.parse(KEPT)}
