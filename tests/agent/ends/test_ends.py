"""What an agent's own log says of its end of the rendezvous."""

from pathlib import Path

import pytest

import agent.ends.both
from agent.config.load import parse
from agent.ends.ends import Ends
from agent.found.ledger import Ledger
from agent.ground.clock import SystemClock
from agent.site.setup import set_up
from agent.site.topology import site_of
from agent.site.whoami import Machine, whoami
from probes.wire.rendezvous.keys import Keys
from probes.wire.rendezvous.messages import Admission
from tests.held import HeldClock

SITE = """\
site: contoso
rendezvous: {listen: "127.0.0.1:0"}
names: false
hosts:
  - {name: BTS01, roles: [processing, master-secret], address: 127.0.0.1}
  - {name: SQL01, role: sso-database, address: 127.0.0.1}
"""


@pytest.mark.parametrize(
    ("admission", "shut"), [(Admission.SHUTS, True), (Admission.ADMITS, False), (Admission.UNKNOWN, False)]
)
async def test_it_is_known_whether_this_hosts_own_firewall_shuts_out_those_who_come_to_held_ports(
    admission: Admission, shut: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def own_firewall(program: Path, port: int) -> Admission:
        del program, port
        return admission

    monkeypatch.setattr(agent.ends.both, "own_firewall", own_firewall)
    config = parse(SITE, "test")
    setup = set_up(config, whoami(site_of(config), Machine((), ()), "BTS01"))
    clock = SystemClock()
    ledger = Ledger(setup.paths, clock)
    ends = Ends(setup, (Keys.derive(bytes(32)),), (), ledger, ledger.record, clock, list[str]().append)
    async with ends.opened([]):
        assert ends.is_shut_out == shut


async def test_a_greeting_that_breaks_is_said_and_the_next_one_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    config = parse(SITE + "  - {name: BTS02, role: processing, address: 127.0.0.12}\n", "test")
    setup = set_up(config, whoami(site_of(config), Machine((), ()), "BTS01"))
    clock, lines, greeted = HeldClock(), list[str](), list[str]()
    ledger = Ledger(setup.paths, clock)
    ends = Ends(setup, (Keys.derive(bytes(32)),), (), ledger, ledger.record, clock, lines.append)

    async def breaks(self: Ends, peer: str, interval: float) -> None:
        greeted.append(peer)
        raise ZeroDivisionError

    monkeypatch.setattr("agent.ends.ends.Ends._greet", breaks)
    async with ends.opened([]):
        await clock.advance(2 * config.schedule.interval)
    assert greeted == ["BTS02"] * 3
    assert [line for line in lines if "greeting" in line] == [
        "rendezvous: greeting BTS02 broke: ZeroDivisionError()"
    ] * 3
