"""`probe rules` beside an agent that runs, and what a real nft makes of hostile names."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from agent.permit import nft
from tests.agent.permit.test_formats import HOSTILE, hostile

from .agents import running
from .listeners import listening
from .rules import prohibit
from .star import Star
from .test_rules_applied import HERE, PLAN, THERE, probe, write

pytestmark = [pytest.mark.lab, pytest.mark.timeout(480)]


def test_the_agent_that_runs_here_knows_it_too(star: Star, tmp_path: Path) -> None:
    config = write(tmp_path, "BTS01", replace(PLAN, interval="10s", samples=2))
    argv = ["rules", "-c", str(config), "--missing", "-f", "csv"]
    code, out, err = probe(star, "BTS01", *argv)
    assert (code, out) == (3, "")
    assert "no agent runs here" in err
    with (
        listening(star["MSS"], [(THERE, 1433)]),
        star.between(prohibit(HERE, THERE, "135")),
        running(star, "BTS01", config) as agent,
    ):
        agent.until(lambda _: "blocked" in [path["verdict"] for path in agent.paths() if path["check"] == "epm"], 60)
        code, out, err = probe(star, "BTS01", *argv)
    (rule,) = csv.DictReader(out.splitlines())
    print(rule, err)
    assert (rule["source_addresses"], rule["destination_addresses"], rule["destination_ports"]) == (HERE, THERE, "135")
    assert code == 3  # nobody listens at the range there, and nobody told of the way back
    assert "MSS to BTS01" in err


@pytest.mark.parametrize("text", HOSTILE)
def test_nft_takes_every_text_for_text(star: Star, text: str) -> None:
    """A name that could end a comment or a line would add rules, or have all of it refused."""
    try:
        star.router.nft("flush ruleset\n" + nft.render(hostile(text)))
        told = json.loads(star.router.run("nft", "-j", "list", "ruleset", check=True).stdout)["nftables"]
    finally:
        star.router.nft("flush ruleset")
    assert len([each for each in told if "rule" in each]) == 2
    assert len([each for each in told if "table" in each]) == len([each for each in told if "chain" in each]) == 1
