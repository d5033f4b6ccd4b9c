"""The agent itself says that it is shut out, as soon as it has started."""

import asyncio
import logging
from pathlib import Path

import pytest

import agent.ends.both
from agent.config.load import parse
from agent.found.finding import Finding, Kind
from agent.found.ledger import Ledger
from agent.ground.clock import SystemClock
from agent.services.look import look
from agent.site.setup import set_up
from agent.site.topology import site_of
from agent.site.whoami import Machine, whoami
from agent.store.kept import Kept
from agent.term.term import Term, paths_of
from probes.wire.rendezvous.keys import Keys, Ring
from probes.wire.rendezvous.messages import Admission

SITE = """\
site: contoso
rendezvous: {listen: "127.0.0.1:0"}
names: false
hosts:
  - {name: BTS01, roles: [processing, master-secret], address: 127.0.0.1}
  - {name: SQL01, role: sso-database, address: 127.0.0.1}
"""


@pytest.mark.parametrize(("ring", "shut"), [((Keys.derive(bytes(32)),), True), (None, False)])
async def test_the_log_and_the_findings_have_it_when_the_agent_listens(
    ring: Ring | None, shut: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Without a key nobody comes but readers, of whom Linux cannot be asked; there is no other firewall here."""

    def own_firewall(program: Path, port: int) -> Admission:
        del program, port
        return Admission.SHUTS

    monkeypatch.setattr(agent.ends.both, "own_firewall", own_firewall)
    config = parse(SITE, "test")
    setup, clock = set_up(config, whoami(site_of(config), Machine((), ()), "BTS01")), SystemClock()
    ledger = Ledger(paths_of(setup, ring), clock)
    term = Term(setup, ring, ledger, ledger.record, Kept(None), clock, look)
    monkeypatch.setattr(term._entrance, "_ask", None)  # as on Linux
    with caplog.at_level(logging.WARNING, "ssoreach"):
        await term.meet([])
        await term.look_around()
        async with asyncio.timeout(10):
            while shut and not told(term):
                await clock.sleep(0.01)
        await term.close()
    assert len(told(term)) == shut
    lines = [record.message for record in caplog.records if "does not admit this agent's program" in record.message]
    assert lines == [f"{each.detail} {each.remedy}" for each in told(term)]


def told(term: Term) -> list[Finding]:
    return [each for each in term.findings if each.kind is Kind.OWN_FIREWALL_SHUT]
