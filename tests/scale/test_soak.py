"""An hour's worth of rounds, at a fast clock: nothing that an agent has may grow with time."""

import asyncio
from pathlib import Path

import pytest

from agent.ground.path import Check, Direction
from agent.judge.verdict import Proof, Verdict
from tests.scale.flat import judge
from tests.scale.hour import BOUNDS, hour
from tests.scale.listeners import descriptors

pytestmark = pytest.mark.timeout(300)

ROUNDS = 60
BETWEEN = ("BTS01", "MSS")


async def test_an_hour_of_rounds_scrapes_and_reloads_leaves_nothing_behind(tmp_path: Path) -> None:
    before = descriptors()
    counts, residents = await hour(tmp_path, ROUNDS)
    for name, values in counts.items():
        print(name, values)
    assert [found for found in judge(counts, BOUNDS) if not found.is_flat] == []
    assert {len(values) for values in counts.values()} == {ROUNDS}
    assert max(counts["listeners"]) > 0  # they did hold some for one another
    for each in residents:
        (peer,) = {*BETWEEN} - {each.host}
        verdicts = each.verdicts()
        for direction in Direction:
            assert verdicts[peer, Check.RPC_RANGE, direction] is Verdict.REACHABLE, verdicts
        assert each.evidence(peer) is Proof.HELD
        assert verdicts["SQL01", Check.SQL, Direction.OUTBOUND] is Verdict.REACHABLE
        assert each.listeners == 0  # as nothing is asked any more
    await asyncio.sleep(0)  # transports let go of their sockets in the loop's next turn
    assert descriptors() <= before + 1  # an event loop's first use of names may keep one
