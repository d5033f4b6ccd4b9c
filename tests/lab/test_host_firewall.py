"""A host that shuts its agent out, as Windows does of its own accord, is not a blocked path."""

from pathlib import Path

import pytest

from .agents import Plan, once, running
from .mapping import mapping
from .star import Star, address

pytestmark = [pytest.mark.lab, pytest.mark.timeout(480)]

PLAN = Plan(samples=4)
ADMITTED = "ct state established accept\nudp dport 10135 accept\ntcp dport 135 accept\niif lo accept"
GUARDS = {
    "the range is dropped": "tcp dport 20000-20255 drop",
    "nothing but this is admitted": f"{ADMITTED}\ndrop",
    "the policy drops": f"policy drop;\n{ADMITTED}",
}


@pytest.mark.parametrize("guard", GUARDS)
def test_a_host_that_shuts_its_agent_out_is_told_from_a_network_that_does(
    star: Star, tmp_path: Path, guard: str
) -> None:
    star.guard("MSS", GUARDS[guard])
    with mapping(star["MSS"], address("MSS")), running(star, "MSS", PLAN.write(tmp_path / "MSS")):
        path = once(star, "BTS01", PLAN.write(tmp_path / "BTS01")).range()
    star.guard("MSS")
    print(path)
    assert (path["verdict"], path["cause"]) == ("inconclusive", "host-firewall")
    assert path["blocked"] == []
