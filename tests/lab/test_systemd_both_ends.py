"""In the unit's sandbox an agent listens for another one, and asks it to."""

from pathlib import Path

import pytest

from .agents import KEY, PORT, Plan, running
from .booted import booted
from .fetch import Metrics, fetch
from .star import Star, address

pytestmark = [pytest.mark.lab, pytest.mark.timeout(240)]

CONFIG = "/etc/ssoreach/ssoreach.yaml"


def is_reachable(metrics: Metrics, peer: str) -> bool:
    """Its range, as seen from here."""
    range_of = {"peer": peer, "check": "rpc-range", "direction": "outbound"}
    return metrics.value("path_verdict", verdict="reachable", **range_of) == 1


def test_both_ends_show_each_other_s_range(star: Star, tmp_path: Path) -> None:
    config = Plan(interval="15s", samples=4).write(tmp_path)
    text = config.read_text("utf-8").replace("key_file: key", "key_file: null").replace("state_dir: state\n", "")
    with running(star, "MSS", config) as master, booted(star["BTS01"]) as machine:
        machine.write(CONFIG, text)
        machine.write("/etc/credstore/ssoreach-key", f"{KEY}\n", 0o600)
        done = machine.probe("service", "install", "--config", CONFIG, "--host", "BTS01", "--start")
        assert done.returncode == 0, done.stderr
        master.until(lambda metrics: is_reachable(metrics, "BTS01"), 90)

        def shown() -> bool:
            status, body = fetch(star["MSS"], f"http://{address('BTS01')}:{PORT}/metrics")
            return status == 200 and is_reachable(Metrics(body), "MSS")

        machine.until(shown, lambda: machine.journal("ssoreach.service"), 90)
