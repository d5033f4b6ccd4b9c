"""What the far end saw of each attempt is kept beside it, and changes no verdict."""

from collections import Counter

import pytest

from agent.ground.path import Check
from agent.ground.ports import PortSet
from agent.judge.result import AddressResult, FarEnd
from probes.state import State
from tests.agent.seen import PEER
from tests.agent.survey.farend import HeldWorld
from tests.agent.survey.network import once
from tests.agent.survey.world import LISTENERS

CUT = "60000-60999"


async def asked(world: HeldWorld) -> AddressResult:
    """What one round of `once` keeps of the range's one address."""
    results = await world.meet(once()).round()
    (ranged,) = [result for result in results if result.path.check is Check.RPC_RANGE]
    (address,) = ranged.addresses
    return address


def by_far_end(address: AddressResult, state: State) -> Counter[FarEnd | None]:
    outcomes = [outcome for outcome in address.outcomes if outcome.state is state]
    seen = [address.far_end(outcome) for outcome in outcomes]
    return Counter(each.far if each else None for each in seen)


@pytest.mark.parametrize(
    ("way", "state", "far"),
    [
        ("drops", State.FILTERED, FarEnd.NOTHING),
        ("returns", State.FILTERED, FarEnd.HALF_OPEN),
        ("resets", State.CLOSED, FarEnd.NOTHING),
        ("refuses", State.REJECTED, FarEnd.NOTHING),
    ],
)
async def test_each_attempt_has_what_the_far_end_saw_of_it(way: str, state: State, far: FarEnd) -> None:
    world = HeldWorld()
    setattr(world, way, PortSet.parse(CUT))
    address = await asked(world)
    assert set(by_far_end(address, state)) == {far}
    passed = by_far_end(address, State.OPEN)
    assert set(passed) <= {FarEnd.ACCEPTED, FarEnd.LISTENING}
    assert passed[FarEnd.ACCEPTED]


async def test_there_is_one_for_every_attempt_and_none_beside_them() -> None:
    world = HeldWorld()
    world.drops = PortSet.parse(CUT)
    address = await asked(world)
    of_agent = [outcome for outcome in address.outcomes if outcome.target.port not in LISTENERS]
    assert all(address.far_end(outcome) for outcome in of_agent)
    assert len(address.seen) <= len(address.outcomes)
    assert {seen.bound for seen in address.seen.values() if seen.far is not FarEnd.LISTENING} == {PEER}


async def test_from_this_end_alone_nobody_saw_anything() -> None:
    world = HeldWorld()
    world.far.alive = False
    world.drops = PortSet.parse(CUT)
    address = await asked(world)
    assert address.outcomes
    assert not address.seen
