"""An agent behind an engine's bridge, which gives its datagrams another address: docs/containers.md says what then is.

The router plays the bridge: it translates addresses on the way out, and lets nothing in, as nothing is published.
"""

from pathlib import Path

import pytest

from .agents import Plan, range_of, running
from .mapping import serving
from .star import Star, address

pytestmark = pytest.mark.lab

HERE, THERE = address("BTS01"), address("MSS")
PLAN = Plan(interval="10s", samples=2, addresses={"BTS01": (HERE,), "MSS": (THERE,)})
BRIDGE = f"""\
table ip engine {{
chain out {{
type nat hook postrouting priority 100;
ip saddr {HERE} ip daddr {THERE} masquerade
}}
chain in {{
type filter hook forward priority 10;
ip saddr {THERE} ip daddr {HERE} ct state new drop
}}
}}
"""


def test_peers_drop_what_comes_from_another_address_and_nobody_is_accused(star: Star, tmp_path: Path) -> None:
    star.router.nft(BRIDGE)
    try:
        with (
            serving(star["MSS"], THERE),
            running(star, "MSS", PLAN.write(tmp_path / "MSS")) as master,
            running(star, "BTS01", PLAN.write(tmp_path / "BTS01")) as bridged,
        ):
            master.until(lambda metrics: metrics.total("rendezvous_dropped_total", reason="sender") > 0)
            judged = {"check": "rpc-range", "direction": "outbound", "verdict": "pending"}
            own = bridged.until(lambda metrics: metrics.value("path_verdict", peer="MSS", **judged) == 0)
            assert own.value("peer_agent_up", peer="MSS") == 0
            assert range_of(bridged.document(), "MSS")["verdict"] == "inconclusive"
            (mapper,) = [path for path in bridged.paths() if path["check"] == "epm" and path["direction"] == "outbound"]
            assert mapper["verdict"] == "reachable"
    finally:
        star.router.nft("delete table ip engine\n")
