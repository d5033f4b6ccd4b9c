"""A name that this machine could not even ask for, by a fault of its own: that says nothing of the peer."""

import pytest

from agent.ground.path import Check
from agent.judge.verdict import Cause, Verdict
from probes.outcome import Resolved
from probes.state import State
from tests.agent.seen import PEER, path
from tests.agent.survey.network import Network, Site, once

CHECKS = [Check.SQL, Check.EPM, Check.RPC_ENDPOINT, Check.RPC_RANGE]


class Exhausted(Network):
    """`first`: from the second round on."""

    first = False

    async def resolve(self, name: str, timeout: float) -> Resolved:
        if self.first:
            self.first = False
            return Resolved(name, (PEER,), 0.0)
        return Resolved(name, (), 0.0, "the name service: Too many open files", ours=True)


@pytest.mark.parametrize("check", CHECKS)
async def test_it_is_a_local_fault_and_not_unresolved(check: Check) -> None:
    network = Exhausted()
    (result,) = await Site(network, [path(check, addresses=("mss.contoso.test",))], once()).round()
    assert (result.verdict, result.judgement.cause) == (Verdict.INCONCLUSIVE, Cause.LOCAL_FAULT)
    assert "Too many open files" in result.judgement.detail
    assert result.attempts == {"local-fault": 1}
    assert network.asked == []


async def test_its_last_addresses_are_asked_on_and_nobody_is_sent_to_the_name_service() -> None:
    network = Exhausted(rest=State.OPEN)
    network.first = True
    site = Site(network, [path(Check.EPM, addresses=("mss.contoso.test",))], once())
    assert [result.verdict for result in await site.round()] == [Verdict.REACHABLE]
    assert [result.verdict for result in await site.round()] == [Verdict.REACHABLE]
    assert site.survey.findings == ()
