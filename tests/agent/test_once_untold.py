"""`once --both` where nobody tells: each path of the other direction says why nothing is known of it."""

import asyncio

import pytest

from agent.config.load import parse
from agent.ground.path import Direction
from agent.judge.verdict import Cause, Verdict
from agent.once import Wanted, run_once
from agent.report.document import Run
from agent.site.setup import set_up
from agent.site.topology import site_of
from agent.site.whoami import Machine, whoami
from probes.wire.rendezvous.keys import Keys

SITE = """\
site: contoso
names: false
hosts:
  - {name: BTS01, role: processing, address: 127.0.0.1}
  - {name: MSS, role: master-secret, address: 127.0.0.2}
  - {name: SQL01, role: sso-database, address: 127.0.0.3}
"""


async def test_a_path_that_nobody_told_of_is_not_left_pending_without_a_word() -> None:
    config = parse(SITE, "test")
    setup = set_up(config, whoami(site_of(config), Machine((), ()), "BTS01"))
    known: list[Run] = []
    wanted = Wanted(1, exact=False, ring=(Keys.derive(bytes(32)),), both=True)
    once = asyncio.ensure_future(run_once(setup, wanted, interrupted=known.append))
    await asyncio.sleep(0)  # it has begun, and nothing is sent yet
    once.cancel()
    with pytest.raises(asyncio.CancelledError):
        await once
    (run,) = known
    told = [result for result in run.results if result.path.direction is Direction.INBOUND]
    assert {(result.verdict, result.judgement.cause) for result in told} == {(Verdict.INCONCLUSIVE, Cause.AGENT_SILENT)}
    for result in told:
        assert "MSS has not told" in result.judgement.detail
        assert "probe once --peer BTS01" in result.judgement.remedy
    ours = [result.verdict for result in run.results if result.path.direction is Direction.OUTBOUND]
    assert set(ours) == {Verdict.PENDING}
