"""Devices that let only so many connections through, and refuse or drop the others: they shut no port."""

from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace

import pytest

from agent.ground.ports import PortSet
from agent.judge.verdict import Verdict
from agent.survey.range.far import Lease
from agent.survey.range.sighted import Sighted
from probes.outcome import Outcome, Target
from probes.state import State
from probes.wire.rendezvous.messages import Admission, Reported
from tests.agent.seen import PEER
from tests.agent.survey.farend import Far, HeldWorld
from tests.agent.survey.network import agent, once
from tests.agent.survey.test_range_held import WAYS, shut
from tests.agent.survey.test_range_held_rounds import known
from tests.agent.survey.test_range_searched import RANGE, UPPER
from tests.agent.survey.world import REFUSAL, over, ranged, texts

V = Verdict


class Limited(HeldWorld):
    """`most` connections at once, and so many more a second (`rate`). `said` to the others; None: nothing."""

    def __init__(self, most: int, rate: float, said: State | Outcome | None) -> None:
        super().__init__()
        self.far.reached_ago = 60
        self._most, self._rate, self._said = float(most), rate, said
        self._left, self._at = self._most, 0.0

    def answer(self, target: Target) -> State | Outcome:
        beyond = self._said or State.FILTERED
        found = super().answer(target)
        return found if self._lets_through() or not isinstance(found, State | Outcome) else beyond  # type: ignore[return-value]

    def _syn(self, target: Target, proof: bytes, source: int) -> State | Outcome | None:
        return super()._syn(target, proof, source) if self._lets_through() else self._said

    def _lets_through(self) -> bool:
        now = self.network.now
        self._left = min(self._most, self._left + self._rate * (now - self._at))
        self._at = now
        passes = self._left >= 1
        self._left -= passes
        return passes


@pytest.mark.parametrize("said", [State.CLOSED, REFUSAL, None], ids=["reset", "refused", "dropped"])
@pytest.mark.parametrize(("most", "rate"), [(4, 0.5), (6, 0.5), (6, 3.0), (10, 1.0), (16, 2.0)])
async def test_a_limit_on_connections_blocks_nothing_however_it_treats_the_others(
    most: int, rate: float, said: State | Outcome | None
) -> None:
    world = Limited(most, rate, said)
    found = await ranged(world.meet(once()))
    assert found.blocked == PortSet()
    assert found.verdict in (V.INCONCLUSIVE, V.REACHABLE)


@pytest.mark.parametrize(("most", "rate"), [(1, 0.2), (2, 0.5), (3, 0.1), (6, 0.1)])
async def test_a_silent_limit_blocks_nothing_over_many_rounds_either(most: int, rate: float) -> None:
    """The ends of the range are asked in each round, beside no search: they are silent each time, and reports come."""
    world = Limited(most, rate, None)
    assert {each.verdict for each in await over(world.meet(agent()), 40)} <= {V.INCONCLUSIVE, V.REACHABLE}


class Slow(Far):
    """It was busy when it was asked to listen for the first time: the request had to be repeated."""

    async def hold(self, ports: Sequence[int]) -> Lease | None:
        lease = await super().hold(ports)
        return lease and replace(lease, repeated=self.holds == 1)


@pytest.mark.parametrize("way", WAYS)
async def test_one_late_answer_does_not_make_a_shut_range_a_lossy_path(way: str) -> None:
    """At first it is one of two, as nothing else passes; the next ones show that little gets lost."""
    world = HeldWorld()
    world.far = world.fars[PEER] = Slow(world)
    world.far.reached_ago = 3600
    shut(world, way, str(RANGE))
    found = await ranged(world.meet(once()))
    assert (found.verdict, found.cause, texts(found.blocked)) == (V.BLOCKED, WAYS[way], str(RANGE))


@pytest.mark.parametrize("way", ["resets", "refuses"])
async def test_what_is_refused_beside_a_port_that_passes_is_shut_all_the_same(way: str) -> None:
    world = HeldWorld()
    shut(world, way, UPPER)
    found = (await over(world.meet(agent()), 10))[-1]
    assert (found.verdict, texts(found.blocked), found.confirmed) == (V.PARTLY_BLOCKED, UPPER, True)


async def test_a_time_ahead_of_the_clock_does_not_hide_when_a_held_port_was_reached() -> None:
    """The clock was set back since; and that time is not taken for one of the last day when it comes."""
    site = HeldWorld().meet(agent())
    await site.rounds(1)
    memory, now = known(site), site.clock.time()
    memory.reached_at = now + 40_000
    sighted = Sighted(memory)
    told = Reported(True, PEER, Admission.UNKNOWN, 600, {})
    sighted.take(SimpleNamespace(outcomes={}, grants={}, shows={}, told=told), now)  # type: ignore[arg-type]
    assert memory.reached_at == now - 600
    assert memory.was_reached(now)
