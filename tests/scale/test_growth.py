"""Ten times as many peers are ten times as much work, and no more: counted, as clocks depend on the machine."""

from pathlib import Path

import pytest

from tests.scale.town import effort

pytestmark = pytest.mark.timeout(300)

FEW, MANY = 20, 200
ROOM = 1.1  # rounds begin at random within some seconds, so one more or less may end in what is counted


async def test_a_peer_costs_the_same_among_many_as_among_few(tmp_path: Path) -> None:
    few, many = await effort(tmp_path / "few", FEW), await effort(tmp_path / "many", MANY)
    print(few, many, sep="\n")
    assert few.attempts >= FEW * 5  # the mapper, and a sample of the range
    assert many.descriptors <= few.descriptors + 2
    for name in ("attempts", "tasks", "calls", "scrape_calls", "scrape_bytes", "blocks"):
        one, other = getattr(few, name) / FEW, getattr(many, name) / MANY
        assert other <= ROOM * one, f"{name}: {one:.1f} for each of {FEW} peers, {other:.1f} for each of {MANY}"
